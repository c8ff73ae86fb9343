// Command miniwob plays every MiniWoB++ page with a trained policy and with the
// random agent and prints what they reach as a table for docs/miniwob.md. make
// miniwob-table trains such a policy and calls it.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/turngym/turngym/envs/web"
)

func main() {
	run := flag.String("run", "", "folder of the run whose policy plays")
	pages := flag.String("pages", "build/miniwob/html", "folder of the pages")
	seeds := flag.Int("seeds", 50, "unseen tasks of each page")
	flag.Parse()
	if err := table(*run, *pages, *seeds); err != nil {
		fmt.Fprintln(os.Stderr, "miniwob:", err)
		os.Exit(1)
	}
}

func table(run, pages string, seeds int) error {
	text, err := os.ReadFile(filepath.Join(run, "config.yaml"))
	if err != nil {
		return err
	}
	var config struct{ Scenarios []string }
	if err := yaml.Unmarshal(text, &config); err != nil {
		return err
	}
	f := &web.Family{Pages: "miniwob:" + pages}
	if err := f.Load(); err != nil {
		return err
	}
	var names []string
	for _, s := range f.Scenarios() {
		names = append(names, s.Name)
	}
	policy, err := evaluate(run, names, seeds)
	if err != nil {
		return err
	}
	random, err := evaluate(run, names, seeds, "--random")
	if err != nil {
		return err
	}
	good := 0
	for _, trained := range []bool{true, false} {
		fmt.Printf("| %s | random | policy |\n| --- | ---: | ---: |\n", map[bool]string{true: "trained on", false: "never seen"}[trained])
		for _, n := range names {
			if slices.Contains(config.Scenarios, n) != trained {
				continue
			}
			fmt.Printf("| %s | %.2f | %.2f |\n", n, random[n], policy[n])
			if policy[n] >= 0.9 && n[0] <= 'h' {
				good++
			}
		}
		fmt.Println()
	}
	fmt.Printf("%d pages from a to h are at 0.9 or more.\n", good)
	return nil
}

// evaluate is the success on each page, by gym eval.
func evaluate(run string, names []string, seeds int, more ...string) (map[string]float64, error) {
	args := append([]string{"eval", "--run", run, "--scenarios", strings.Join(names, ","), "--seeds", strconv.Itoa(seeds), "--json"}, more...)
	cmd := exec.Command("bin/gym", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("gym eval: %w", err)
	}
	var got struct {
		ByScenario []struct {
			Scenario string  `json:"scenario"`
			Success  float64 `json:"success"`
		} `json:"by_scenario"`
	}
	if err := json.Unmarshal(out, &got); err != nil {
		return nil, err
	}
	success := map[string]float64{}
	for _, s := range got.ByScenario {
		success[strings.TrimPrefix(s.Scenario, "web/")] = s.Success
	}
	return success, nil
}
