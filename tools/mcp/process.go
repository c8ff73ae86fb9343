package mcp

import (
	"context"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// patience is how long a server may take to end by itself when its input ends.
const patience = 500 * time.Millisecond

// process is a server that was started here, in a process group of its own.
type process struct {
	cmd    *exec.Cmd
	errors tail
}

// launch prepares a program; the transport starts it.
func launch(command, env []string) (*process, error) {
	path, err := exec.LookPath(command[0])
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command(path, command[1:]...)}
	p.cmd.Args[0] = command[0]
	p.cmd.Env = append([]string{}, env...) // not nil: that would be all of ours
	p.cmd.Stderr = &p.errors
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	p.cmd.WaitDelay = patience // of children that hold its pipes open
	return p, nil
}

func (p *process) transport() sdk.Transport {
	return &sdk.CommandTransport{Command: p.cmd, TerminateDuration: patience}
}

// end kills what is left of the group, once the transport was closed.
func (p *process) end() {
	if p.cmd.Process != nil {
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	}
}

// said is the end of what the program wrote to its standard error, in one line.
func (p *process) said() string { return strings.Join(strings.Fields(p.errors.String()), " ") }

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// tailMax is how much of it is kept.
const tailMax = 1000

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b[max(0, len(b)-tailMax):]...)
	if n := len(t.text) - tailMax; n > 0 {
		t.text = append(t.text[:0], t.text[n:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.ToValidUTF8(string(t.text), "")
}

// direct is a client for one server: no proxy, no cookies, no connection that
// stays. Its requests end with the context, whoever waits for them.
func direct(life context.Context) *http.Client {
	return &http.Client{Transport: mortal{life, &http.Transport{DisableKeepAlives: true}}}
}

// mortal is a transport whose requests end with a context.
type mortal struct {
	life context.Context // the session's, not a call's
	http.RoundTripper
}

// RoundTrip makes a request. Its context lasts as long as the body is read.
func (m mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	context.AfterFunc(m.life, cancel)
	return m.RoundTripper.RoundTrip(r.WithContext(ctx))
}
