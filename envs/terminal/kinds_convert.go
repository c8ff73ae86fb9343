package terminal

import (
	"slices"
	"strconv"
	"strings"
)

// converting are tasks that make one file out of others.
func converting() []kind {
	return []kind{
		{"sort", "sort the lines of a file", sortTask},
		{"dedupe", "leave out what is there twice", dedupe},
		{"column", "take a column of a table", column},
		{"head-tail", "take the first or last lines", headTail},
		{"merge", "put files together", merge},
		{"reverse", "turn the order of lines around", reverse},
		{"capitals", "change small letters to capitals, and back", capitals},
		{"split", "cut a file into pieces", splitTask},
		{"filter-table", "take the rows of a table that fit", filterTable},
	}
}

func sortTask(d *draw) {
	out, file := d.one(outFiles...), d.one(textFiles...)
	d.free(out)
	d.beside(1)
	switch d.level {
	case 1:
		lines := d.some(things, d.n(4, 7))
		d.file(file, lines...)
		d.say("Sort the lines of "+file+" and write them to "+out+".", "Write the sorted lines of "+file+" to "+out+".")
		d.do("sort " + file + " > " + out)
		slices.Sort(lines)
		d.wanted(listed(out, lines...))
	case 2:
		var numbers []int
		for _, n := range d.rng.Perm(150)[:d.n(5, 8)] {
			numbers = append(numbers, n+1)
		}
		lines := digits(numbers)
		d.file(file, lines...)
		slices.SortFunc(numbers, func(a, b int) int { return b - a })
		d.say("Sort the numbers of "+file+", the largest first, and write them to "+out+".", "Write the numbers of "+file+" to "+out+", from large to small.")
		d.do("sort -rn " + file + " > " + out)
		d.wanted(listed(out, digits(numbers)...))
	default:
		table := d.one(tableFiles...)
		type row struct {
			n    int
			line string
		}
		var rows []row
		var lines []string
		for _, n := range d.rng.Perm(99)[:d.n(5, 9)] {
			r := row{n + 1, d.one(people...) + "," + strconv.Itoa(n+1) + "," + d.one(cities...)}
			rows, lines = append(rows, r), append(lines, r.line)
		}
		d.file(table, lines...)
		slices.SortFunc(rows, func(a, b row) int { return a.n - b.n })
		for i, r := range rows {
			lines[i] = r.line
		}
		d.say("Sort "+table+" by the number in column 2 and write it to "+out+".", "Write the rows of "+table+" to "+out+", the smallest number of column 2 first.")
		d.do("cat "+table, "sort -t, -k2 -n "+table+" > "+out)
		d.wanted(listed(out, lines...))
	}
}

// digits are numbers as texts.
func digits(numbers []int) []string {
	out := make([]string, len(numbers))
	for i, n := range numbers {
		out[i] = strconv.Itoa(n)
	}
	return out
}

func dedupe(d *draw) {
	out, file := d.one(outFiles...), d.one(textFiles...)
	d.free(out)
	d.beside(1)
	lines := d.many(things[:7], d.n(6, 9+2*d.level))
	lines = append(lines, lines[0])
	d.file(file, lines...)
	switch d.level {
	case 1:
		d.say("Write the different lines of "+file+", sorted, to "+out+".", "Sort "+file+" without lines that are there twice and write it to "+out+".")
		d.do("sort -u " + file + " > " + out)
		d.wanted(listed(out, distinct(lines)...))
	case 2:
		var twice []string
		for _, l := range distinct(lines) {
			if len(having(lines, l)) > 1 {
				twice = append(twice, l)
			}
		}
		d.say("Write the lines that are in "+file+" more than once to "+out+", each once.", "Which lines has "+file+" twice or more? Write each of them once to "+out+".")
		d.do("sort " + file + " | uniq -d > " + out)
		d.wanted(holds(out, twice...))
	default:
		var first []string
		for _, l := range lines {
			if !slices.Contains(first, l) {
				first = append(first, l)
			}
		}
		d.say("Write the lines of "+file+" to "+out+" in their order, but each only once, where it comes first.", "Leave out the lines of "+file+" that were there before, keep the order, and write the rest to "+out+".")
		d.do("awk '!seen[$0]++' " + file + " > " + out)
		d.wanted(listed(out, first...))
	}
}

// table makes rows of a table: a person, a number, a city, a thing.
func (d *draw) table(n int) [][]string {
	rows := make([][]string, n)
	for i := range rows {
		rows[i] = []string{d.one(people...), strconv.Itoa(d.n(1, 99)), d.one(cities[:5]...), d.one(things...)}
	}
	return rows
}

func joined(rows [][]string) []string {
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = strings.Join(r, ",")
	}
	return lines
}

var header = []string{"name", "number", "city", "thing"}

func column(d *draw) {
	out, file, c := d.one(outFiles...), d.one(tableFiles...), d.n(1, 4)
	d.free(out)
	d.beside(1)
	rows := d.table(d.n(3, 3+2*d.level))
	var cells []string
	for _, r := range rows {
		cells = append(cells, r[c-1])
	}
	n := strconv.Itoa(c)
	switch d.level {
	case 1:
		d.file(file, joined(rows)...)
		d.say("Write column "+n+" of "+file+" to "+out+".", "Take column "+n+" of "+file+" and write it to "+out+".")
		d.do("cut -d, -f " + n + " " + file + " > " + out)
		d.wanted(listed(out, cells...))
	case 2:
		d.file(file, append([]string{strings.Join(header, ",")}, joined(rows)...)...)
		d.say("Write column "+n+" of "+file+" without the first row to "+out+".", "Take column "+n+" of "+file+", leave out the header, and write it to "+out+".")
		d.do("tail -n +2 " + file + " | cut -d, -f " + n + " > " + out)
		d.wanted(listed(out, cells...))
	default:
		d.file(file, append([]string{strings.Join(header, ",")}, joined(rows)...)...)
		c = d.rng.IntN(4)
		d.say("Write the different values of the column "+header[c]+" of "+file+", sorted and without the header, to "+out+".", "Which values has the column "+header[c]+" in "+file+"? Write each once, sorted, to "+out+".")
		d.do("head -n 1 "+file, "tail -n +2 "+file+" | cut -d, -f "+strconv.Itoa(c+1)+" | sort -u > "+out)
		cells = nil
		for _, r := range rows {
			cells = append(cells, r[c])
		}
		d.wanted(listed(out, distinct(cells)...))
	}
}

func headTail(d *draw) {
	out, file := d.one(outFiles...), d.one(textFiles...)
	d.free(out)
	d.beside(1)
	lines := d.some(things, d.n(8, 12))
	d.file(file, lines...)
	n := d.n(2, 5)
	count := strconv.Itoa(n)
	switch d.level {
	case 1:
		if d.rng.IntN(2) == 0 {
			d.say("Write the first "+count+" lines of "+file+" to "+out+".", "Take the first "+count+" lines of "+file+" and write them to "+out+".")
			d.do("head -n " + count + " " + file + " > " + out)
			d.wanted(listed(out, lines[:n]...))
			return
		}
		d.say("Write the last "+count+" lines of "+file+" to "+out+".", "Take the last "+count+" lines of "+file+" and write them to "+out+".")
		d.do("tail -n " + count + " " + file + " > " + out)
		d.wanted(listed(out, lines[len(lines)-n:]...))
	case 2:
		d.say("Sort "+file+" and write the first "+count+" lines of that to "+out+".", "Write the first "+count+" lines of the sorted "+file+" to "+out+".")
		d.do("sort " + file + " | head -n " + count + " > " + out)
		slices.Sort(lines)
		d.wanted(listed(out, lines[:n]...))
	default:
		last := n + d.n(1, 3)
		d.say("Write the lines "+count+" to "+strconv.Itoa(last)+" of "+file+" to "+out+".", "Take line "+count+" of "+file+" and all up to line "+strconv.Itoa(last)+" and write them to "+out+".")
		d.do("head -n " + strconv.Itoa(last) + " " + file + " | tail -n +" + count + " > " + out)
		d.wanted(listed(out, lines[n-1:last]...))
	}
}

func merge(d *draw) {
	out := d.one(outFiles...)
	d.free(out)
	d.beside(1)
	switch d.level {
	case 1, 3:
		names := d.some(textFiles, 2)
		n := d.n(2, 5)
		a, b := d.some(things, n), d.some(cities, n)
		d.file(names[0], a...)
		d.file(names[1], b...)
		if d.level == 1 {
			d.say("Write "+names[0]+" and after it "+names[1]+" to "+out+".", "Put "+names[0]+" and then "+names[1]+" together into "+out+".")
			d.do("cat " + names[0] + " " + names[1] + " > " + out)
			d.wanted(listed(out, append(a, b...)...))
			return
		}
		d.say("Put each line of "+names[0]+" and the same line of "+names[1]+" side by side with a comma between, sort that, and write it to "+out+".",
			"Make a table of "+names[0]+" and "+names[1]+", side by side with a comma between, and write it sorted to "+out+".")
		d.do("paste -d, " + names[0] + " " + names[1] + " | sort > " + out)
		var rows []string
		for i := range a {
			rows = append(rows, a[i]+","+b[i])
		}
		slices.Sort(rows)
		d.wanted(listed(out, rows...))
	default:
		dir := d.one(folders...)
		var all []string
		names := d.some(textFiles, 3)
		slices.Sort(names)
		for _, f := range names {
			lines := d.some(things, d.n(1, 3))
			d.file(dir+"/"+f, lines...)
			all = append(all, lines...)
		}
		d.say("Put all files of "+dir+" together into "+out+", in the order of their names.", "Write the files of "+dir+", one after the other by name, to "+out+".")
		d.do("cat " + dir + "/*.txt > " + out)
		d.wanted(listed(out, all...))
	}
}

func reverse(d *draw) {
	out, file := d.one(outFiles...), d.one(textFiles...)
	d.free(out)
	d.beside(1)
	lines := d.some(things, d.n(4, 8))
	d.file(file, lines...)
	switch d.level {
	case 1:
		d.say("Write the lines of "+file+" from the last to the first to "+out+".", "Turn the order of the lines of "+file+" around and write them to "+out+".")
		d.do("tac " + file + " > " + out)
		slices.Reverse(lines)
	case 2:
		d.say("Write the lines of "+file+" to "+out+", sorted from z to a.", "Sort "+file+" backwards and write it to "+out+".")
		d.do("sort -r " + file + " > " + out)
		slices.Sort(lines)
		slices.Reverse(lines)
	default:
		d.say("Write the last 3 lines of "+file+" to "+out+", the last one first, with numbers before them.", "Number the last 3 lines of "+file+", beginning with the last one, and write them to "+out+".")
		d.do("tac " + file + " | head -n 3 | nl > " + out)
		slices.Reverse(lines)
		lines = lines[:3]
		for i := range lines {
			lines[i] = strconv.Itoa(i+1) + " " + lines[i]
		}
	}
	d.wanted(listed(out, lines...))
}

func capitals(d *draw) {
	out, file := d.one(outFiles...), d.one(textFiles...)
	d.free(out)
	d.beside(1)
	lines := d.some(things, d.n(3, 6))
	large := make([]string, len(lines))
	for i, l := range lines {
		large[i] = strings.ToUpper(l)
	}
	up := "'[:lower:]' '[:upper:]'"
	switch d.level {
	case 1:
		d.file(file, lines...)
		d.say("Write "+file+" in capital letters to "+out+".", "Change all letters of "+file+" to capitals and write them to "+out+".")
		d.do("tr " + up + " < " + file + " > " + out)
		d.wanted(listed(out, large...))
	case 2:
		d.file(file, large...)
		d.say("Write "+file+" in small letters, sorted, to "+out+".", "Change all letters of "+file+" to small ones, sort the lines and write them to "+out+".")
		d.do("tr '[:upper:]' '[:lower:]' < " + file + " | sort > " + out)
		slices.Sort(lines)
		d.wanted(listed(out, lines...))
	default:
		d.file(file, append(lines, large...)...)
		d.say("In "+file+" the same words stand in small and in capital letters. Write each word once, in capitals and sorted, to "+out+".", "Write the different words of "+file+", all in capital letters, to "+out+". Sort them.")
		d.do("tr " + up + " < " + file + " | sort -u > " + out)
		slices.Sort(large)
		d.wanted(listed(out, large...))
	}
}

func splitTask(d *draw) {
	file, n := d.one(textFiles...), d.n(2, 4)
	d.beside(1)
	lines := d.some(things, d.n(2*n+1, 3*n))
	d.file(file, lines...)
	count, prefix := strconv.Itoa(n), "part_"
	switch d.level {
	case 1:
		d.say("Split "+file+" into files of "+count+" lines; their names begin with part_", "Cut "+file+" into pieces of "+count+" lines, with names that begin with part_")
		d.do("split -l " + count + " " + file + " part_")
	case 2:
		d.folder("parts")
		prefix = "parts/x"
		d.say("Split "+file+" into files of "+count+" lines in the folder parts.", "Cut "+file+" into pieces of "+count+" lines and put them into parts.")
		d.do("split -l " + count + " " + file + " parts/x")
	default:
		prefix = "parts/x"
		d.free(file)
		d.say("Sort "+file+", split it into files of "+count+" lines in a new folder parts, and delete "+file+".", "Make a folder parts, cut the sorted lines of "+file+" into pieces of "+count+" lines there, and remove "+file+".")
		d.do("mkdir parts", "sort "+file+" | split -l "+count+" - parts/x", "rm "+file)
		slices.Sort(lines)
		d.wanted(gone(file))
	}
	for i := 0; i*n < len(lines); i++ {
		d.wanted(piece(prefix, i, lines[i*n:min(len(lines), i*n+n)]))
	}
}

func filterTable(d *draw) {
	out, file := d.one(outFiles...), d.one(tableFiles...)
	d.free(out)
	d.beside(1)
	rows := d.table(d.n(4, 5+2*d.level))
	city := rows[0][2]
	limit := d.one("30", "50", "70")
	above, _ := strconv.Atoi(limit)
	var there, over, who []string
	for _, r := range rows {
		if r[2] == city {
			there, who = append(there, strings.Join(r, ",")), append(who, r[0])
		}
		if n, _ := strconv.Atoi(r[1]); n > above {
			over = append(over, strings.Join(r, ","))
		}
	}
	if over == nil {
		rows = append(rows, []string{"ada", "99", city, "tea"})
		over = []string{"ada,99," + city + ",tea"}
		there, who = append(there, over[0]), append(who, "ada")
	}
	d.file(file, joined(rows)...)
	switch d.level {
	case 1:
		d.say("Write the rows of "+file+" with "+city+" to "+out+".", "Take all rows with "+city+" from "+file+" and write them to "+out+".")
		d.do("grep " + city + " " + file + " > " + out)
		d.wanted(listed(out, there...))
	case 2:
		d.say("Write the rows of "+file+" with a number over "+limit+" in column 2 to "+out+".", "Take all rows from "+file+" where column 2 is more than "+limit+" and write them to "+out+".")
		d.do("awk -F, '$2>" + limit + "' " + file + " > " + out)
		d.wanted(listed(out, over...))
	default:
		d.say("Write the names in column 1 of the rows of "+file+" with "+city+", each once and sorted, to "+out+".", "Who is in "+city+"? Take the names of column 1 of "+file+" and write each once, sorted, to "+out+".")
		d.do("grep " + city + " " + file + " | cut -d, -f 1 | sort -u > " + out)
		d.wanted(listed(out, distinct(who)...))
	}
}
