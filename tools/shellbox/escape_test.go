package shellbox_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/turngym/turngym/tools/shellbox"
)

// TestNothingOfTheHostIsSeen tries the ways out that are known of shells and of
// the library below: users, processes, variables, devices, pipes in /tmp.
func TestNothingOfTheHostIsSeen(t *testing.T) {
	t.Setenv("SECRET_OF_THE_HOST", "seen")
	host, _ := os.Hostname()
	image := prepared(t)
	for _, c := range []struct{ command, want string }{
		{`echo ~root ~nobody ~user`, "~root ~nobody /home/user\n"},
		{`echo $$ $PPID $BASHPID`, "100 1 100\n"},
		{`echo "[$SECRET_OF_THE_HOST]"; env | grep -c SECRET`, "[]\n0\n"},
		{`cat /etc/passwd /proc/self/environ /proc/1/cmdline`, "cat: /etc/passwd: No such file or directory\ncat: /proc/self/environ: No such file or directory\ncat: /proc/1/cmdline: No such file or directory\n"},
		{`ls /dev /proc /sys`, "ls: cannot access '/dev': No such file or directory\nls: cannot access '/proc': No such file or directory\nls: cannot access '/sys': No such file or directory\n"},
		{`ls ../../../..; ls /`, "home\nhome\n"},
		{`cat <(echo x)`, "sh: process substitution is not supported; use a file\n"},
		{`echo x > >(cat)`, "sh: process substitution is not supported; use a file\n"},
		{`coproc cat`, "sh: coproc is not supported\n"},
		{`echo x > /dev/tcp/127.0.0.1/80`, "sh: /dev/tcp/127.0.0.1/80: No such file or directory\n"},
		{`curl http://127.0.0.1`, "sh: curl: command not found\n"},
		{`python3 -c 1; perl -e 1; /usr/bin/python3; /usr/bin/env ls /tmp`, "sh: python3: command not found\nsh: perl: command not found\nsh: /usr/bin/python3: No such file or directory\nls: cannot access '/tmp': No such file or directory\n"},
		{`command -v python3 go git || echo none`, "none\n"},
		{`echo $RANDOM $RANDOM $(echo $RANDOM)`, "16838 5758 10113\n"},
		{`ulimit -a; umask; times`, "ulimit: it has no effect here\numask: it has no effect here\nsh: times: command not found\n"},
		{`exec 3<>/etc/passwd; cat <&3`, "sh: the redirection <> is not supported\nsh: 3: bad file descriptor\n"},
		{`printf '#!/usr/bin/python3\nprint(1)\n' > p; chmod +x p; ./p`, "sh: ./p: /usr/bin/python3: there is no such interpreter\n"},
		{`awk '{ getline }' num.txt; awk 'BEGIN { print "x" | "cat" }'`, "awk: getline is not supported\nawk: pipes within awk are not supported\n"},
		{`awk 'BEGIN { print ENVIRON["HOME"] }'; sed -n 'e ls' num.txt; sed 'w /tmp/x' num.txt`, "\nsed: -e expression: unknown command: `e'\nsed: -e expression: unknown command: `w'\n"},
		{`ln -s /etc/passwd l; cat l; cat /home/user/../../etc/passwd`, "cat: l: No such file or directory\ncat: /home/user/../../etc/passwd: No such file or directory\n"},
		{`source /etc/profile; . ~/.bashrc`, "source: /etc/profile: No such file or directory\n.: /home/user/.bashrc: No such file or directory\n"},
		{`ps; kill -9 1; top`, "sh: ps: command not found\nsh: kill: command not found\nsh: top: command not found\n"},
		{`hostname; whoami; id -u`, "box\nuser\nuid=1000(user) gid=1000(user) groups=1000(user)\n"},
	} {
		got, _, err := shellbox.New(image.FS(), "/home/user").Run(t.Context(), c.command)
		if err != nil || got != c.want {
			t.Errorf("%s\nprints %q (%v)\nwant   %q", c.command, got, err, c.want)
		}
		if host != "" && host != "box" && strings.Contains(got, host) {
			t.Errorf("%s shows the host's name", c.command)
		}
	}
}

// TestWhatNeverEndsIsStopped: endless loops, recursion and growth end the
// command, not the shell.
func TestWhatNeverEndsIsStopped(t *testing.T) {
	image := prepared(t)
	for _, c := range []string{
		`while true; do :; done`, `f() { f; }; f`, `f() { f | f; }; f`, `:(){ :|:& };:`, `for ((;;)); do :; done`,
		`x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done`, `while true; do a+=(xxxxxxxxxxxxxxxxxxxxxxxx); done`,
		`x=$(seq 20000); y=${x//?/$x}`, `x=$(seq 9999); echo ${x//1/${x//2/$x}}`, `while true; do echo x >> big; done`,
		`while true; do i=$((i+1)); touch f$i; done`, `cat num.txt > n; while true; do cat n n > m; mv m n; done`,
		`awk 'BEGIN { while (1) x = x "aaaaaaaaaaaaaaaaa" }'`, `awk 'BEGIN { while (1) a[i++] = i }'`, `awk 'BEGIN { for (;;) ; }'`,
		`echo '. ./s' > s; . ./s`, `echo './s' > s; chmod +x s; ./s`, `eval 'while :; do eval :; done'`, `find . -exec find . -exec find . \; \; | xargs -I{} find {} -exec seq 99999 \;`,
		`mkdir d; while cd d 2>/dev/null || { mkdir d; cd d; }; do mkdir d; done`, `echo {1..100000}{1..100000}`, `printf '%999999999d' 1`, `seq 1 1000000000000`, `yes | yes | yes > f`,
		`trap 'while :; do :; done' EXIT; exit`, `until false; do sleep 1000; done`, `for i in */../*/../*/../*/../*/../*/../*/../*; do :; done`, strings.Repeat("(", 3000), strings.Repeat("$(", 3000), strings.Repeat("if ", 2000),
		"echo $((" + strings.Repeat("(", 190) + "1" + strings.Repeat(")", 190) + "))", strings.Repeat("! ", 4000) + "true", strings.Repeat("{ ", 2000), "echo " + strings.Repeat("$x", 3900),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		box := shellbox.New(image.FS(), "/home/user")
		box.FS.MkdirAll("/home/user/deep/deep", 0o755)
		if _, _, err := box.Run(ctx, c); err != nil {
			t.Errorf("%.60s: %v", c, err)
		}
		if got, _, err := box.Run(ctx, "cd; echo still here"); err != nil || got != "still here\n" {
			t.Errorf("after %.60s the shell says %q (%v)", c, got, err)
		}
		cancel()
	}
}

func TestACommandEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := shellbox.New(shellbox.NewFS(), "/").Run(ctx, "echo x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got the error %v, want that it was cancelled", err)
	}
}

func TestAnImageIsNotChangedByThoseWhoStartFromIt(t *testing.T) {
	image := prepared(t)
	a, b := shellbox.New(image.FS(), "/home/user"), shellbox.New(image.FS(), "/home/user")
	if out, _, _ := a.Run(t.Context(), "echo more >> num.txt; rm -r dir; chmod 600 app.log; sed -i s/ada/eva/ data.csv; middle=1"); out != "" {
		t.Errorf("it printed %q", out)
	}
	middle := a.FS.Freeze()
	if out, _, _ := a.Run(t.Context(), "echo again >> num.txt; rm app.log"); out != "" {
		t.Errorf("it printed %q", out)
	}
	c := shellbox.New(middle.FS(), "/home/user")
	for _, x := range []struct {
		box  *shellbox.Box
		want string
	}{{a, "0\n6\n1\n"}, {b, "1\n4\n0\n"}, {c, "1\n5\n1\n"}} {
		if out, _, _ := x.box.Run(t.Context(), "ls | grep -c app.log; wc -l < num.txt; grep -c eva data.csv"); out != x.want {
			t.Errorf("it printed %q, want %q", out, x.want)
		}
	}
}

// FuzzRun: whatever is run, twice gives the same, and the host's files are not
// there to be seen.
func FuzzRun(f *testing.F) {
	for _, s := range []string{"ls -la | sort -k2 > x; cat x", "for f in *; do sed -n 's/a/b/p' $f; done", `awk -F, '{print $2+1, $NF}' data.csv`, "find . -type f -exec grep -n a {} +", "x=${y:-z}; echo ${x//z/y} $((x+1))",
		"tar cf a.tar dir; tar tf a.tar; gzip a.tar", "while read -r a b; do echo $b; done < app.log", "cat <<E | tr a-z A-Z\n$PWD\nE\n", "[[ a =~ b ]] || test -f x -o ! -d y", "printf '%s %5.2f\\n' a 1.5", "diff -u dir/a.txt dir/b.txt"} {
		f.Add(s)
	}
	image := prepared(f)
	f.Fuzz(func(t *testing.T, command string) {
		run := func() (string, int, string) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			box := shellbox.New(image.FS(), "/home/user")
			out, exit, err := box.Run(ctx, command)
			if err != nil {
				t.Fatalf("%q: %v", command, err)
			}
			after, _, _ := box.Run(ctx, "cd; find / -type f -exec sha256sum {} +; set")
			return out, exit, after
		}
		out, exit, after := run()
		again, exitAgain, afterAgain := run()
		if out != again || exit != exitAgain || after != afterAgain {
			t.Errorf("%q gives\n%q %d\n%s\nand then\n%q %d\n%s", command, out, exit, after, again, exitAgain, afterAgain)
		}
	})
}

func BenchmarkRun(b *testing.B) {
	image := prepared(b)
	for _, command := range []string{"echo hi", "ls", "grep -c ERROR app.log > n.txt", "cat data.csv | grep 2 | sort | wc -l", "for f in dir/*; do wc -l $f; done", "awk -F, '{s += $2} END {print s}' data.csv"} {
		b.Run(strings.ReplaceAll(command, " ", "_"), func(b *testing.B) {
			box := shellbox.New(image.FS(), "/home/user")
			b.ReportAllocs()
			for b.Loop() {
				box.Run(b.Context(), command)
			}
		})
	}
	b.Run("NewBox", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			shellbox.New(image.FS(), "/home/user").Run(b.Context(), "echo hi >> app.log")
		}
	})
}
