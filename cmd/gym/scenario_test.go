package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What is saved is played at once, errors included, until the context ends.
func TestWatchPlaysEverySave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "paying.lua")
	save := func(change func(string) string) time.Time {
		text, err := os.ReadFile("../../scenarios/templates/puzzle.lua")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(change(string(text))), 0o644); err != nil {
			t.Fatal(err)
		}
		return time.Now()
	}
	save(func(s string) string { return s })
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	a := &app{out: w, err: io.Discard}
	ended := make(chan error, 1)
	go func() {
		ended <- a.watch(ctx, path, 2, 1)
		w.Close()
	}()
	out := make(chan string, 1000)
	go func() {
		buf := make([]byte, 1<<16)
		for {
			n, err := r.Read(buf)
			if err != nil {
				return
			}
			out <- string(buf[:n])
		}
	}()
	await := func(what ...string) {
		t.Helper()
		var seen strings.Builder
		for !strings.Contains(seen.String(), "waiting for the next save") {
			select {
			case s := <-out:
				seen.WriteString(s)
			case <-time.After(30 * time.Second):
				t.Fatalf("nothing comes after\n%s", &seen)
			}
		}
		for _, w := range what {
			if !strings.Contains(seen.String(), w) {
				t.Errorf("%q is not in\n%s", w, &seen)
			}
		}
	}
	await("task   paying level 2 seed 1 (train)", "outcome 1", "level 3: terminated after", "played 3 levels")
	save(func(s string) string { return strings.Replace(s, "levels = 3,", "levels = 3", 1) })
	await("paying.lua:", "syntax error near")
	begun := save(func(s string) string { return strings.Replace(s, "Pay %d exactly", "Give %d exactly", 1) })
	await("goal   Give ")
	t.Logf("%v from the save to the end of the episodes", time.Since(begun))
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
