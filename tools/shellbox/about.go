package shellbox

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"

	"slices"
	"strconv"
	"strings"
	"time"
)

func stat(p *proc) int {
	if !p.options("c:Lt", "format=c", "printf=c") {
		return 1
	}
	for _, f := range p.args {
		info, err := p.fs().Lstat(p.path(f))
		if err != nil {
			p.fail("cannot statx '%s': %v", f, err)
			continue
		}
		kind := "regular file"
		switch {
		case info.IsDir():
			kind = "directory"
		case info.node.link():
			kind = "symbolic link"
		case info.Size() == 0:
			kind = "regular empty file"
		}
		mode, size := fmt.Sprintf("%o", info.Mode().Perm()), strconv.FormatInt(info.Size(), 10)
		if p.has('c') {
			p.print(strings.NewReplacer("%n", f, "%s", size, "%a", mode, "%A", permissions(info.Mode()), "%U", User, "%G", User, "%F", kind, "%y", info.ModTime().Format("2006-01-02 15:04:05"),
				"%Y", strconv.FormatInt(info.node.mtime, 10), "%%", "%").Replace(p.flags['c']) + "\n")
			continue
		}
		p.printf("  File: %s\n  Size: %s\t%s\nAccess: (%04o/%s)  Uid: (1000/%s)\nModify: %s\n", f, size, kind, info.Mode().Perm(), permissions(info.Mode()), User, info.ModTime().Format("2006-01-02 15:04:05"))
	}
	return p.status()
}

// fileKind is file: a guess from the first bytes.
func fileKind(p *proc) int {
	if !p.options("bi") {
		return 1
	}
	for _, f := range p.args {
		kind := ""
		info, err := p.fs().Lstat(p.path(f))
		data, _ := p.fs().ReadFile(p.path(f))
		text := string(data[:min(len(data), 512)])
		switch {
		case err != nil:
			kind = fmt.Sprintf("cannot open (%v)", err)
		case info.IsDir():
			kind = "directory"
		case info.node.link():
			kind = "symbolic link to " + info.Target()
		case text == "":
			kind = "empty"
		case strings.HasPrefix(text, "\x1f\x8b"):
			kind = "gzip compressed data"
		case strings.HasPrefix(text, "#!"):
			kind = "shell script, ASCII text executable"
		case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
			kind = "JSON text data"
		case len(data) > 262 && string(data[257:262]) == "ustar":
			kind = "POSIX tar archive"
		default:
			kind = "ASCII text"
		}
		if !p.has('b') {
			kind = f + ": " + kind
		}
		p.print(kind + "\n")
	}
	return 0
}

func du(p *proc) int {
	if !p.options("shabckd:m", "summarize=s", "human-readable=h", "all=a", "bytes=b", "max-depth=d", "total=c") {
		return 1
	}
	if len(p.args) == 0 {
		p.args = []string{"."}
	}
	deepest, ok := p.number('d', 1<<20)
	if !ok {
		return 1
	}
	if p.has('s') {
		deepest = 0
	}
	show := func(n int64, name string) {
		text := strconv.FormatInt((n+1023)/1024, 10)
		if p.has('b') {
			text = strconv.FormatInt(n, 10)
		} else if p.has('h') {
			text = human(n)
		}
		p.print(text + "\t" + name + "\n")
	}
	total := int64(0)
	for _, a := range p.args {
		info, err := p.fs().Lstat(p.path(a))
		if err != nil {
			p.fail("cannot access '%s': %v", a, err)
			continue
		}
		var sum func(name string, i Info, depth int) int64
		sum = func(name string, i Info, depth int) int64 {
			n := int64(len(i.node.data))
			for _, k := range i.node.kids {
				n += sum(join(name, k.name), Info{k.name, k.node}, depth+1)
			}
			if depth == 0 || depth <= deepest && (i.IsDir() || p.has('a')) {
				show(n, name)
			}
			return n
		}
		total += sum(a, info, 0)
	}
	if p.has('c') {
		show(total, "total")
	}
	return p.status()
}

func cmpFiles(p *proc) int {
	if !p.options("s", "silent=s", "quiet=s") {
		return 2
	}
	if len(p.args) != 2 {
		return p.usage("want two files")
	}
	a, ok := p.content(p.args[0])
	b, also := p.content(p.args[1])
	if !ok || !also {
		return 2
	}
	if a == b {
		return 0
	}
	if !p.has('s') {
		i := 0
		for i < len(a) && i < len(b) && a[i] == b[i] {
			i++
		}
		p.printf("%s %s differ: byte %d, line %d\n", p.args[0], p.args[1], i+1, 1+strings.Count(a[:i], "\n"))
	}
	return 1
}

func diff(p *proc) int {
	if !p.options("uqrbwNU:", "brief=q", "recursive=r", "unified=u") {
		return 2
	}
	if len(p.args) != 2 {
		return p.usage("want two files")
	}
	x, err := p.fs().Stat(p.path(p.args[0]))
	y, also := p.fs().Stat(p.path(p.args[1]))
	if err == nil && also == nil && x.IsDir() && y.IsDir() {
		return p.diffDirs(p.args[0], p.args[1])
	}
	return p.diffFiles(p.args[0], p.args[1])
}

// diffDirs compares what is in two directories.
func (p *proc) diffDirs(x, y string) int {
	status := 0
	names := map[string]int{}
	var order []string
	for i, dir := range []string{x, y} {
		list, err := p.fs().ReadDir(p.path(dir))
		if err != nil {
			return p.usage("%s: %v", dir, err)
		}
		for _, e := range list {
			if names[e.name] == 0 {
				order = append(order, e.name)
			}
			names[e.name] |= 1 << i
		}
	}
	slices.Sort(order)
	for _, n := range order {
		if !p.on() {
			break
		}
		a, b := join(x, n), join(y, n)
		if names[n] != 3 {
			where := []string{x, y}[names[n]-1]
			p.print("Only in " + where + ": " + n + "\n")
			status = 1
			continue
		}
		i, _ := p.fs().Stat(p.path(a))
		j, _ := p.fs().Stat(p.path(b))
		switch {
		case i.node == nil || j.node == nil:
		case i.IsDir() && j.IsDir():
			if p.has('r') {
				status = max(status, p.diffDirs(a, b))
			}
		default:
			status = max(status, p.diffFiles(a, b))
		}
	}
	return status
}

func (p *proc) diffFiles(x, y string) int {
	a, ok := p.content(x)
	b, also := p.content(y)
	if !ok || !also {
		return 2
	}
	if a == b {
		return 0
	}
	if p.has('q') {
		p.print("Files " + x + " and " + y + " differ\n")
		return 1
	}
	m, n := splitLines(a), splitLines(b)
	if len(m)*len(n) > 1<<20 || !p.shell.box.spend(len(m)*len(n)) {
		p.print("Files " + x + " and " + y + " differ\n")
		return 1
	}
	if p.has('u') {
		p.print("--- " + x + "\n+++ " + y + "\n")
		p.printf("@@ -1,%d +1,%d @@\n", len(m), len(n))
	}
	p.hunks(m, n)
	return 1
}

// hunks prints the differences by a longest common subsequence.
func (p *proc) hunks(a, b []string) {
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	for i, j := 0, 0; i < len(a) || j < len(b); {
		if i < len(a) && j < len(b) && a[i] == b[j] {
			if p.has('u') {
				p.print(" " + a[i] + "\n")
			}
			i, j = i+1, j+1
			continue
		}
		di, dj := i, j
		for i < len(a) && (j == len(b) || a[i] != b[j] && common[i+1][j] >= common[i][j+1]) || j < len(b) && (i == len(a) || a[i] != b[j]) {
			if i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]) {
				i++
			} else {
				j++
			}
		}
		p.hunk(a[di:i], b[dj:j], di, dj)
	}
}

func (p *proc) hunk(gone, come []string, at, to int) {
	before, after, between := "< ", "> ", "---\n"
	if p.has('u') {
		before, after, between = "-", "+", ""
	} else {
		place := func(from, n int) string {
			if n > 1 {
				return fmt.Sprintf("%d,%d", from+1, from+n)
			}
			return strconv.Itoa(from + n)
		}
		verb := "c"
		if len(gone) == 0 {
			verb = "a"
		} else if len(come) == 0 {
			verb = "d"
		}
		p.print(place(at, len(gone)) + verb + place(to, len(come)) + "\n")
	}
	for _, l := range gone {
		p.print(before + l + "\n")
	}
	if len(gone) > 0 && len(come) > 0 {
		p.print(between)
	}
	for _, l := range come {
		p.print(after + l + "\n")
	}
}

// sum is the checksum that a command of that name prints.
func sum(name, text string) string {
	switch name {
	case "md5sum":
		h := md5.Sum([]byte(text))
		return hex.EncodeToString(h[:])
	case "sha1sum":
		h := sha1.Sum([]byte(text))
		return hex.EncodeToString(h[:])
	case "cksum":
		return strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(text))), 10)
	}
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func checksum(p *proc) int {
	if !p.options("cbtq", "check=c", "quiet=q", "status=q") {
		return 1
	}
	if !p.has('c') {
		for _, f := range p.files() {
			if text, ok := p.content(f); ok {
				p.print(sum(p.name, text) + "  " + f + "\n")
			}
		}
		return p.status()
	}
	wrong := 0
	for _, l := range splitLines(p.all()) {
		want, f, ok := strings.Cut(l, "  ")
		if !ok {
			continue
		}
		text, ok := p.content(f)
		verdict := "OK"
		if !ok || sum(p.name, text) != want {
			verdict, wrong = "FAILED", wrong+1
		}
		if !p.has('q') || verdict != "OK" {
			p.print(f + ": " + verdict + "\n")
		}
	}
	if wrong > 0 {
		return p.fail("WARNING: %d computed checksums did NOT match", wrong)
	}
	return p.status()
}

func base64Command(p *proc) int {
	if !p.options("dw:i", "decode=d", "wrap=w") {
		return 1
	}
	width, ok := p.number('w', 76)
	if !ok {
		return 1
	}
	text := p.all()
	if p.has('d') {
		data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if p.print(string(data)); err != nil {
			return p.fail("invalid input")
		}
		return p.status()
	}
	code := base64.StdEncoding.EncodeToString([]byte(text))
	for width > 0 && len(code) > width {
		p.print(code[:width] + "\n")
		code = code[width:]
	}
	if p.print(code); width > 0 {
		p.print("\n")
	}
	return p.status()
}

func whoami(p *proc) int {
	p.print(map[string]string{"whoami": User, "hostname": "box", "uname": "Linux", "id": "uid=1000(" + User + ") gid=1000(" + User + ") groups=1000(" + User + ")",
		"nproc": "1", "tty": "not a tty", "arch": "x86_64"}[p.name] + "\n")
	return 0
}

// readDate reads the dates that people give: 2024-03-01, with a time, @seconds,
// and days ago.
func readDate(s string, now time.Time) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(strings.TrimPrefix(s, "@"), 10, 40); err == nil && strings.HasPrefix(s, "@") {
		return time.Unix(n, 0).UTC(), true
	}
	switch s {
	case "now", "today":
		return now, true
	case "yesterday":
		return now.AddDate(0, 0, -1), true
	case "tomorrow":
		return now.AddDate(0, 0, 1), true
	}
	if words := strings.Fields(s); len(words) >= 2 {
		n, err := strconv.Atoi(words[0])
		if len(words) == 3 && words[2] == "ago" {
			n = -n
		}
		if err == nil && max(n, -n) < 100_000 {
			switch strings.TrimSuffix(words[1], "s") {
			case "minute":
				return now.Add(time.Duration(n) * time.Minute), true
			case "hour":
				return now.Add(time.Duration(n) * time.Hour), true
			case "day":
				return now.AddDate(0, 0, n), true
			case "week":
				return now.AddDate(0, 0, 7*n), true
			case "month":
				return now.AddDate(0, n, 0), true
			}
		}
	}
	for _, layout := range []string{time.DateOnly, time.DateTime, "2006-01-02 15:04", "2006-01-02T15:04:05", time.RFC3339, "20060102", "02 Jan 2006", "Jan 2 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return now, false
}

// date prints the time, which stands still while a command runs.
func date(p *proc) int {
	at, format := p.fs().Now(), "Mon Jan _2 15:04:05 UTC 2006"
	for i := 0; i < len(p.args); i++ {
		a := p.args[i]
		value, ok := strings.CutPrefix(a, "--date=")
		if (a == "-d" || a == "--date") && i+1 < len(p.args) {
			i++
			value, ok = p.args[i], true
		}
		switch {
		case ok:
			if at, ok = readDate(value, at); !ok {
				return p.fail("invalid date '%s'", value)
			}
		case a == "-r" && i+1 < len(p.args):
			i++
			info, err := p.fs().Stat(p.path(p.args[i]))
			if err != nil {
				return p.fail("%s: %v", p.args[i], err)
			}
			at = info.ModTime()
		case a == "-I":
			format = time.DateOnly
		case strings.HasPrefix(a, "+"):
			p.print(strftime(a[1:], at) + "\n")
			return 0
		case a != "-u":
			return p.fail("invalid date '%s'", a)
		}
	}
	p.print(at.Format(format) + "\n")
	return 0
}

// strftime fills the common fields of a format.
func strftime(format string, t time.Time) string {
	f := t.Format
	return strings.NewReplacer("%Y", f("2006"), "%m", f("01"), "%d", f("02"), "%H", f("15"), "%M", f("04"), "%S", f("05"), "%F", f(time.DateOnly), "%T", f("15:04:05"), "%y", f("06"), "%b", f("Jan"), "%B", f("January"),
		"%a", f("Mon"), "%A", f("Monday"), "%j", f("002"), "%s", strconv.FormatInt(t.Unix(), 10), "%Z", "UTC", "%z", "+0000", "%e", f("_2"), "%I", f("03"), "%p", f("PM"), "%R", f("15:04"), "%u", strconv.Itoa((int(t.Weekday())+6)%7+1),
		"%N", "000000000", "%n", "\n", "%t", "\t", "%%", "%").Replace(format)
}
