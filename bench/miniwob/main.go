// Command miniwob trains one policy on many MiniWoB++ pages, plays every page
// with it and with the random agent, and prints what they reach as a table for
// docs/miniwob.md. make miniwob-table calls it.
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
	"time"

	"gopkg.in/yaml.v3"

	"github.com/turngym/turngym/envs/web"
)

// tasks are the pages from a to h that are trained on: those that a random
// agent solves now and then.
const tasks = "button-delay,choose-list,click-button,click-button-sequence,click-checkboxes,click-checkboxes-transfer,click-collapsible," +
	"click-collapsible-nodelay,click-collapsible-2,click-collapsible-2-nodelay,click-color,click-dialog,click-dialog-2,click-link,click-menu," +
	"click-option,click-scroll-list,click-shape,click-tab,click-tab-2-easy,click-tab-2-medium,click-tab-2,click-tab-2-hard,click-test," +
	"click-test-2,click-test-transfer,click-widget,email-inbox-delete,email-inbox-important,enter-text,enter-text-dynamic,find-greatest," +
	"focus-text,focus-text-2,generate-number"

// recipe is what gym train is told: no demonstrations, from random weights.
var recipe = []string{"--env", "web", "--web.input", "script", "--recipe", "grpo", "--scenarios", tasks, "--rl.steps", "600", "--rl.tasks", "40",
	"--rl.epochs", "2", "--rl.minibatches", "2", "--rl.lr", "7e-4", "--curriculum.name", "dump", "--envs", "8"}

func main() {
	run := flag.String("run", "", "folder of a run whose policy plays; default: one is trained")
	pages := flag.String("pages", "build/miniwob/html", "folder of the pages")
	seeds := flag.Int("seeds", 50, "unseen tasks of each page")
	flag.Parse()
	err := error(nil)
	if *run == "" {
		*run, err = train(*pages)
	}
	if err == nil {
		err = table(*run, *pages, *seeds)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "miniwob:", err)
		os.Exit(1)
	}
}

// train trains a policy and says in which folder it is.
func train(pages string) (run string, err error) {
	run = filepath.Join("runs", "miniwob-"+time.Now().Format("20060102-150405"))
	cmd := exec.Command("bin/gym", append(append([]string{"train"}, recipe...), "--pages", "miniwob:"+pages, "--run", run)...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("gym train: %w", err)
	}
	return run, nil
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
