package terminal

import (
	"slices"
	"strings"

	"github.com/turngym/turngym/tools/shellbox"
)

// tidying are tasks about where things are kept.
func tidying() []kind {
	return []kind{
		{"rename", "give files another name", rename},
		{"clean-up", "delete what is not needed", cleanUp},
		{"folders", "make folders and put files into them", foldersTask},
		{"gather", "bring files together", gather},
	}
}

func rename(d *draw) {
	d.beside(1)
	switch d.level {
	case 1:
		names := d.some(textFiles, 3)
		d.file(names[0], d.some(things, 3)...)
		d.file(names[2], d.some(things, 3)...)
		d.free(names[0])
		d.say("Rename "+names[0]+" to "+names[1]+".", "Give "+names[0]+" the name "+names[1]+".")
		d.do("mv " + names[0] + " " + names[1])
		d.wanted(gone(names[0]), same(names[1], read(d.fs, names[0])))
	case 2:
		names, dir := d.some(textFiles, 3), d.one(folders...)
		d.folder(dir)
		for i, n := range names {
			if d.file(n, d.some(things, 2)...); i > 0 {
				d.free(n)
				d.wanted(gone(n), same(dir+"/"+n, read(d.fs, n)))
			}
		}
		d.say("Move "+names[1]+" and "+names[2]+" into the folder "+dir+".", "Put "+names[1]+" and "+names[2]+" into "+dir+".")
		d.do("mv " + names[1] + " " + names[2] + " " + dir)
	default:
		for _, n := range d.some(textFiles, 3) {
			d.file(n, d.some(things, 2)...)
			d.free(n)
			d.wanted(gone(n), same(strings.TrimSuffix(n, ".txt")+".old", read(d.fs, n)))
		}
		d.say("Rename all files that end in .txt so that they end in .old", "Give every .txt file a name that ends in .old in place of .txt")
		d.do("ls", "for f in *.txt; do mv $f ${f%.txt}.old; done")
	}
}

func cleanUp(d *draw) {
	d.beside(2)
	scraps := []string{"a.tmp", "b.tmp", "c.tmp", "d.tmp", "e.tmp"}
	switch d.level {
	case 1:
		for _, n := range d.some(scraps, d.n(2, 4)) {
			d.file(n, "x")
			d.free(n)
			d.wanted(gone(n))
		}
		d.file(d.one(textFiles...), d.some(things, 2)...)
		d.say("Delete all .tmp files.", "Remove all files that end in .tmp")
		d.do("rm *.tmp")
	case 2:
		dirs := d.some(folders, 2)
		d.folderOf(dirs[0], 3)
		d.folderOf(dirs[1], 2)
		d.free(dirs[0])
		d.say("Delete the folder "+dirs[0]+" with all that is in it.", "Remove "+dirs[0]+" and everything in it.")
		d.do("rm -r " + dirs[0])
		d.wanted(gone(dirs[0]))
	default:
		dirs := d.some(folders, 3)
		for i, n := range d.some(scraps, 4) {
			p := dirs[i%3] + "/" + n
			if i == 3 {
				p = dirs[0] + "/old/" + n
			}
			d.file(p, "x")
			d.free(p)
			d.wanted(gone(p))
		}
		d.folderOf(dirs[0], 2)
		d.folderOf(dirs[1], 2)
		d.say("Delete all .tmp files in all folders, at any depth.", "Remove every file that ends in .tmp, wherever it is.")
		d.do("find . -name '*.tmp'", "find . -name '*.tmp' -delete")
	}
}

func foldersTask(d *draw) {
	names := d.some(folders, 3)
	d.beside(1)
	switch d.level {
	case 1:
		path := names[0] + "/" + names[1]
		d.say("Make the folder "+path+".", "Create a folder "+path+".")
		d.do("mkdir -p " + path)
		d.wanted(there(names[0]), there(path))
	case 2:
		for _, n := range d.some(logFiles, 3) {
			d.file(n, n)
			d.free(n)
			d.wanted(gone(n), same("logs/"+n, n))
		}
		d.say("Make a folder logs and move all .log files into it.", "Put the .log files into a new folder logs.")
		d.do("mkdir logs", "mv *.log logs")
	default:
		for _, n := range slices.Concat(d.some(logFiles, 2), d.some(tableFiles, 2)) {
			dir := names[0]
			if strings.HasSuffix(n, ".csv") {
				dir = names[1]
			}
			d.file(n, n)
			d.free(n)
			d.wanted(gone(n), same(dir+"/"+n, n))
		}
		d.say("Make the folders "+names[0]+" and "+names[1]+". Move the .log files into "+names[0]+" and the .csv files into "+names[1]+".", "Put all .log files into a new folder "+names[0]+" and all .csv files into a new folder "+names[1]+".")
		d.do("mkdir "+names[0]+" "+names[1], "mv *.log "+names[0], "mv *.csv "+names[1])
	}
}

func gather(d *draw) {
	dirs := d.some(folders, 3)
	d.beside(1)
	move := func(from, to string) {
		d.free(from)
		d.wanted(gone(from), same(to, read(d.fs, from)))
	}
	switch d.level {
	case 1:
		paths := d.folderOf(dirs[0], 3)
		name := strings.TrimPrefix(paths[0], dirs[0]+"/")
		d.say("Move "+paths[0]+" here, out of its folder.", "Take "+paths[0]+" out of the folder and put it here.")
		d.do("mv " + paths[0] + " .")
		move(paths[0], name)
	case 2:
		d.file(dirs[1]+"/"+logFiles[0], "x")
		for _, p := range d.folderOf(dirs[0], 3) {
			move(p, dirs[1]+strings.TrimPrefix(p, dirs[0]))
		}
		d.say("Move all .txt files from "+dirs[0]+" to "+dirs[1]+".", "Put the .txt files of "+dirs[0]+" into "+dirs[1]+".")
		d.do("mv " + dirs[0] + "/*.txt " + dirs[1])
	default:
		names := d.some(textFiles, 4)
		for i, n := range names {
			p := dirs[i%2] + "/" + n
			d.file(p, d.some(things, 2)...)
			move(p, dirs[2]+"/"+n)
		}
		d.free(dirs[0], dirs[1])
		d.wanted(gone(dirs[0]), gone(dirs[1]))
		d.say("Move all files of "+dirs[0]+" and "+dirs[1]+" into a new folder "+dirs[2]+" and delete the empty folders.", "Make a folder "+dirs[2]+", put the files of "+dirs[0]+" and "+dirs[1]+" there, and remove those two folders.")
		d.do("mkdir "+dirs[2], "mv "+dirs[0]+"/*.txt "+dirs[1]+"/*.txt "+dirs[2], "rmdir "+dirs[0]+" "+dirs[1])
	}
}

// scripting are tasks about commands that are kept.
func scripting() []kind {
	return []kind{
		{"script", "write a script", script},
		{"loop", "do the same with every file", loop},
	}
}

// prints wants a script that prints this when it is run, and leaves the files
// alone meanwhile.
func prints(name, text string) want {
	return func(f *shellbox.FS) float64 {
		if read(f, name) == "" {
			return 0
		}
		return 0.1 + 0.9*truth(outputOf(f, "sh "+name) == text)
	}
}

func script(d *draw) {
	name := d.one("run.sh", "hello.sh", "start.sh", "greet.sh")
	d.free(name)
	d.beside(1)
	word := d.one(people...)
	switch d.level {
	case 1:
		d.say("Write a script "+name+" that prints hello "+word+".", "Make "+name+", a script that says hello "+word+".")
		d.do("echo echo hello " + word + " > " + name)
		d.wanted(prints(name, "hello "+word+"\n"))
	case 2:
		d.say("Write a script "+name+" that prints hello "+word+", and make it executable.", "Make "+name+", an executable script that says hello "+word+".")
		d.do("echo echo hello "+word+" > "+name, "chmod +x "+name)
		d.wanted(prints(name, "hello "+word+"\n"), runs(name))
	default:
		file := d.one(textFiles...)
		lines := d.some(things, d.n(3, 6))
		d.file(file, lines...)
		slices.Sort(lines)
		d.say("Write an executable script "+name+" that prints "+word+" and then the lines of "+file+", sorted.", "Make "+name+", an executable script that says "+word+" and shows "+file+" sorted after that.")
		d.do("echo echo "+word+" > "+name, "echo sort "+file+" >> "+name, "chmod +x "+name)
		d.wanted(prints(name, word+"\n"+strings.Join(lines, "\n")+"\n"), runs(name))
	}
}

func loop(d *draw) {
	out, dir := d.one(outFiles...), d.one(folders...)
	d.free(out)
	names := d.some(textFiles, 2+d.level)
	slices.Sort(names)
	var first, counts []string
	for _, n := range names {
		lines := d.some(things, d.n(1, 5))
		d.file(dir+"/"+n, lines...)
		first = append(first, lines[0])
		counts = append(counts, digits([]int{len(lines)})[0]+" "+dir+"/"+n)
	}
	switch d.level {
	case 1:
		d.say("Write the names of the files in "+dir+" to "+out+".", "Which files are in "+dir+"? Write their names to "+out+".")
		d.do("ls " + dir + " > " + out)
		d.wanted(holds(out, names...))
	case 2:
		d.say("Write the first line of each file in "+dir+", in the order of their names, to "+out+".", "Take the first line of every file of "+dir+" and write them to "+out+", by the names of the files.")
		d.do("for f in " + dir + "/*.txt; do head -n 1 $f; done > " + out)
		d.wanted(listed(out, first...))
	default:
		d.say("For each file in "+dir+" write a line with its number of lines and its path to "+out+", in the order of their names.", "How many lines has each file of "+dir+"? Write the number and the path to "+out+", a line for each file.")
		d.do("ls "+dir, "for f in "+dir+"/*.txt; do wc -l $f; done > "+out)
		d.wanted(holds(out, counts...))
	}
}
