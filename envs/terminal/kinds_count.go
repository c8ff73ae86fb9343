package terminal

import (
	"slices"
	"strconv"
	"strings"
)

// counting are tasks about how many.
func counting() []kind {
	return []kind{
		{"count-lines", "write down how many lines files have", countLines},
		{"count-matches", "write down how many lines have a word", countMatches},
		{"count-files", "write down how many files there are", countFilesTask},
		{"ask-lines", "answer how many lines a file or folder has", askLines},
		{"ask-value", "answer what a configuration says", askValue},
		{"sum", "add up numbers of a file or a column", sumNumbers},
	}
}

// log are lines of a log: how bad, who, what.
func (d *draw) log(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = d.one(grades...) + " " + d.one(people...) + " " + d.one(told...)
	}
	return lines
}

func having(lines []string, word string) []string {
	var out []string
	for _, l := range lines {
		if slices.Contains(strings.Fields(l), word) {
			out = append(out, l)
		}
	}
	return out
}

// distinct are the different lines, sorted.
func distinct(lines []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(lines)))
}

func countLines(d *draw) {
	out := d.one(countFiles...)
	d.free(out)
	d.beside(2)
	if d.level < 3 {
		file := d.one(textFiles...)
		lines := d.many(things, d.n(3, 9))
		if d.level == 2 {
			lines = d.many(things[:8], d.n(6, 14))
		}
		d.file(file, lines...)
		if d.level == 1 {
			d.say("Count the lines of "+file+" and write the number to "+out+".", "How many lines has "+file+"? Write it to "+out+".", "Write the number of lines of "+file+" to "+out+".")
			d.do("wc -l " + file + " > " + out)
			d.wanted(tells(out, len(lines)))
			return
		}
		d.say("Count the different lines of "+file+" and write the number to "+out+".", "How many different lines has "+file+"? Write it to "+out+".")
		d.do("sort -u " + file + " | wc -l > " + out)
		d.wanted(tells(out, len(distinct(lines))))
		return
	}
	dir, total := d.one(folders...), 0
	for i, f := range d.some(textFiles, 3) {
		lines := d.many(things, d.n(2, 6+i))
		d.file(dir+"/"+f, lines...)
		total += len(lines)
	}
	d.say("Count the lines of all files in "+dir+" together and write the number to "+out+".", "How many lines have the files in "+dir+" in all? Write it to "+out+".")
	d.do("cat "+dir+"/*.txt | wc -l > "+out, "cat "+out)
	d.wanted(tells(out, total))
}

func countMatches(d *draw) {
	out, word := d.one(countFiles...), d.one(grades...)
	d.free(out)
	d.beside(1)
	switch d.level {
	case 1:
		file := d.one(logFiles...)
		lines := d.log(d.n(4, 8))
		d.file(file, lines...)
		d.say("Count the lines with "+word+" in "+file+" and write the number to "+out+".", "How many lines of "+file+" have "+word+"? Write it to "+out+".", "Write to "+out+" how often "+word+" is in "+file+".")
		d.do("grep -c " + word + " " + file + " > " + out)
		d.wanted(tells(out, len(having(lines, word))))
	case 2:
		var all []string
		for _, f := range d.some(logFiles, 3) {
			lines := d.log(d.n(3, 7))
			d.file("logs/"+f, lines...)
			all = append(all, lines...)
		}
		d.say("Count the lines with "+word+" in all files of logs together and write the number to "+out+".", "How many lines with "+word+" are there in logs? Write it to "+out+".")
		d.do("cat logs/*.log | grep -c " + word + " > " + out)
		d.wanted(tells(out, len(having(all, word))))
	default:
		file := d.one(logFiles...)
		lines := d.log(d.n(10, 20))
		d.file(file, lines...)
		var who []string
		for _, l := range having(lines, word) {
			who = append(who, strings.Fields(l)[1])
		}
		d.say("The second word of each line of "+file+" is a user. Count the different users that have "+word+" and write the number to "+out+".",
			"How many different users have "+word+" in "+file+"? The user is the second word. Write the number to "+out+".")
		d.do("grep " + word + " " + file + " | awk '{print $2}' | sort -u | wc -l > " + out)
		d.wanted(tells(out, len(distinct(who))))
	}
}

func countFilesTask(d *draw) {
	out, dir := d.one(countFiles...), d.one(folders...)
	d.free(out)
	d.beside(1)
	names := d.some(append(append([]string{}, textFiles...), logFiles...), d.n(3, 8))
	texts := 0
	for i, n := range names {
		at := dir + "/" + n
		if d.level == 3 && i%2 == 1 {
			at = dir + "/" + d.one(cities[:3]...) + "/" + n
		}
		if d.file(at, d.one(things...)); strings.HasSuffix(n, ".txt") {
			texts++
		}
	}
	switch d.level {
	case 1:
		d.say("Count the files in "+dir+" and write the number to "+out+".", "How many files are in "+dir+"? Write it to "+out+".")
		d.do("ls " + dir + " | wc -l > " + out)
		d.wanted(tells(out, len(names)))
	case 2:
		if texts == 0 {
			d.file(dir+"/"+textFiles[0], "x")
			texts = 1
		}
		d.say("Count the files in "+dir+" that end in .txt and write the number to "+out+".", "How many .txt files are in "+dir+"? Write it to "+out+".")
		d.do("find " + dir + " -name '*.txt' | wc -l > " + out)
		d.wanted(tells(out, texts))
	default:
		d.say("Count the files in "+dir+" and all folders under it and write the number to "+out+".", "How many files are under "+dir+", at any depth? Write it to "+out+".")
		d.do("find "+dir+" -type f | wc -l > "+out, "cat "+out)
		d.wanted(tells(out, len(names)))
	}
}

func askLines(d *draw) {
	d.beside(2)
	switch d.level {
	case 1:
		file := d.one(textFiles...)
		lines := d.many(things, d.n(3, 19))
		d.file(file, lines...)
		d.say("How many lines has "+file+"?", "Tell me how many lines "+file+" has.", "What is the number of lines of "+file+"?")
		d.do("wc -l " + file)
		d.ask(strconv.Itoa(len(lines)))
	case 2:
		file, word := d.one(logFiles...), d.one(grades...)
		lines := d.log(d.n(8, 18))
		d.file(file, lines...)
		d.say("How many lines of "+file+" have "+word+"?", "Tell me how often "+word+" is in "+file+".")
		d.do("grep -c " + word + " " + file)
		d.ask(strconv.Itoa(len(having(lines, word))))
	default:
		var all []string
		word := d.one(grades...)
		for _, f := range d.some(logFiles, 3) {
			lines := d.log(d.n(4, 9))
			d.file("logs/"+f, lines...)
			all = append(all, lines...)
		}
		d.say("How many lines with "+word+" are there in the files of logs together?", "Tell me how often "+word+" is in all files of logs.")
		d.do("cat logs/*.log | grep -c " + word)
		d.ask(strconv.Itoa(len(having(all, word))))
	}
}

// setting is a key with one of its values.
func (d *draw) setting() (key, value string) {
	k := keys[d.rng.IntN(len(keys))]
	return k.name, d.one(k.values...)
}

// settings are all keys, in some order, with values; sep stands between.
func (d *draw) settings(sep string) []string {
	var lines []string
	for _, k := range keys {
		lines = append(lines, k.name+sep+d.one(k.values...))
	}
	return d.mixed(lines...)
}

// valueOf is what settings say of a key.
func valueOf(lines []string, key, sep string) string {
	for _, l := range lines {
		if v, ok := strings.CutPrefix(l, key+sep); ok {
			return v
		}
	}
	return ""
}

func askValue(d *draw) {
	key, _ := d.setting()
	d.beside(1)
	if d.level < 3 {
		file := d.one(iniFiles...)
		lines := d.settings(": ")
		if d.level == 2 {
			d.file("etc/"+d.one("mail", "news")+".ini", d.settings(": ")...)
			file = "etc/" + file
		}
		d.file(file, lines...)
		d.say("What is the "+key+" in "+file+"?", "Which "+key+" does "+file+" say?", "Tell me the "+key+" of "+file+".")
		d.do("grep " + key + " " + file)
		d.ask(valueOf(lines, key, ": "))
		return
	}
	// only one of several files has the key
	file := d.one(iniFiles...)
	value := ""
	for _, f := range iniFiles {
		lines := d.settings(": ")
		if f == file {
			value = valueOf(lines, key, ": ")
		} else {
			lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, key) })
		}
		d.file("etc/"+f, lines...)
	}
	d.say("One of the files in etc has a "+key+". What is it?", "Which "+key+" is set in the files of etc?")
	d.do("ls etc", "grep -r "+key+" etc")
	d.ask(value)
}

func sumNumbers(d *draw) {
	out := d.one(countFiles...)
	d.free(out)
	d.beside(1)
	total, all := 0, 0
	file := d.one(tableFiles...)
	var lines []string
	who := d.one(people[:6]...)
	for range d.n(3, 6+3*d.level) {
		n, p := d.n(1, 60), d.one(people[:6]...)
		if all += n; p == who {
			total += n
		}
		lines = append(lines, p+","+strconv.Itoa(n)+","+d.one(cities...))
	}
	switch d.level {
	case 1:
		file, lines = "numbers.txt", nil
		all = 0
		for range d.n(3, 7) {
			n := d.n(1, 60)
			all += n
			lines = append(lines, strconv.Itoa(n))
		}
		d.say("Add up the numbers of "+file+" and write the sum to "+out+".", "Write the sum of the numbers in "+file+" to "+out+".")
		d.do("awk '{s+=$1} END {print s}' " + file + " > " + out)
	case 2:
		d.say("Add up the second column of "+file+" and write the sum to "+out+".", "Write the sum of column 2 of "+file+" to "+out+".")
		d.do("awk -F, '{s+=$2} END {print s}' " + file + " > " + out)
	default:
		all = total
		d.say("Add up the second column of the lines of "+who+" in "+file+" and write the sum to "+out+".", "Write the sum of column 2 of "+file+", for "+who+" only, to "+out+".")
		if all == 0 {
			lines, all = append(lines, who+",7,rome"), 7
		}
		d.do("grep "+who+" "+file+" > part.txt", "awk -F, '{s+=$2} END {print s}' part.txt > "+out)
	}
	d.file(file, lines...)
	d.wanted(tells(out, all))
}
