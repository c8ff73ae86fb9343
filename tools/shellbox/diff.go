package shellbox

import (
	"fmt"

	"slices"
	"strconv"
	"strings"
)

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
		p.printf("%s %s differ: char %d, line %d\n", p.args[0], p.args[1], i+1, 1+strings.Count(a[:i], "\n"))
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
