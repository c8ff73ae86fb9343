// Command table trains a policy on each of a list of puzzles, one after the
// other, and prints what they reach as a table for docs/performance.md. make
// puzzle-table calls it. Its arguments choose rows by a part of their names.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// rows are what is trained: the flags of gym train beside the environment.
var rows = [][]string{
	{"frozen-lake", "--scenario", "puzzle/frozen-lake", "--recipe", "grpo"},
	{"maze, level 2", "--scenario", "puzzle/maze", "--level", "2", "--recipe", "grpo"},
	{"bandit", "--scenario", "puzzle/bandit", "--recipe", "grpo", "--rl.steps", "100"},
	{"mastermind, level 1", "--scenario", "puzzle/mastermind", "--level", "1", "--recipe", "grpo"},
	{"lights-out, level 2", "--scenario", "puzzle/lights-out", "--level", "2", "--recipe", "grpo", "--rl.steps", "100"},
	{"tic-tac-toe, level 1", "--scenario", "puzzle/tic-tac-toe", "--level", "1", "--recipe", "grpo", "--rl.steps", "1600", "--rl.lr", "5e-4", "--rl.entropy", "0.003"},
	{"sokoban, level 1", "--scenario", "puzzle/sokoban", "--level", "1", "--recipe", "web", "--sft.steps", "400", "--rl.steps", "20"},
}

func main() {
	const gym, dir = "bin/gym", "runs/table"
	asked := func(name string) bool {
		return len(os.Args) == 1 || slices.ContainsFunc(os.Args[1:], func(part string) bool { return strings.Contains(name, part) })
	}
	fmt.Println("| puzzle | random | trained | oracle | minutes | command |")
	fmt.Println("| --- | ---: | ---: | ---: | ---: | --- |")
	for i, row := range rows {
		if !asked(row[0]) {
			continue
		}
		run := filepath.Join(dir, fmt.Sprintf("%d-%s", i+1, time.Now().Format("150405")))
		args := append([]string{"train", "--env", "puzzle", "--eval.seeds", "100", "--run", run}, row[1:]...)
		begun := time.Now()
		cmd := exec.Command(gym, args...)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			fmt.Fprintf(os.Stderr, "table: %s: %v\n", row[0], err)
			os.Exit(1)
		}
		minutes := time.Since(begun).Minutes()
		var got struct{ Policy, Random, Oracle struct{ Success float64 } }
		text, err := os.ReadFile(filepath.Join(run, "evaluation.json"))
		if err == nil {
			err = json.Unmarshal(text, &got)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "table: %s: %v\n", row[0], err)
			os.Exit(1)
		}
		fmt.Printf("| %s | %.2f | %.2f | %.2f | %.1f | `gym train --env puzzle %s` |\n", row[0], got.Random.Success, got.Policy.Success,
			got.Oracle.Success, minutes, strings.Join(row[1:], " "))
	}
}
