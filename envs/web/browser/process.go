package browser

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/turngym/turngym/gym"
)

// process is a browser that was started here. It speaks DevTools over a pipe,
// so it opens no port, and it ends by itself when this process does, however
// that ends: the pipe is then closed.
type process struct {
	cmd  *exec.Cmd
	dir  string        // its profile
	in   io.ReadCloser // what it says
	out  io.WriteCloser
	gone chan struct{} // closed when it has ended
	once sync.Once
}

// profiles is how the folders of profiles are called; the number of the process
// that made one stands after it.
const profiles = "gym-chrome-"

// flags are the browser's. Nothing it does by itself is wanted, and a page must
// work at full speed also when no person would see it.
var flags = []string{
	"--remote-debugging-pipe", "--headless", "--no-sandbox", "--no-first-run", "--no-default-browser-check", "--disable-gpu", "--disable-quic",
	"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-breakpad", "--disable-default-apps",
	"--disable-extensions", "--disable-popup-blocking", "--disable-prompt-on-repost", "--disable-client-side-phishing-detection",
	"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
	"--disable-hang-monitor", "--disable-ipc-flooding-protection", "--disable-back-forward-cache", "--disable-dev-shm-usage",
	"--disable-domain-reliability", "--mute-audio", "--no-pings", "--force-color-profile=srgb", "--password-store=basic", "--use-mock-keychain",
	"--disable-features=Translate,PaintHolding,BackForwardCache,OptimizationHints,MediaRouter,SpareRendererForSitePerProcess,AutofillServerCommunication,DeferRendererTasksAfterInput",
}

// launch starts the browser at path with an empty profile; more are further
// flags.
func launch(path string, more ...string) (*process, error) {
	sweep()
	dir, err := os.MkdirTemp("", profiles+strconv.Itoa(os.Getpid())+"-")
	if err != nil {
		return nil, gym.Faultf("make a browser profile", "%w", err)
	}
	theirIn, out, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(gym.Faultf("start "+path, "%w", err), os.RemoveAll(dir))
	}
	defer theirIn.Close()
	in, theirOut, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(gym.Faultf("start "+path, "%w", err), os.RemoveAll(dir), out.Close())
	}
	defer theirOut.Close()
	cmd := exec.Command(path, slices.Concat(flags, more, []string{"--user-data-dir=" + dir})...)
	cmd.ExtraFiles = []*os.File{theirIn, theirOut} // its descriptors 3 and 4
	own(cmd)
	p := &process{cmd: cmd, dir: dir, in: in, out: out, gone: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(gym.Faultf("start "+path, "%w", err), os.RemoveAll(dir), in.Close(), out.Close())
	}
	go func() {
		defer close(p.gone)
		cmd.Wait()
	}()
	return p, nil
}

// end kills the browser and all its processes and removes its profile.
func (p *process) end() error {
	p.once.Do(func() {
		killAll(p.cmd)
		p.in.Close()
		p.out.Close()
	})
	<-p.gone
	var err error
	for range 20 { // its last processes may still be writing
		if err = os.RemoveAll(p.dir); err == nil {
			break
		}
	}
	return err
}

// sweep removes the profiles of gyms that were killed. Their browsers have
// ended with them.
func sweep() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), profiles+"*-*"))
	for _, dir := range dirs {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), profiles), "-")
		pid, err := strconv.Atoi(number)
		if err != nil || pid == os.Getpid() {
			continue
		}
		if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
			os.RemoveAll(dir)
		}
	}
}

// FindChrome is the path of a Chrome or Chromium on this machine: the preferred
// one where it is not "", else the first known name on the PATH. Those built for
// headless use alone come first: they navigate in half the time. (Debian's by its
// program, since a script stands before it.)
func FindChrome(preferred string) (string, error) {
	names := []string{"/usr/lib/chromium/chromium-headless-shell", "chromium-headless-shell", "chrome-headless-shell", "headless-shell", "headless_shell",
		"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"}
	if preferred != "" {
		names = []string{preferred}
	}
	for _, n := range names {
		if path, err := exec.LookPath(n); err == nil {
			return path, nil
		}
	}
	if preferred != "" {
		return "", fmt.Errorf("no browser at %s", preferred)
	}
	return "", errors.New("no Chrome or Chromium on the PATH")
}

// isShell says whether a browser is one for headless use alone, which can be
// told never to draw.
func isShell(path string) bool {
	return strings.Contains(strings.ReplaceAll(filepath.Base(path), "_", "-"), "headless-shell")
}

// own puts the browser's processes into a group of their own.
func own(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killAll ends the group.
func killAll(cmd *exec.Cmd) { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
