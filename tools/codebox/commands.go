package codebox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Commands are languages that run as commands of this machine, those of them
// that it has. They are off wherever nobody asks for them by calling this.
//
// A program runs in namespaces of its own (user, mount, process, network, IPC):
// it sees the system's programs and libraries, read-only, an empty folder for
// its file, and nothing of home folders, other processes or the network; its
// memory, file sizes and processor time are limited. That needs Linux with
// unshare, setpriv, prlimit and user namespaces; the error says what is missing. It is
// never run without.
func Commands(ctx context.Context) ([]Language, error) {
	if err := sealed(ctx); err != nil {
		return nil, fmt.Errorf("other languages need a sandbox that this machine does not give: %w", err)
	}
	var list []Language
	for _, c := range []struct{ name, doc, extension, needs, command string }{
		{"python", "Python 3", ".py", "/usr/bin/python3", "python3 -I program.py"},
		{"node", "JavaScript as Node.js has it", ".mjs", "/usr/bin/node", "node --max-old-space-size=256 program.mjs"},
		{"c", "C, compiled anew each time", ".c", "/usr/bin/gcc", "gcc -O1 -o program program.c -lm && ./program"},
	} {
		if _, err := os.Stat(c.needs); err != nil {
			continue
		}
		list = append(list, Language{Name: c.name, Doc: c.doc, Extension: c.extension, Outside: true,
			load: func(source string, l Limits) runner {
				return func(ctx context.Context, stdin string) (Output, error) {
					return inside(ctx, "program"+c.extension, source, c.command, stdin, l)
				}
			}})
	}
	return list, nil
}

// enter makes the new root in the empty folder $1 and goes there: the mounts are
// those of a namespace that ends with the process. The program has no
// capability, so that it can leave neither the root nor change a mount.
const enter = `set -e
mount -t tmpfs -o size=64m,nosuid,nodev none "$1"
cd "$1"
mkdir usr tmp proc dev etc
mount --rbind /usr usr
mount -o remount,bind,ro,nosuid,nodev usr
for link in bin lib lib64 sbin; do ln -s "usr/$link" "$link"; done
touch dev/null && mount --bind /dev/null dev/null
mount -t proc -o ro,nosuid,nodev,noexec none proc
cat > "tmp/$2" <&3
exec 3<&-
exec chroot . /usr/bin/env -i PATH=/usr/bin HOME=/tmp LANG=C.UTF-8 PYTHONHASHSEED=0 \
	/usr/bin/setpriv --bounding-set=-all --inh-caps=-all --no-new-privs \
	/usr/bin/prlimit --core=0 --nproc=64 --fsize=16777216 --nofile=64 "--cpu=$4" "--data=$5" /bin/sh -c "cd /tmp && $3"
`

// inside runs a command on a program in a sandbox.
func inside(ctx context.Context, file, source, command, stdin string, l Limits) (Output, error) {
	dir, err := os.MkdirTemp("", "codebox")
	if err != nil {
		return Output{}, err
	}
	defer os.RemoveAll(dir)
	seconds := int(l.Time/time.Second) + 1
	cmd := exec.CommandContext(ctx, "unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--net", "--ipc", "--uts",
		"/bin/sh", "-c", enter, "enter", dir, file, command, strconv.Itoa(seconds), strconv.FormatUint(max(l.Memory, 1<<30), 10))
	cmd.Env = []string{"PATH=/usr/bin:/bin:/usr/sbin:/sbin"}
	cmd.WaitDelay = time.Second
	read, write, err := os.Pipe()
	if err != nil {
		return Output{}, err
	}
	defer read.Close()
	cmd.ExtraFiles = []*os.File{read}
	go func() { // it ends when the reader is closed at the latest
		write.WriteString(source)
		write.Close()
	}()
	out, errs := &limited{most: l.Output}, &limited{most: l.Output}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), out, errs
	err = cmd.Run()
	o := Output{Stdout: out.String(), Stderr: errs.String()}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return Output{}, ctx.Err()
	case errors.As(err, &exit):
		o.Exit = max(1, exit.ExitCode())
	case err != nil:
		return Output{}, err
	}
	if out.full || errs.full {
		o.Stderr, o.Exit = tooMuchOutput, 1
	}
	return o, nil
}

// limited keeps what is written up to a size, and drops the rest, so that the
// writer is not held up.
type limited struct {
	bytes.Buffer
	most int
	full bool
}

func (w *limited) Write(b []byte) (int, error) {
	keep := min(len(b), w.most-w.Len())
	w.full = w.full || keep < len(b)
	w.Buffer.Write(b[:keep])
	return len(b), nil
}

// sealed tries the sandbox: a file of this machine must not be seen in it.
func sealed(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "codebox")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, nil, 0o600); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := inside(ctx, "program.sh", "test ! -e '"+secret+"' && echo sealed", "sh program.sh", "", DefaultLimits)
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(out.Stdout) != "sealed":
		return fmt.Errorf("unshare: %s", strings.TrimSpace(out.Stderr))
	}
	return nil
}
