package terminal

import (
	"slices"
	"strconv"
	"strings"
)

// finding are tasks about where something is.
func finding() []kind {
	return []kind{
		{"find-name", "find files by name", findName},
		{"find-text", "find files by what is in them", findText},
		{"find-big", "find large files", findBig},
		{"find-old", "find files that were not changed for long", findOld},
		{"find-mode", "find files by their permissions", findMode},
		{"find-empty", "find empty files", findEmpty},
		{"pick-lines", "take the lines with a word", pickLines},
		{"compare", "what two files have in common, or not", compare},
	}
}

func findName(d *draw) {
	out, dirs := d.one(outFiles...), d.some(folders, 3)
	if d.level < 3 {
		d.free(out)
	}
	switch d.level {
	case 1:
		names := d.some(textFiles, 4)
		for i, n := range names {
			d.file(dirs[i%3]+"/"+n, d.one(things...))
		}
		i := d.rng.IntN(4)
		d.say("Find the file "+names[i]+" and write its path to "+out+".", "In which folder is "+names[i]+"? Write its path to "+out+".")
		d.do("find . -name " + names[i] + " > " + out)
		d.wanted(holds(out, dirs[i%3]+"/"+names[i]))
	case 2:
		end := d.one("log", "csv")
		var paths []string
		for i, n := range d.mixed(slices.Concat(logFiles[:4], tableFiles, textFiles[:2])...)[:7] {
			d.file(dirs[i%3]+"/"+n, d.one(things...))
			if strings.HasSuffix(n, end) {
				paths = append(paths, dirs[i%3]+"/"+n)
			}
		}
		if paths == nil {
			paths = []string{dirs[0] + "/extra." + end}
			d.file(paths[0], "x")
		}
		d.say("Find all files that end in ."+end+" and write their paths to "+out+".", "Write the paths of all ."+end+" files, in any folder, to "+out+".")
		d.do("find . -name '*." + end + "' > " + out)
		d.wanted(holds(out, paths...))
	default:
		keep, end := dirs[0], d.one("log", "csv")
		d.folder(keep)
		any := false
		for i, n := range d.mixed(slices.Concat(logFiles[:4], tableFiles, textFiles[:2])...)[:7] {
			from := dirs[1+i%2] + "/" + n
			d.file(from, n, d.one(things...))
			if strings.HasSuffix(n, end) || i == 6 && !any {
				if !strings.HasSuffix(n, end) {
					from = dirs[1] + "/extra." + end
					n = "extra." + end
					d.file(from, n)
				}
				any = true
				d.free(from)
				d.wanted(gone(from), same(keep+"/"+n, read(d.fs, from)))
			}
		}
		d.say("Move all files that end in ."+end+" from "+dirs[1]+" and "+dirs[2]+" to "+keep+".", "Put the ."+end+" files of "+dirs[1]+" and "+dirs[2]+" into "+keep+".")
		d.do("find "+dirs[1]+" "+dirs[2]+" -name '*."+end+"'", "find "+dirs[1]+" "+dirs[2]+" -name '*."+end+"' -exec mv {} "+keep+" \\;")
	}
}

func findText(d *draw) {
	out, word := d.one(outFiles...), d.one(cities...)
	other := d.one(tints...)
	d.free(out)
	place, n := "", 4
	if d.level > 1 {
		place, n = d.one(folders...)+"/", 5
	}
	var found []string
	sure := d.rng.IntN(n)
	for i, f := range d.some(textFiles, n) {
		lines := d.many(things, d.n(2, 4))
		has := i == sure || d.rng.IntN(4) == 0
		if d.level == 3 && i%2 == 0 {
			f = "old/" + f
		}
		if has {
			lines = append(lines, word)
		}
		both := d.level == 3 && (i == sure || d.rng.IntN(2) == 0)
		if both {
			lines = append(lines, other)
		}
		if d.file(place+f, d.mixed(lines...)...); has && (d.level < 3 || both) {
			found = append(found, place+f)
		}
	}
	dir := strings.TrimSuffix(place, "/")
	switch d.level {
	case 1:
		d.say("Which of the .txt files have "+word+"? Write their names to "+out+".", "Find the .txt files with the word "+word+" and write their names to "+out+".")
		d.do("grep -l " + word + " *.txt > " + out)
	case 2:
		d.say("Find the files under "+dir+" with the word "+word+" and write their paths to "+out+".", "Which files in "+dir+" have "+word+"? Write their paths to "+out+".")
		d.do("grep -rl " + word + " " + dir + " > " + out)
	default:
		d.say("Find the files under "+dir+" that have both "+word+" and "+other+" and write their paths to "+out+".", "Which files at any depth in "+dir+" have "+word+" and also "+other+"? Write their paths to "+out+".")
		d.do("grep -rl "+word+" "+dir, "grep -rl "+word+" "+dir+" | xargs grep -l "+other+" > "+out)
	}
	d.wanted(holds(out, found...))
}

func findBig(d *draw) {
	out := d.one(outFiles...)
	limit := d.n(4, 6)
	names := d.some([]string{"a.bin", "b.bin", "c.bin", "d.bin", "e.bin", "f.bin", "g.bin"}, 3+d.level)
	dir := ""
	if d.level > 1 {
		dir = d.one(folders...) + "/"
	}
	sure := d.rng.IntN(len(names))
	var big []string
	for i, n := range names {
		size := d.n(1, limit-1) << 10
		if i == sure || d.rng.IntN(3) == 0 {
			size = d.n(limit+1, 9) << 10
			big = append(big, dir+n)
		}
		d.raw(dir+n, d.blob(size), 0o644)
	}
	over := strconv.Itoa(limit) + "k"
	switch d.level {
	case 1:
		d.free(out)
		d.say("Find the files larger than "+over+" and write their names to "+out+".", "Which files are larger than "+over+"? Write their names to "+out+".")
		d.do("find . -type f -size +" + over + " > " + out)
		d.wanted(holds(out, big...))
	case 2:
		folder := strings.TrimSuffix(dir, "/")
		d.say("Delete the files in "+folder+" that are larger than "+over+".", "Remove all files larger than "+over+" from "+folder+".")
		d.do("find " + folder + " -type f -size +" + over + " -delete")
		d.deleted(big)
	default:
		folder := strings.TrimSuffix(dir, "/")
		d.say("Make a folder big and move the files of "+folder+" that are larger than "+over+" into it.", "Move all files larger than "+over+" from "+folder+" into a new folder big.")
		d.do("mkdir big", "find "+folder+" -type f -size +"+over+" -exec mv {} big \\;")
		d.moved(big, dir, "big/")
	}
}

// deleted wants files to be gone.
func (d *draw) deleted(paths []string) {
	for _, p := range paths {
		d.free(p)
		d.wanted(gone(p))
	}
}

// moved wants files of one folder in another.
func (d *draw) moved(paths []string, from, to string) {
	for _, p := range paths {
		d.free(p)
		d.wanted(gone(p), same(to+strings.TrimPrefix(p, from), read(d.fs, p)))
	}
}

func findOld(d *draw) {
	out, days := d.one(outFiles...), d.one("7", "14", "30", "60")
	limit, _ := strconv.Atoi(days)
	dir := ""
	if d.level > 1 {
		dir = d.one(folders...) + "/"
	}
	var old []string
	names := d.some(slices.Concat(textFiles, logFiles), 3+d.level)
	sure := d.rng.IntN(len(names))
	for i, n := range names {
		age := d.n(0, limit-2)
		if i == sure || d.rng.IntN(3) == 0 {
			age = limit + d.n(3, 90)
			old = append(old, dir+n)
		}
		d.file(dir+n, n)
		d.aged(dir+n, age)
	}
	folder := strings.TrimSuffix(dir, "/")
	switch d.level {
	case 1:
		d.free(out)
		d.say("Find the files that were changed more than "+days+" days ago and write their names to "+out+".", "Which files are older than "+days+" days? Write their names to "+out+".")
		d.do("find . -type f -mtime +" + days + " > " + out)
		d.wanted(holds(out, old...))
	case 2:
		d.say("Delete the files in "+folder+" that are older than "+days+" days.", "Remove what is older than "+days+" days from "+folder+".")
		d.do("find " + folder + " -type f -mtime +" + days + " -delete")
		d.deleted(old)
	default:
		d.say("Make a folder archive and move the files of "+folder+" that are older than "+days+" days into it.", "Move what is older than "+days+" days from "+folder+" into a new folder archive.")
		d.do("mkdir archive", "find "+folder+" -type f -mtime +"+days+" -exec mv {} archive \\;")
		d.moved(old, dir, "archive/")
	}
}

func findMode(d *draw) {
	out := d.one(outFiles...)
	names := d.some(slices.Concat(textFiles, iniFiles), 3+d.level)
	sure := d.rng.IntN(len(names))
	var open []string
	for i, n := range names {
		d.file(n, n)
		if i == sure || d.rng.IntN(3) == 0 {
			d.check(d.fs.Chmod(at(n), 0o777))
			open = append(open, n)
		}
	}
	if d.level == 1 {
		d.free(out)
		d.say("Find the files with the permissions 777 and write their names to "+out+".", "Which files have mode 777? Write their names to "+out+".")
		d.do("find . -type f -perm 777 > " + out)
		d.wanted(holds(out, open...))
		return
	}
	to, bits := "644", want(nil)
	for _, n := range open {
		d.free(n)
		if bits = mode(n, 0o644); d.level == 3 {
			to, bits = "600", mode(n, 0o600)
		}
		d.wanted(bits)
	}
	d.say("Files with the permissions 777 are open to all. Make them "+to+"; the other files stay as they are.", "Change the mode of all files that are 777 to "+to+".")
	if d.level == 2 {
		d.do("find . -type f -perm 777 -exec chmod 644 {} \\;")
		return
	}
	d.free(out)
	d.goal += " Write their names to " + out + "."
	d.wanted(holds(out, open...))
	d.do("find . -type f -perm 777 > "+out, "cat "+out+" | xargs chmod 600")
}

func findEmpty(d *draw) {
	out, dir := d.one(outFiles...), d.one(folders...)+"/"
	var empty []string
	names := d.some(slices.Concat(textFiles, logFiles), 3+d.level)
	sure := d.rng.IntN(len(names))
	for i, n := range names {
		if i == sure || d.rng.IntN(3) == 0 {
			d.raw(dir+n, "", 0o644)
			empty = append(empty, dir+n)
			continue
		}
		d.file(dir+n, d.one(things...))
	}
	folder := strings.TrimSuffix(dir, "/")
	if d.level == 1 {
		d.free(out)
		d.say("Find the empty files in "+folder+" and write their paths to "+out+".", "Which files in "+folder+" are empty? Write their paths to "+out+".")
		d.do("find " + folder + " -type f -empty > " + out)
		d.wanted(holds(out, empty...))
		return
	}
	d.say("Delete the empty files in "+folder+".", "Remove all files from "+folder+" that have nothing in them.")
	d.do("find " + folder + " -type f -empty -delete")
	for _, e := range empty {
		d.free(e)
		d.wanted(gone(e))
	}
	if d.level == 3 {
		d.folder(dir + "none")
		d.free(dir + "none")
		d.goal += " Delete empty folders too."
		d.do("find "+folder+" -type f -empty -delete", "find "+folder+" -type d -empty -delete")
		d.wanted(gone(dir + "none"))
	}
}

func pickLines(d *draw) {
	out, file := d.one(outFiles...), d.one(logFiles...)
	d.free(out)
	d.beside(1)
	lines := d.log(d.n(4, 5+3*d.level))
	word := strings.Fields(d.one(lines...))[0]
	other := strings.Fields(d.one(having(lines, word)...))[1]
	d.file(file, lines...)
	switch d.level {
	case 1:
		d.say("Write the lines of "+file+" with "+word+" to "+out+".", "Copy all lines with "+word+" from "+file+" to "+out+".")
		d.do("grep " + word + " " + file + " > " + out)
		d.wanted(listed(out, having(lines, word)...))
	case 2:
		d.say("Write the lines of "+file+" with "+word+" and "+other+" to "+out+".", "Copy the lines from "+file+" that have "+word+" and also "+other+" to "+out+".")
		d.do("grep " + word + " " + file + " | grep " + other + " > " + out)
		d.wanted(listed(out, having(having(lines, word), other)...))
	default:
		d.say("Write the lines of "+file+" with "+word+" but without "+other+", sorted, to "+out+".", "Copy the lines from "+file+" that have "+word+" but not "+other+" to "+out+", sorted.")
		d.do("grep " + word + " " + file + " | grep -v " + other + " | sort > " + out)
		kept := slices.DeleteFunc(having(lines, word), func(l string) bool { return slices.Contains(strings.Fields(l), other) })
		if len(kept) == 0 {
			extra := word + " yan ready"
			lines, kept = append(lines, extra), []string{extra}
			d.file(file, lines...)
		}
		slices.Sort(kept)
		d.wanted(listed(out, kept...))
	}
}

func compare(d *draw) {
	out, names := d.one(outFiles...), d.some(textFiles, 2)
	d.free(out)
	d.beside(1)
	all := d.some(things, 9)
	slices.Sort(all)
	a, b := slices.Concat(all[:4], all[6:]), slices.Concat(all[2:6], all[7:])
	slices.Sort(b)
	common := slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
	only := slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
	if d.level == 3 {
		a, b = d.mixed(a...), d.mixed(b...)
	}
	d.file(names[0], a...)
	d.file(names[1], b...)
	switch d.level {
	case 1:
		d.say("Write the lines that "+names[0]+" and "+names[1]+" have in common to "+out+". Both are sorted.", "Which lines are in "+names[0]+" and also in "+names[1]+"? Both are sorted. Write them to "+out+".")
		d.do("comm -12 " + names[0] + " " + names[1] + " > " + out)
		d.wanted(holds(out, common...))
	case 2:
		d.say("Write the lines that are in "+names[0]+" but not in "+names[1]+" to "+out+". Both are sorted.", "Which lines of "+names[0]+" are missing in "+names[1]+"? Both are sorted. Write them to "+out+".")
		d.do("comm -23 " + names[0] + " " + names[1] + " > " + out)
		d.wanted(holds(out, only...))
	default:
		d.say("Write the lines that "+names[0]+" and "+names[1]+" have in common to "+out+". They are not sorted.", "Which lines are in "+names[0]+" and also in "+names[1]+"? They are not sorted. Write them to "+out+".")
		d.do("sort "+names[0]+" > a.tmp", "sort "+names[1]+" > b.tmp", "comm -12 a.tmp b.tmp > "+out)
		d.wanted(holds(out, common...))
	}
}
