package terminal

import (
	"slices"
	"strings"
)

// configuring are tasks about settings.
func configuring() []kind {
	return []kind{
		{"add-setting", "add a setting to a configuration", addSetting},
		{"set-key", "give a key of a configuration another value", setKey},
		{"add-host", "add a machine to a list of hosts", addHost},
		{"permissions", "make files private, or let them be run", permissionsTask},
		{"rotate", "put a log away and begin a new one", rotate},
		{"links", "make and change symbolic links", links},
	}
}

func addSetting(d *draw) {
	key, value := d.setting()
	line := key + "=" + value
	file := d.one(iniFiles...)
	d.beside(1)
	without := func() []string {
		return slices.DeleteFunc(d.settings("="), func(l string) bool { return strings.HasPrefix(l, key) })
	}
	switch d.level {
	case 1:
		lines := without()
		d.file(file, lines...)
		d.free(file)
		d.say("Add the line "+line+" at the end of "+file+".", "Put "+line+" at the end of "+file+".", "Append "+line+" to "+file+".")
		d.do("echo " + line + " >> " + file)
		d.wanted(same(file, strings.Join(append(lines, line), "\n")))
	case 2:
		for _, f := range d.some(iniFiles, 2) {
			lines := without()
			d.file(f, lines...)
			d.free(f)
			d.wanted(same(f, strings.Join(append(lines, line), "\n")))
		}
		names := []string{strings.TrimPrefix(d.may[0], home+"/"), strings.TrimPrefix(d.may[1], home+"/")}
		d.say("Add the line "+line+" at the end of "+names[0]+" and of "+names[1]+".", "Append "+line+" to "+names[0]+" and to "+names[1]+".")
		d.do("echo "+line+" >> "+names[0], "echo "+line+" >> "+names[1])
	default:
		for _, f := range iniFiles {
			lines := without()
			d.file("etc/"+f, lines...)
			d.free("etc/" + f)
			d.wanted(same("etc/"+f, strings.Join(append(lines, line), "\n")))
		}
		d.say("Add the line "+line+" at the end of every file in etc.", "Append "+line+" to all files of etc.")
		d.do("ls etc", "for f in etc/*.ini; do echo "+line+" >> $f; done")
	}
}

func setKey(d *draw) {
	file := d.one(iniFiles...)
	lines := d.settings("=")
	key, value := d.setting()
	for valueOf(lines, key, "=") == value {
		key, value = d.setting()
	}
	line := key + "=" + value
	changed := func(lines []string) string {
		out := slices.Clone(lines)
		for i, l := range out {
			if strings.HasPrefix(l, key+"=") {
				out[i] = line
			}
		}
		return strings.Join(out, "\n")
	}
	d.beside(1)
	sed := "sed -i -e '/^" + key + "/c\\' -e " + line + " "
	switch d.level {
	case 1:
		d.file(file, lines...)
		d.free(file)
		d.say("Set "+line+" in "+file+".", "Change the "+key+" in "+file+" so that the line is "+line+".", "In "+file+" the line of "+key+" must be "+line+".")
		d.do(sed + file)
		d.wanted(same(file, changed(lines)))
	case 2:
		for _, f := range d.some(iniFiles, 3) {
			lines := d.settings("=")
			d.file("etc/"+f, lines...)
			d.free("etc/" + f)
			d.wanted(same("etc/"+f, changed(lines)))
		}
		d.fs.WriteFile(at("etc/"+"last.ini"), []byte(key+"=none\n"), 0o644)
		d.free("etc/last.ini")
		d.wanted(same("etc/last.ini", line))
		d.say("Set "+line+" in all files of etc.", "Change the "+key+" in every file in etc so that the line is "+line+".")
		d.do(sed + "etc/*.ini")
	default:
		d.file(file, lines...)
		d.free(file, file+".old")
		d.say("Copy "+file+" to "+file+".old and then set "+line+" in "+file+".", "Keep "+file+" as "+file+".old and change the "+key+" in "+file+" so that the line is "+line+".")
		d.do("grep "+key+" "+file, "cp "+file+" "+file+".old", sed+file)
		d.wanted(same(file+".old", strings.Join(lines, "\n")), same(file, changed(lines)))
	}
}

func addHost(d *draw) {
	address := func() string { return "10.0.0." + d.one("2", "3", "4", "5", "6", "7", "8", "9") }
	hosts := []string{"alpha", "gamma", "delta", "sigma", "omega"}
	names := d.some(hosts, 5)
	lines := []string{"127.0.0.1 localhost", "10.0.1.1 " + names[0], "10.0.1.2 " + names[1]}
	ip, name := address(), names[2]
	d.beside(1)
	d.file("hosts", lines...)
	d.free("hosts")
	switch d.level {
	case 1:
		d.say("Add the line "+ip+" "+name+" to hosts.", "Append the line "+ip+" "+name+" at the end of hosts.")
		d.do("echo " + ip + " " + name + " >> hosts")
		d.wanted(same("hosts", strings.Join(append(lines, ip+" "+name), "\n")))
	case 2:
		other := "10.0.2.1 " + names[3]
		d.say("Add the lines "+ip+" "+name+" and then "+other+" to hosts.", "Append the line "+ip+" "+name+" to hosts, and after it the line "+other+".")
		d.do("echo "+ip+" "+name+" >> hosts", "echo "+other+" >> hosts")
		d.wanted(same("hosts", strings.Join(append(lines, ip+" "+name, other), "\n")))
	default:
		old := names[1]
		d.free("hosts.old")
		d.say("Copy hosts to hosts.old, remove the line of "+old+" from hosts and add the line "+ip+" "+name+" at its end.", "In hosts, "+old+" is gone and "+ip+" "+name+" has come: change it, and keep the old file as hosts.old.")
		d.do("cp hosts hosts.old", "grep -v "+old+" hosts.old > hosts", "echo "+ip+" "+name+" >> hosts")
		d.wanted(same("hosts.old", strings.Join(lines, "\n")), same("hosts", strings.Join([]string{lines[0], lines[1], ip + " " + name}, "\n")))
	}
}

func permissionsTask(d *draw) {
	scripts := d.some([]string{"run.sh", "build.sh", "start.sh", "clean.sh"}, 3)
	secrets := d.some([]string{"site.key", "mail.key", "user.key", "app.key"}, 3)
	d.beside(1)
	switch d.level {
	case 1:
		if d.rng.IntN(2) == 0 {
			d.file(scripts[0], "echo hello")
			d.file(scripts[1], "echo hello")
			d.free(scripts[0])
			d.say("Make "+scripts[0]+" executable.", "Allow that "+scripts[0]+" is run as a program.")
			d.do("chmod +x " + scripts[0])
			d.wanted(runs(scripts[0]))
			return
		}
		d.file(secrets[0], "secret")
		d.file(secrets[1], "secret")
		d.free(secrets[0])
		d.say("Nobody but the owner may read "+secrets[0]+": give it the permissions 600.", "Change the mode of "+secrets[0]+" to 600.")
		d.do("chmod 600 " + secrets[0])
		d.wanted(mode(secrets[0], 0o600))
	case 2:
		for i := range 3 {
			d.file("bin/"+scripts[i], "echo hello")
			d.free("bin/" + scripts[i])
			d.wanted(runs("bin/" + scripts[i]))
		}
		d.say("Make all .sh files in bin executable.", "Allow that the .sh files of bin are run as programs.")
		d.do("chmod +x bin/*.sh")
	default:
		for i := range 3 {
			d.file("bin/"+scripts[i], "echo hello")
			d.file("bin/"+secrets[i], "secret")
			d.free("bin/"+scripts[i], "bin/"+secrets[i])
			d.wanted(runs("bin/"+scripts[i]), mode("bin/"+secrets[i], 0o600))
		}
		d.say("In bin, make the .sh files executable and give the .key files the permissions 600.", "The .sh files of bin must be executable, and the mode of its .key files must be 600.")
		d.do("chmod +x bin/*.sh", "chmod 600 bin/*.key")
	}
}

func rotate(d *draw) {
	file := d.one(logFiles...)
	lines := d.log(d.n(2, 5))
	d.file(file, lines...)
	d.beside(2)
	text := strings.Join(lines, "\n")
	d.free(file)
	switch d.level {
	case 1:
		d.say("Rename "+file+" to "+file+".1", "Move "+file+" to "+file+".1")
		d.do("mv " + file + " " + file + ".1")
		d.wanted(gone(file), same(file+".1", text))
	case 2:
		d.say("Rename "+file+" to "+file+".1 and make a new, empty "+file+".", "Move "+file+" to "+file+".1 and begin an empty "+file+".")
		d.do("mv "+file+" "+file+".1", "touch "+file)
		d.wanted(same(file+".1", text), same(file, ""))
	default:
		old := d.log(d.n(2, 5))
		d.file(file+".1", old...)
		d.free(file + ".1")
		d.say("Rename "+file+".1 to "+file+".2 and "+file+" to "+file+".1 and make a new, empty "+file+".", "Rotate "+file+": what is "+file+".1 becomes "+file+".2 and "+file+" becomes "+file+".1; then begin an empty "+file+".")
		d.do("mv "+file+".1 "+file+".2", "mv "+file+" "+file+".1", "touch "+file)
		d.wanted(same(file+".2", strings.Join(old, "\n")), same(file+".1", text), same(file, ""))
	}
}

func links(d *draw) {
	d.beside(1)
	switch d.level {
	case 1:
		file, name := d.one(iniFiles...), d.one("current", "main", "used")
		d.file(file, d.settings("=")...)
		d.say("Make a symbolic link "+name+" to "+file+".", "Create a symbolic link with the name "+name+" that leads to "+file+".")
		d.do("ln -s " + file + " " + name)
		d.wanted(leads(name, file))
	case 2:
		name, v := d.one("current", "main", "used"), d.some([]string{"v1", "v2", "v3", "v4"}, 3)
		for _, x := range v {
			d.file(x+"/"+d.one(textFiles...), x)
		}
		d.check(d.fs.Symlink(v[0], at(name)))
		d.free(name)
		d.say("The link "+name+" leads to "+v[0]+". Make it lead to "+v[1]+".", "Change the symbolic link "+name+" so that it leads to "+v[1]+" and no longer to "+v[0]+".")
		d.do("rm "+name, "ln -s "+v[1]+" "+name)
		d.wanted(leads(name, v[1]))
	default:
		names := d.some(textFiles, 3)
		for _, n := range names {
			d.file("store/"+n, n)
			d.wanted(leads(n, "store/"+n))
		}
		d.say("Make a symbolic link here to each file in store, with the same name.", "For every file of store, create a symbolic link of its name in this folder.")
		d.do("ls store", "for f in store/*.txt; do ln -s $f; done")
	}
}
