package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Process is what the kernel says of one that has not ended.
type Process struct {
	PID, Parent int
	Name        string
}

// Processes are all on this machine; none where there is no /proc.
func Processes() []Process {
	var out []Process
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, _ := os.ReadFile(path)
		open, end := strings.IndexByte(string(text), '('), strings.LastIndexByte(string(text), ')')
		if open < 0 || end < 0 {
			continue
		}
		p := Process{Name: string(text[open+1 : end])}
		var state string
		fmt.Sscan(string(text[end+1:]), &state, &p.Parent)
		p.PID, _ = strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if state != "Z" {
			out = append(out, p)
		}
	}
	return out
}

// Below is what the processes that a process has started, and those below them,
// hold in MiB, and how many they are.
func Below(pid int) (mib float64, count int) {
	all, ours := Processes(), map[int]bool{pid: true}
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if ours[p.Parent] && !ours[p.PID] {
				ours[p.PID], grown = true, true
				mib += Memory(p.PID)
				count++
			}
		}
	}
	return mib, count
}

// Memory is what a process holds, in MiB: of what it shares with others its
// share.
func Memory(pid int) float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "Pss:" {
			kib, _ := strconv.ParseFloat(f[1], 64)
			return kib / 1024
		}
	}
	return 0
}
