package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/gym/reward"
	"github.com/turngym/turngym/gym/view"
	"github.com/turngym/turngym/policy/token"
)

func (a *app) viewCommand() *cobra.Command {
	var addr string
	var public, browse bool
	cmd := &cobra.Command{
		Use: "view RUN", Short: "Look at a run's recorded episodes in a browser",
		Long:    "Serves a run's recorded episodes as a page on this machine and prints its address. The run may still be\ngoing on. Ctrl-C ends it.",
		Example: "  gym view runs/web-web-20260102-150405\n  gym view runs/web-web-20260102-150405 --addr 127.0.0.1:8080 --open", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			host, _, err := net.SplitHostPort(addr)
			if err != nil {
				return wrongUse{fmt.Errorf("--addr is %q; want host:port, as 127.0.0.1:8080", addr)}
			}
			if !public && !view.Loopback(host) {
				return wrongUse{fmt.Errorf("--addr %s can be reached from other machines, and the page asks for no password; add --public if that is meant", addr)}
			}
			h, replay, err := a.viewer(args[0])
			if err != nil {
				return err
			}
			h.Public = public
			return errors.Join(a.serve(cmd.Context(), h, addr, browse), replay.Close())
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:0", "where to serve; port 0 is a free one")
	cmd.Flags().BoolVar(&public, "public", false, "serve other machines, too, without a password")
	cmd.Flags().BoolVar(&browse, "open", false, "open the page in the browser")
	return cmd
}

// viewer is the page of the run in dir. Of a folder that is no run's, it shows
// what is recorded there and no more.
func (a *app) viewer(dir string) (*view.Handler, *view.Replay, error) {
	h := &view.Handler{Name: filepath.Base(filepath.Clean(dir))}
	for i, d := range episodeDirs(dir) {
		h.Folders = append(h.Folders, view.Folder{Name: []string{"train", "eval", "here"}[i], Dir: d})
	}
	replay := &view.Replay{}
	if _, err := os.Stat(filepath.Join(dir, "run.json")); err != nil {
		if h.Scan() == 0 {
			return nil, nil, fmt.Errorf("%s has no recorded episodes", dir)
		}
		return h, replay, nil
	}
	c, err := readRun(dir)
	if err != nil {
		return nil, nil, wrongUse{err}
	}
	if tok, err := token.Open(filepath.Join(dir, "tokenizer.json")); err == nil {
		h.Pieces = tok.Pieces
	} else {
		fmt.Fprintf(a.err, "gym: %v; tokens are shown as numbers\n", err)
	}
	// Both drivers give the same pages, and only Chrome can draw them.
	replay.Open = func() (gym.Family, error) { return openFamily(&c, "auto") }
	h.Pay, h.Picture = payer(c), replay.Picture
	return h, replay, nil
}

// payer is what an episode was paid, by the stage and step in its id. One of
// the evaluation is shown what the end of the training would pay.
func payer(c Config) func(*gym.Episode) ([]gym.Signals, error) {
	mix, err := c.Reward.mix(c.RL.Gamma)
	demos := reward.Of("outcome", reward.Outcome{})
	return func(ep *gym.Episode) ([]gym.Signals, error) {
		step := view.Step(ep.ID)
		switch {
		case err != nil:
			return nil, err
		case step == 0:
			return mix.Split(c.RL.Steps, ep)
		case step <= c.SFT.Steps:
			return demos.Split(0, ep)
		}
		return mix.Split(step-c.SFT.Steps-1, ep)
	}
}

// serveEnd is how long answers that are under way may take when the server ends.
const serveEnd = 2 * time.Second

// serve serves until ctx ends.
func (a *app) serve(ctx context.Context, h *view.Handler, addr string, browse bool) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("serve on %s: %w; --addr 127.0.0.1:0 takes a free port", addr, err)
	}
	n := h.Scan()
	url := "http://" + l.Addr().String() + "/"
	fmt.Fprintln(a.out, url)
	fmt.Fprintf(a.err, "%d episodes of %s; ctrl-c ends\n", n, h.Name)
	if browse {
		if err := open(url); err != nil {
			fmt.Fprintf(a.err, "gym: no browser could be opened (%v); open the address yourself\n", err)
		}
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case err = <-ended:
		return err
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), serveEnd)
	defer cancel()
	if s.Shutdown(late) != nil {
		s.Close()
	}
	<-ended
	return nil
}

// open shows an address in the person's browser.
func open(url string) error {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	cmd := exec.Command(name, args...)
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
