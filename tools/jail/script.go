package jail

import (
	"io/fs"
	"os"
	"strings"
)

// furnish makes the room, as root of the new namespaces: a root of its own at
// /box with the machine's programs read-only, which commands are shut into by
// chroot. Around it is another root, which only the keeper sees: it holds the
// process file system without which a command could have none, and names by
// which the programs are found. The machine's own root is let go. Last it waits
// for the end of its input, which is the end of the room.
//
// Its arguments are the bytes and the number of files, and the folders of the
// machine that are shown. Folders, links and files come in one archive (see
// frame): a program for each of them would take as long as all the rest.
const furnish = `set -eu
size=size=$1,nr_inodes=$2,nosuid,nodev
shift 2
mount -t tmpfs -o size=1m,mode=755 none /tmp
cd /tmp
mkdir -p box/home box/tmp
mount -t tmpfs -o "$size,mode=755" none box/home
mount -t tmpfs -o "$size,mode=1777" none box/tmp
tar -x -p -o -f - <&4
exec 4<&-
for dir do
	mount --rbind "$dir" "box$dir"
	while read -r _ _ _ _ at _; do
		case "$at" in "/tmp/box$dir" | "/tmp/box$dir/"*) mount -o remount,bind,ro,nosuid,nodev "$at" ;; esac
	done < /proc/self/mountinfo
done
for device in null zero urandom; do
	mount --bind /dev/$device box/dev/$device
done
mount -t proc -o nosuid,nodev,noexec none proc
pivot_root . old
cd /
umount -l /old
mount -o remount,ro none /
hostname box || : # a machine without that program keeps its name
echo ready >&3
exec 3>&-
while read -r _; do :; done
`

// frame is what stands around the files of a room, as furnish expects it, and
// the folders of this machine that are shown in it.
func frame() (files []File, show []string) {
	dir := func(names ...string) {
		for _, n := range names {
			files = append(files, File{Name: n, Mode: fs.ModeDir | 0o755})
		}
	}
	link := func(name, target string) {
		files = append(files, File{Name: name, Mode: fs.ModeSymlink | 0o777, Data: []byte(target)})
	}
	file := func(name, text string) { files = append(files, File{Name: name, Mode: 0o644, Data: []byte(text)}) }

	dir("old", "proc", "box/proc", "box/dev", "box/etc", "box"+Home)
	for _, name := range []string{"usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc/alternatives"} {
		info, err := os.Lstat("/" + name)
		switch {
		case err != nil:
			continue
		case info.IsDir():
			dir("box/" + name)
			show = append(show, "/"+name)
		default:
			target, _ := os.Readlink("/" + name)
			link("box/"+name, target)
		}
		if !strings.Contains(name, "/") {
			link(name, "box/"+name)
		}
	}
	for _, name := range []string{"null", "zero", "urandom"} {
		file("box/dev/"+name, "")
	}
	link("box/dev/random", "urandom")
	link("box/dev/fd", "/proc/self/fd")
	file("box/etc/passwd", "user:x:1000:1000:user:/home/user:/bin/sh\n")
	file("box/etc/group", "user:x:1000:\n")
	file("box/etc/hosts", "127.0.0.1 localhost\n")
	return files, show
}

// begin is the first process of a command's namespace. It says that it is there,
// asks to be the first to go when memory is short, and runs the command as a
// child, so that signals do to the command what they do to any other.
const begin = `echo in >&3
echo 1000 > /proc/self/oom_score_adj
"$@"
exit $?`
