package terminal

import (
	"slices"
	"strconv"
	"strings"
)

// editing are tasks that change a file in place.
func editing() []kind {
	return []kind{
		{"replace", "replace a word by another", replace},
		{"drop-line", "remove a line that is wrong", dropLine},
		{"drop-matching", "remove all lines with a word", dropMatching},
		{"comments", "remove comments, or make them count", comments},
		{"fix-json", "repair a file of JSON", fixJSON},
		{"first-line", "bring the first line of a file in order", firstLine},
	}
}

func replace(d *draw) {
	s := swaps[d.rng.IntN(len(swaps))]
	d.beside(1)
	text := func() []string {
		lines := d.many(things[:12], d.n(2, 4))
		return d.mixed(append(lines, s[0], d.one(people...)+" "+s[0])...)
	}
	swapped := func(lines []string) string {
		return strings.ReplaceAll(strings.Join(lines, "\n"), s[0], s[1])
	}
	sed := "sed -i s/" + s[0] + "/" + s[1] + "/ "
	switch d.level {
	case 1:
		file, lines := d.one(textFiles...), text()
		d.file(file, lines...)
		d.free(file)
		d.say("Replace "+s[0]+" by "+s[1]+" in "+file+".", "Change "+s[0]+" to "+s[1]+" in "+file+".")
		d.do(sed + file)
		d.wanted(same(file, swapped(lines)))
	case 2:
		for _, f := range d.some(textFiles, 3) {
			lines := text()
			d.file(f, lines...)
			d.free(f)
			d.wanted(same(f, swapped(lines)))
		}
		d.say("Replace "+s[0]+" by "+s[1]+" in all .txt files.", "Change "+s[0]+" to "+s[1]+" in every .txt file.")
		d.do(sed + "*.txt")
	default:
		dir := d.one(folders...)
		for i, f := range d.some(textFiles, 4) {
			if f = dir + "/" + f; i%2 == 0 {
				f = dir + "/old/" + strings.TrimPrefix(f, dir+"/")
			}
			lines := text()
			lines = append(lines, s[0]+" "+s[0])
			d.file(f, lines...)
			d.free(f)
			d.wanted(same(f, swapped(lines)))
		}
		d.say("Replace "+s[0]+" by "+s[1]+" in all files under "+dir+", at any depth, wherever it stands in a line.", "Change every "+s[0]+" to "+s[1]+" in the files of "+dir+" and of the folders in it.")
		d.do("grep -r "+s[0]+" "+dir, "grep -rl "+s[0]+" "+dir+" | xargs sed -i s/"+s[0]+"/"+s[1]+"/g")
	}
}

// without are lines but the one at i.
func without(lines []string, i int) string {
	return strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "\n")
}

func dropLine(d *draw) {
	file := d.one(textFiles...)
	d.free(file)
	d.beside(1)
	lines := d.some(things, d.n(4, 8))
	i := d.rng.IntN(len(lines))
	n := strconv.Itoa(i + 1)
	switch d.level {
	case 1:
		d.say("Delete line "+n+" of "+file+".", "Remove line "+n+" from "+file+".")
		d.do("sed -i " + n + "d " + file)
	case 2:
		d.say("Delete the last line of "+file+".", "Remove the line at the end of "+file+".")
		d.do("sed -i '$d' " + file)
		i = len(lines) - 1
	default:
		file = "users.csv"
		d.free(file)
		lines = joined(d.table(d.n(4, 8)))
		i = d.rng.IntN(len(lines))
		f := strings.Split(lines[i], ",")
		lines[i] = strings.Join(f[:2], ",")
		d.say("One row of "+file+" has less than 4 columns. Delete that row.", "Every row of "+file+" must have 4 columns. Remove the row that has not.")
		d.do("awk -F, 'NF==4' "+file+" > new.tmp", "mv new.tmp "+file)
	}
	d.file(file, lines...)
	d.wanted(same(file, without(lines, i)))
}

func dropMatching(d *draw) {
	file, word := d.one(logFiles...), d.one(grades...)
	d.free(file)
	d.beside(1)
	drop := func(lines []string) string {
		return strings.Join(slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.HasPrefix(l, word) }), "\n")
	}
	lines := append(d.log(d.n(4, 8)), word+" ada ready", "note ada ready")
	switch d.level {
	case 1:
		d.file(file, lines...)
		d.say("Delete the lines with "+word+" from "+file+".", "Remove all lines of "+file+" that have "+word+".")
		d.do("sed -i /" + word + "/d " + file)
		d.wanted(same(file, drop(lines)))
	case 2:
		for _, f := range d.some(logFiles, 3) {
			lines := append(d.log(d.n(3, 6)), word+" ada ready", "note ada ready")
			d.file("logs/"+f, lines...)
			d.free("logs/" + f)
			d.wanted(same("logs/"+f, drop(lines)))
		}
		d.say("Delete the lines with "+word+" from all files in logs.", "Remove the lines that have "+word+" from every file of logs.")
		d.do("sed -i /" + word + "/d logs/*.log")
	default:
		d.free("kept.log")
		d.file(file, lines...)
		d.say("Move the lines with "+word+" from "+file+" to kept.log.", "Take the lines with "+word+" out of "+file+" and put them into kept.log.")
		d.do("grep "+word+" "+file+" > kept.log", "sed -i /"+word+"/d "+file)
		d.wanted(same("kept.log", strings.Join(having(lines, word), "\n")), same(file, drop(lines)))
	}
}

func comments(d *draw) {
	file := d.one(iniFiles...)
	d.beside(1)
	lines := d.settings("=")
	var noted, bare []string
	for i, l := range lines {
		if i == 1 || d.rng.IntN(2) == 0 {
			noted = append(noted, "# "+d.one(things...))
		}
		noted, bare = append(noted, l), append(bare, l)
	}
	switch d.level {
	case 1:
		d.free(file)
		d.file(file, noted...)
		d.say("Delete the comments from "+file+". They begin with #", "Remove all lines of "+file+" that begin with #")
		d.do("sed -i /^#/d " + file)
		d.wanted(same(file, strings.Join(bare, "\n")))
	case 2:
		d.free(file)
		var off []string
		for i, l := range bare {
			if i == 1 || d.rng.IntN(2) == 0 {
				l = "#" + l
			}
			off = append(off, l)
		}
		d.file(file, off...)
		d.say("Some lines of "+file+" are switched off by a # at their beginning. Take the # away.", "Switch on all lines of "+file+" that begin with # by removing that sign.")
		d.do("sed -i s/^#// " + file)
		d.wanted(same(file, strings.Join(bare, "\n")))
	default:
		for _, f := range d.some(iniFiles, 3) {
			mixed := slices.Insert(slices.Clone(noted), d.n(1, 4), "")
			d.file("etc/"+f, mixed...)
			d.free("etc/" + f)
			d.wanted(same("etc/"+f, strings.Join(bare, "\n")))
		}
		d.say("Delete the comments, which begin with #, and the empty lines from all files in etc.", "Remove lines that begin with # and lines that are empty from every file of etc.")
		d.do("sed -i /^#/d etc/*.ini", "sed -i /^$/d etc/*.ini")
	}
}

func fixJSON(d *draw) {
	file := d.one("app.json", "site.json", "user.json")
	d.free(file)
	d.beside(1)
	lines := []string{"{"}
	chosen := d.rng.Perm(len(keys))[:d.n(3, 5)]
	for i, k := range chosen {
		l := `  "` + keys[k].name + `": "` + d.one(keys[k].values...) + `"`
		if i+1 < len(chosen) {
			l += ","
		}
		lines = append(lines, l)
	}
	right := strings.Join(append(lines, "}"), "\n")
	bad := slices.Clone(lines)
	switch d.level {
	case 1:
		bad = append(bad, "}", "}")
		d.say("The file "+file+" has one } too many at its end. Delete the last line.", "Repair "+file+": its last line is a } too many.")
		d.do("sed -i '$d' " + file)
	case 2:
		bad[len(bad)-1] += ","
		n := strconv.Itoa(len(bad))
		bad = append(bad, "}")
		d.say("The file "+file+" is no valid JSON: line "+n+" must not end in a comma. Repair it.", "Repair "+file+": take the comma at the end of line "+n+" away.")
		d.do("cat "+file, "sed -i "+n+"s/,$// "+file)
	default:
		for i := range bad {
			bad[i] = strings.ReplaceAll(bad[i], `"`, "'")
		}
		bad = append(bad, "}")
		d.say("The file "+file+" is no valid JSON: it has single quotes where there must be double quotes. Repair it.", "Repair "+file+": make all single quotes double ones.")
		d.do("cat "+file, "tr \\' '\"' < "+file+" > new.tmp", "mv new.tmp "+file)
	}
	d.file(file, bad...)
	d.wanted(same(file, right))
}

func firstLine(d *draw) {
	file := d.one(textFiles...)
	d.free(file)
	d.beside(1)
	lines := d.some(things, d.n(4, 7))
	first := "title " + d.one(people...)
	switch d.level {
	case 1:
		d.file(file, append([]string{first}, lines...)...)
		d.say("Delete the first line of "+file+".", "Remove the line at the top of "+file+".")
		d.do("sed -i 1d " + file)
		d.wanted(same(file, strings.Join(lines, "\n")))
	case 2:
		d.file(file, append(lines, first)...)
		d.say("The last line of "+file+" must be the first. Turn the order of all lines around.", "Turn "+file+" around: its last line becomes the first, and so on.")
		d.do("tac "+file+" > new.tmp", "mv new.tmp "+file)
		all := append(slices.Clone(lines), first)
		slices.Reverse(all)
		d.wanted(same(file, strings.Join(all, "\n")))
	default:
		d.file(file, append(lines, first)...)
		d.say("Move the last line of "+file+" to its beginning; the others stay in their order.", "Make the last line of "+file+" the first one and leave the order of the rest as it is.")
		d.do("tail -n 1 "+file+" > new.tmp", "head -n -1 "+file+" >> new.tmp", "mv new.tmp "+file)
		d.wanted(same(file, strings.Join(append([]string{first}, lines...), "\n")))
	}
}
