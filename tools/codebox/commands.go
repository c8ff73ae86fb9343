package codebox

import (
	"context"
	"fmt"
	"os"

	"github.com/turngym/turngym/tools/jail"
)

// Commands are languages that run as commands of this machine, those of them
// that it has. They are off wherever nobody asks for them by calling this.
//
// A program runs in a sandbox (package jail): it sees the system's programs and
// libraries, read-only, an empty folder for its file, and nothing of home
// folders, other processes or the network; its memory, file sizes and processor
// time are limited. That needs Linux with user namespaces; the error says what
// is missing. It is never run without.
func Commands(ctx context.Context) ([]Language, error) {
	if err := jail.Check(ctx); err != nil {
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

// inside runs a command on a program in a sandbox of its own.
func inside(ctx context.Context, file, source, command, stdin string, l Limits) (Output, error) {
	room, err := jail.Open(ctx, []jail.File{{Name: file, Mode: 0o644, Data: []byte(source)}},
		jail.Limits{Memory: int64(max(l.Memory, 1<<30)), Time: l.Time, Output: l.Output})
	if err != nil {
		return Output{}, err
	}
	defer room.Close()
	res, err := room.Run(ctx, jail.Command{Args: []string{"/bin/sh", "-c", "cd && " + command}, Stdin: stdin, Env: []string{"LANG=C.UTF-8", "PYTHONHASHSEED=0"}, Apart: true})
	switch {
	case err != nil:
		return Output{}, err
	case res.TimedOut:
		return stopped("time"), nil
	case res.Cut:
		return Output{Stdout: res.Output, Stderr: tooMuchOutput, Exit: 1}, nil
	}
	return Output{Stdout: res.Output, Stderr: res.Errors, Exit: res.Exit}, nil
}
