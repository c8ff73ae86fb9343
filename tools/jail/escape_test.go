package jail_test

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/turngym/turngym/tools/jail"
)

// TestCommandsCannotReachTheMachine tries one way out after the other. A line
// that ends well has found one.
func TestCommandsCannotReachTheMachine(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	for dir := filepath.Dir(secret); dir != "/"; dir = filepath.Dir(dir) {
		os.Chmod(dir, 0o755) // that it is not seen is not a matter of permissions
	}
	if err := os.WriteFile(secret, []byte("secret"), 0o666); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	t.Setenv("GYM_SECRET", "secret")
	r := room(t, jail.Limits{Time: 20 * time.Second})
	me := strconv.Itoa(os.Getpid())

	for _, c := range []struct{ what, line string }{
		{"host files", "cat " + secret},
		{"host files by process", "cat /proc/*/root" + secret},
		{"host files by directory", "for d in /proc/*/cwd /proc/*/fd/*; do cat $d/../../../../.." + secret + " && exit; done; false"},
		{"host folders", "ls -d /root /work /opt /var /boot /sys /mnt 2>/dev/null | grep ."},
		{"host etc", "ls /etc/shadow /etc/hostname /etc/resolv.conf 2>/dev/null | grep ."},
		{"write to the programs", "echo x > /usr/bin/here"},
		{"write to the programs as their owner", "chmod u+w /usr/bin && echo x > /usr/bin/here"},
		{"folders that may be written to", "awk '$4 !~ /^ro,/ {print $2}' /proc/mounts | grep -v -E '^/(home|tmp|proc|dev/[a-z]+)$'"},
		{"write at the root", "echo x > /here"},
		{"write to etc", "echo x >> /etc/passwd"},
		{"network", "bash -c 'echo x > /dev/tcp/127.0.0.1/" + port + "'"},
		{"network outside", "bash -c 'echo x > /dev/tcp/1.1.1.1/53'"},
		{"interfaces", "grep -v lo: /proc/net/dev | grep :"},
		{"environment", "env | grep -v -E '^(PATH|HOME|USER|LANG|PWD|OLDPWD|SHLVL|_)='"},
		{"environment of processes", "cat /proc/*/environ | grep -a GYM"},
		{"other processes", "test $(ls /proc | grep -c '^[0-9]') -gt 6"},
		{"the opener", "test -e /proc/" + me + "/exe && test " + me + " -gt 1000"},
		{"signals to the opener", "kill -9 " + me + " && test " + me + " -gt 1000"},
		{"signals to the first process", "kill -9 1; sleep 0.1; test ! -e /proc/1"},
		{"the root of the first process", "cat /proc/1/root" + secret},
		{"kernel settings", "echo x > /proc/sys/kernel/core_pattern"},
		{"kernel keys", "echo h > /proc/sysrq-trigger"},
		{"kernel memory", "ls /dev/mem /dev/kmsg /dev/kmem 2>/dev/null | grep ."},
		{"disks", "ls /dev | grep -v -E '^(null|zero|random|urandom|fd)$'"},
		{"new devices", "mknod disk b 254 0"},
		{"new devices, in tmp", "mknod /tmp/mem c 1 1"},
		{"mount", "mount -t tmpfs none /tmp"},
		{"mount, writable", "mount -o remount,rw,bind /usr"},
		{"unmount", "umount /proc || umount /home"},
		{"another root", "chroot / true || chroot /tmp true"},
		{"more namespaces of users", "unshare --user --map-root-user true"},
		{"more namespaces", "unshare --mount true || unshare --net true || unshare --pid true"},
		{"enter namespaces", "nsenter -t 1 --mount true || nsenter -t 1 --user true"},
		{"rights", "grep -E '^Cap(Eff|Prm|Inh|Amb):' /proc/self/status | grep -v 0000000000000000"},
		{"rights that could be gained", "grep NoNewPrivs /proc/self/status | grep 0"},
		{"setuid", "cp /usr/bin/id . && chmod 4755 id && mount | grep ' /home ' | grep -v nosuid"},
		{"su", "su -c true || sudo -n true "},
		{"another user", "setpriv --reuid 0 true || setpriv --reuid 65534 true"},
		{"change of owner", "touch f; chown 0 f || chown 65534 f"},
		{"better limits", "prlimit --nproc=10000 true || sh -c 'ulimit -n 100000'"},
		{"more priority", "test \"$(nice -n -5 nice 2>/dev/null)\" -lt \"$(nice)\""},
		{"the clock", "date -s 2001-01-01"},
		{"the name", "hostname other"},
		{"a terminal", "echo x > /dev/tty"},
	} {
		if res := do(t, r, c.line); res.Exit == 0 || res.TimedOut || strings.Contains(res.Output, "secret\n") {
			t.Errorf("%s: %s\n%+v", c.what, c.line, res)
		}
	}
	if data, err := os.ReadFile(secret); err != nil || string(data) != "secret" {
		t.Errorf("the secret is %q, %v", data, err)
	}
}

// TestCommandsCannotUseTheMachineUp: what grows without end comes to one, and
// the room goes on.
func TestCommandsCannotUseTheMachineUp(t *testing.T) {
	r := room(t, jail.Limits{Time: 30 * time.Second, Disk: 8 << 20, FileSize: 2 << 20, Nodes: 1000, Memory: 128 << 20, Space: 512 << 20, Processes: 20, Open: 64})
	for _, c := range []struct{ what, line, want string }{
		{"processes", "for i in $(seq 200); do sleep 3 & done 2>/dev/null; ls /proc | grep -c '^[0-9]'", ""},
		{"a fork bomb", "bash -c ':(){ :|:& };:' 2>/dev/null; sleep 0.2; echo over", ""},
		{"a loop out of sight", "(setsid nohup sh -c 'while :; do :; done' >/dev/null 2>&1 3>&- &); echo left", "left\n"},
		{"a file", "yes > file 2>/dev/null; stat -c %s file", "2097152\n"},
		{"the disk", "for i in $(seq 30); do head -c 1000000 /dev/zero > f$i; done 2>/dev/null; du -s . | awk '{print $1 <= 8192}'; rm f*", "1\n"},
		{"tmp", "for i in $(seq 30); do head -c 1000000 /dev/zero > /tmp/f$i; done 2>/dev/null; du -s /tmp | awk '{print $1 <= 8192}'; rm /tmp/f*", "1\n"},
		{"names", "mkdir n; cd n; touch $(seq 2000) 2>/dev/null; ls | wc -l | awk '{print $1 < 1000}'; cd; rm -r n", "1\n"},
		{"memory", "python3 -c 'x = bytearray(1 << 30)' 2>/dev/null || echo stopped", "stopped\n"},
		{"mapped memory", "python3 -c 'import mmap; mmap.mmap(-1, 1 << 30)' 2>/dev/null || echo stopped", "stopped\n"},
		{"open files", "python3 -c 'l = [open(\"/dev/null\") for _ in range(1000)]' 2>/dev/null || echo stopped", "stopped\n"},
		{"output", "cat /dev/zero; true", ""},
		{"a report", "cat /dev/zero >&3; true", ""},
		{"folders", "i=0; while [ $i -lt 300 ]; do mkdir d && cd d || break; i=$((i+1)); done; echo made", "made\n"},
	} {
		res, err := r.Run(t.Context(), jail.Command{Args: []string{"/bin/sh", "-c", "cd\n" + c.line}})
		switch {
		case err != nil:
			t.Fatalf("%s: %v", c.what, err)
		case len(res.Output)+len(res.Report) > 256<<10:
			t.Errorf("%s: %d bytes", c.what, len(res.Output)+len(res.Report))
		case c.want != "" && res.Output != c.want:
			t.Errorf("%s: %+v", c.what, res)
		case c.what == "processes":
			if n, _ := strconv.Atoi(strings.TrimSpace(res.Output)); n > 25 {
				t.Errorf("%d processes", n)
			}
		}
		if res := do(t, r, "echo on; ls /proc | grep '^[0-9]' | wc -l"); !strings.HasPrefix(res.Output, "on\n") || len(res.Output) != 5 {
			t.Fatalf("after %s: %+v", c.what, res)
		}
	}
	if got, err := r.Files(jail.Bounds{File: 1 << 20, All: 1 << 20, Nodes: 1000}); err != nil || len(got) > 100 {
		t.Errorf("%d files, %v", len(got), err)
	}
}

// TestACommandWithoutEndIsEnded with all that it started, and the room goes on.
func TestACommandWithoutEndIsEnded(t *testing.T) {
	r := room(t, jail.Limits{Time: time.Second})
	for _, line := range []string{
		"while :; do :; done",
		"trap '' TERM INT HUP; while :; do sleep 1; done",
		"(setsid sleep 1000 >/dev/null 2>&1 3>&- &); exec 2>&- >&- 3>&-; sleep 1000",
		"python3 -c 'import ctypes; ctypes.CDLL(None).ptrace(16, 1, 0, 0)'; sleep 1000", // stops the first process
	} {
		res, err := r.Run(t.Context(), jail.Command{Args: []string{"/bin/sh", "-c", line}})
		if err != nil || !res.TimedOut {
			t.Errorf("%s: %+v %v", line, res, err)
		}
	}
	var res jail.Result
	for range 20 { // a machine that is busy may need more than a second for this
		var err error
		if res, err = r.Run(t.Context(), jail.Command{Args: []string{"/bin/sh", "-c", "ls /proc | grep -c '^[0-9]'"}}); err == nil && !res.TimedOut {
			break
		}
	}
	if strings.TrimSpace(res.Output) > "6" {
		t.Errorf("processes are left: %+v", res)
	}
}
