package jail

// furnish makes the room, as root of the new namespaces: a root of its own at
// /box with the machine's programs read-only, which commands are shut into by
// chroot. Around it is another root, which only the keeper sees: it holds the
// process file system without which a command could have none, and names by
// which the programs are found. The machine's own root is let go. Last it waits
// for the end of its input, which is the end of the room.
const furnish = `set -eu
umask 022
mount -t tmpfs -o size=1m,mode=755 none /tmp
cd /tmp
mkdir -p old proc box/usr box/proc box/dev box/etc/alternatives box/home box/tmp
show() {
	mount --rbind "$1" "box$1"
	while read -r _ _ _ _ at _; do
		case "$at" in "/tmp/box$1" | "/tmp/box$1/"*) mount -o remount,bind,ro,nosuid,nodev "$at" ;; esac
	done < /proc/self/mountinfo
}
show /usr
ln -s box/usr usr
for d in bin sbin lib lib32 lib64 libx32; do
	if [ -L /$d ]; then
		ln -s "$(readlink /$d)" box/$d
	elif [ -d /$d ]; then
		mkdir box/$d
		show /$d
	else
		continue
	fi
	ln -s box/$d $d
done
if [ -d /etc/alternatives ]; then show /etc/alternatives; fi
for d in null zero urandom; do
	: > box/dev/$d
	mount --bind /dev/$d box/dev/$d
done
ln -s urandom box/dev/random
ln -s /proc/self/fd box/dev/fd
echo 'user:x:1000:1000:user:/home/user:/bin/sh' > box/etc/passwd
echo 'user:x:1000:' > box/etc/group
echo '127.0.0.1 localhost' > box/etc/hosts
mount -t tmpfs -o "size=$1,nr_inodes=$2,mode=755,nosuid,nodev" none box/home
mount -t tmpfs -o "size=$1,nr_inodes=$2,mode=1777,nosuid,nodev" none box/tmp
mkdir box/home/user
tar -x -p -o -f - -C box/home/user <&4
exec 4<&-
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

// begin is the first process of a command's namespace. It says that it is there,
// asks to be the first to go when memory is short, and runs the command as a
// child, so that signals do to the command what they do to any other.
const begin = `echo in >&3
echo 1000 > /proc/self/oom_score_adj
"$@"
exit $?`
