package codebox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/turngym/turngym/tools/codebox"
)

// outside are the commands of this machine, where it has a sandbox for them.
func outside(t *testing.T) []codebox.Language {
	list, err := codebox.Commands(t.Context())
	if err != nil {
		t.Skip(err)
	}
	return list
}

func TestCommandsReadAndPrint(t *testing.T) {
	for _, l := range outside(t) {
		source := map[string]string{
			"python": "print(int(input()) + 1)",
			"node":   "import fs from 'fs'; console.log(Number(fs.readFileSync(0, 'utf8')) + 1)",
			"c":      "#include <stdio.h>\nint main() { int n; scanf(\"%d\", &n); printf(\"%d\\n\", n + 1); }",
		}[l.Name]
		out, err := codebox.Run(t.Context(), l, source, "41\n", codebox.Limits{Time: time.Minute})
		if err != nil || out.Stdout != "42\n" || out.Exit != 0 {
			t.Errorf("%s: %+v %v", l.Name, out, err)
		}
	}
}

func TestCommandsCannotReachTheMachine(t *testing.T) {
	l, err := codebox.Find(outside(t), "python")
	if err != nil {
		t.Skip(err)
	}
	for _, source := range []string{
		"import os; assert os.listdir('/home') != ['user'] or os.listdir('/home/user') != ['program.py']",
		"assert len(open('/etc/passwd').readlines()) > 1",
		"open('/etc/shadow')",
		"import os; print(os.listdir('/root'))",
		"open('/usr/bin/here', 'w').write('x')",
		"import socket; socket.create_connection(('127.0.0.1', 22), 1)",
		"import socket; socket.create_connection(('1.1.1.1', 53), 1)",
		"import os; os.kill(1, 0) or os.kill(2, 9); assert len([p for p in os.listdir('/proc') if p.isdigit()]) > 5",
		"x = bytearray(1 << 33)",
		"import os; os.chroot('/tmp')",
		"import subprocess; subprocess.run(['mount', '-o', 'remount,rw,bind', '/usr'], check=True)",
		"import subprocess; subprocess.run(['unshare', '--user', '--map-root-user', 'true'], check=True)",
		"open('/proc/sys/kernel/hostname', 'w').write('x')",
		"open('/proc/sysrq-trigger', 'w')",
	} {
		out, err := codebox.Run(t.Context(), l, source, "", codebox.Limits{Time: time.Minute})
		if err != nil || out.Exit == 0 {
			t.Errorf("%s\nran through: %+v %v", source, out, err)
		}
	}
	out, err := codebox.Run(t.Context(), l, "while True: pass", "", codebox.Limits{Time: time.Second})
	if err != nil || !out.TimedOut {
		t.Errorf("a loop without end gave %+v %v", out, err)
	}
	out, err = codebox.Run(t.Context(), l, "while True: print('y' * 1000)", "", codebox.Limits{Time: time.Minute, Output: 5000})
	if err != nil || out.Exit == 0 || len(out.Stdout) > 5000 {
		t.Errorf("output without end gave %d bytes, exit %d, %v", len(out.Stdout), out.Exit, err)
	}
	if out, err = codebox.Run(t.Context(), l, "import os; print(sorted(os.environ))", "", codebox.Limits{Time: time.Minute}); err != nil || strings.Contains(out.Stdout, "GO") {
		t.Errorf("the environment is seen: %s %v", out.Stdout, err)
	}
}
