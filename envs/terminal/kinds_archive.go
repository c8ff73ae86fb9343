package terminal

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"github.com/turngym/turngym/tools/shellbox"
)

// archiving are tasks about archives, compression and checksums.
func archiving() []kind {
	return []kind{
		{"pack", "put a folder into an archive", pack},
		{"unpack", "take files out of an archive", unpack},
		{"compress", "compress files, or the other way", compress},
		{"checksum", "write and check checksums", checksums},
		{"backup", "copy files", backup},
	}
}

// folderOf makes a folder with n files and gives their paths.
func (d *draw) folderOf(dir string, n int) []string {
	var paths []string
	for _, f := range d.some(textFiles, n) {
		d.file(dir+"/"+f, d.some(things, d.n(1, 3))...)
		paths = append(paths, dir+"/"+f)
	}
	return paths
}

// packed wants an archive of just these files, with what is in them.
func (d *draw) packed(name string, paths []string) want {
	text := map[string]string{}
	for _, p := range paths {
		text[p] = read(d.fs, p)
	}
	return func(f *shellbox.FS) float64 {
		data, err := f.ReadFile(at(name))
		if err != nil || len(data) == 0 {
			return 0
		}
		r := io.Reader(bytes.NewReader(data))
		if strings.HasSuffix(name, "gz") {
			if r, err = gzip.NewReader(r); err != nil {
				return 0.1
			}
		}
		got, common := 0, 0
		for t := tar.NewReader(r); ; {
			h, err := t.Next()
			if err != nil {
				break
			}
			if h.Typeflag != tar.TypeReg {
				continue
			}
			got++
			content, _ := io.ReadAll(t)
			if want, ok := text[plain(h.Name)]; ok && want == string(content) {
				common++
			}
		}
		return near(common, got, len(paths))
	}
}

func pack(d *draw) {
	dir := d.one(folders...)
	name := d.one("backup", "archive", "saved")
	d.beside(1)
	paths := d.folderOf(dir, d.n(2, 4))
	switch d.level {
	case 1:
		name += ".tar"
		d.say("Put the folder "+dir+" into the archive "+name+".", "Make an archive "+name+" of "+dir+".")
		d.do("tar cf " + name + " " + dir)
	case 2:
		name += ".tar.gz"
		d.say("Put the folder "+dir+" into the compressed archive "+name+".", "Make an archive "+name+" of "+dir+", compressed with gzip.")
		d.do("tar czf " + name + " " + dir)
	default:
		name += ".tar.gz"
		d.raw(dir+"/x.tmp", "x\n", 0o644)
		d.raw(dir+"/y.tmp", "y\n", 0o644)
		d.free(dir)
		d.say("Delete the .tmp files from "+dir+", put the folder into the compressed archive "+name+" and then remove "+dir+".", "Make a compressed archive "+name+" of "+dir+", without its .tmp files, and remove the folder.")
		d.do("rm "+dir+"/*.tmp", "tar czf "+name+" "+dir, "rm -r "+dir)
		d.wanted(gone(dir))
	}
	d.wanted(d.packed(name, paths))
}

// archive puts files into an archive and takes them away.
func (d *draw) archive(name, dir string, paths []string) {
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	d.check(t.WriteHeader(&tar.Header{Name: dir + "/", Typeflag: tar.TypeDir, Mode: 0o755, ModTime: shellbox.Epoch}))
	for _, p := range paths {
		text := read(d.fs, p)
		d.check(t.WriteHeader(&tar.Header{Name: p, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text)), ModTime: shellbox.Epoch}))
		_, err := t.Write([]byte(text))
		d.check(err)
	}
	d.check(t.Close())
	d.raw(name, b.String(), 0o644)
	d.check(d.fs.Remove(at(dir), true))
}

func unpack(d *draw) {
	dir, name := d.one(folders...), d.one("backup", "archive", "saved")+".tar"
	d.beside(1)
	paths := d.folderOf(dir, d.n(3, 4))
	texts := make([]string, len(paths))
	for i, p := range paths {
		texts[i] = read(d.fs, p)
	}
	d.archive(name, dir, paths)
	switch d.level {
	case 1:
		d.say("Unpack the archive "+name+" here.", "Take all files out of the archive "+name+".")
		d.do("tar xf " + name)
		for i, p := range paths {
			d.wanted(same(p, texts[i]))
		}
	case 2:
		out := d.one("out", "new", "copy")
		d.say("Make a folder "+out+" and unpack the archive "+name+" into it.", "Unpack "+name+" into a new folder "+out+".")
		d.do("mkdir "+out, "tar xf "+name+" --directory "+out)
		for i, p := range paths {
			d.wanted(same(out+"/"+p, texts[i]))
		}
	default:
		k := d.rng.IntN(len(paths))
		d.say("Take only the file "+paths[k]+" out of the archive "+name+", and then delete the archive.", "Unpack nothing but "+paths[k]+" from "+name+" and remove the archive after that.")
		d.do("tar tf "+name, "tar xf "+name+" "+paths[k], "rm "+name)
		d.free(name)
		d.wanted(same(paths[k], texts[k]), gone(name), func(f *shellbox.FS) float64 {
			list, _ := f.ReadDir(at(dir))
			return truth(len(list) == 1)
		})
	}
}

// zipped wants a compressed file with this text.
func zipped(name, text string) want {
	return func(f *shellbox.FS) float64 {
		data, err := f.ReadFile(at(name))
		if err != nil {
			return 0
		}
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return 0
		}
		got, _ := io.ReadAll(z)
		return truth(string(got) == text)
	}
}

func compress(d *draw) {
	file := d.one(logFiles...)
	d.beside(1)
	switch d.level {
	case 1:
		if d.rng.IntN(2) == 0 {
			d.file(file, d.log(d.n(2, 5))...)
			d.free(file)
			d.say("Compress "+file+" with gzip.", "Make "+file+".gz out of "+file+".")
			d.do("gzip " + file)
			d.wanted(zipped(file+".gz", read(d.fs, file)), gone(file))
			return
		}
		text := strings.Join(d.log(d.n(2, 5)), "\n") + "\n"
		d.raw(file+".gz", string(shellbox.Gzip([]byte(text))), 0o644)
		d.free(file + ".gz")
		d.say("Unpack "+file+".gz", "The file "+file+".gz is compressed. Unpack it.")
		d.do("gunzip " + file + ".gz")
		d.wanted(same(file, text), gone(file+".gz"))
	case 2:
		for _, f := range d.some(logFiles, 3) {
			d.file("logs/"+f, d.log(d.n(2, 4))...)
			d.free("logs/" + f)
			d.wanted(zipped("logs/"+f+".gz", read(d.fs, "logs/"+f)), gone("logs/"+f))
		}
		d.say("Compress all .log files in logs with gzip.", "Make a .gz file out of every .log file of logs.")
		d.do("gzip logs/*.log")
	default:
		lines := d.log(d.n(6, 12))
		word := strings.Fields(lines[0])[0]
		out := d.one(countFiles...)
		d.raw(file+".gz", string(shellbox.Gzip([]byte(strings.Join(lines, "\n")+"\n"))), 0o644)
		d.free(out)
		d.say("Count the lines with "+word+" in the compressed file "+file+".gz and write the number to "+out+". Leave "+file+".gz as it is.", "How many lines of "+file+".gz, which is compressed, have "+word+"? Write it to "+out+" and do not change the file.")
		d.do("zcat "+file+".gz | head -n 3", "zcat "+file+".gz | grep -c "+word+" > "+out)
		d.wanted(tells(out, len(having(lines, word))))
	}
}

func sum256(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func checksums(d *draw) {
	names := d.some(textFiles, 3)
	slices.Sort(names)
	d.beside(1)
	var sums []string
	for _, n := range names {
		d.file(n, d.some(things, 3)...)
		sums = append(sums, sum256(read(d.fs, n))+"  "+n)
	}
	switch d.level {
	case 1:
		d.free("sums.txt")
		d.say("Write the sha256 checksum of "+names[0]+" to sums.txt.", "Compute the checksum of "+names[0]+" with sha256sum and write it to sums.txt.")
		d.do("sha256sum " + names[0] + " > sums.txt")
		d.wanted(same("sums.txt", sums[0]))
	case 2:
		d.free("sums.sha")
		d.say("Write the sha256 checksums of all .txt files to sums.sha.", "Compute the checksums of the .txt files with sha256sum and write them to sums.sha.")
		d.do("sha256sum *.txt > sums.sha")
		d.wanted(holds("sums.sha", sums...))
	default:
		d.file("sums.sha", sums...)
		bad := d.rng.IntN(3)
		d.file(names[bad], d.some(cities, 3)...)
		d.free(names[bad])
		d.say("One of the .txt files does not have its checksum in sums.sha. Delete that file.", "Check the .txt files against sums.sha and remove the one that is damaged.")
		d.do("sha256sum -c sums.sha", "rm "+names[bad])
		d.wanted(gone(names[bad]))
	}
}

func backup(d *draw) {
	d.beside(1)
	switch d.level {
	case 1:
		file := d.one(slices.Concat(iniFiles, tableFiles)...)
		copy := strings.TrimSuffix(strings.TrimSuffix(file, ".ini"), ".csv") + ".bak"
		d.file(file, d.some(things, 3)...)
		d.free(copy)
		d.say("Copy "+file+" to "+copy+".", "Make a copy of "+file+" with the name "+copy+".")
		d.do("cp " + file + " " + copy)
		d.wanted(same(copy, read(d.fs, file)))
	case 2:
		dir := d.one(folders...)
		copy := d.one("backup", "spare", "saved")
		for _, p := range d.folderOf(dir, 3) {
			d.wanted(same(copy+strings.TrimPrefix(p, dir), read(d.fs, p)))
		}
		d.say("Copy the folder "+dir+" with all that is in it to "+copy+".", "Make a copy "+copy+" of the folder "+dir+".")
		d.do("cp -r " + dir + " " + copy)
	default:
		copy := d.one("backup", "spare", "saved")
		for _, n := range d.some(iniFiles, 3) {
			d.file(n, d.settings("=")...)
			d.wanted(same(copy+"/"+n+".bak", read(d.fs, n)))
		}
		d.say("Make a folder "+copy+" and copy every .ini file there, with .bak after its name.", "Copy all .ini files into a new folder "+copy+" and put .bak at the end of the names of the copies.")
		d.do("mkdir "+copy, "for f in *.ini; do cp $f "+copy+"/$f.bak; done")
	}
}
