// Command compare trains the same task in several ways, on several seeds, until
// an exam on fixed tasks reaches a stated success, and prints how many episodes
// each way took: mean, standard deviation and ratio to the first way.
//
//	go run ./bench/compare -until 0.7 -seeds 5 -base "--env puzzle --scenario maze --level 1-3 --recipe grpo --rl.steps 150" \
//		"uniform=" "ramp=--curriculum.name ramp"
//
// A run that does not get there counts with all the episodes that it played.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	until := flag.Float64("until", 0.7, "the success that is to be reached")
	seeds := flag.Int("seeds", 5, "runs of each way")
	from := flag.Int("from", 1, "the first seed")
	base := flag.String("base", "", "flags of gym train that all ways share")
	every := flag.Int("every", 4, "steps between exams")
	dir := flag.String("dir", "runs/compare", "folder of the runs")
	gym := flag.String("gym", "bin/gym", "the program")
	flag.Parse()
	fmt.Printf("| way | reached %.2f | episodes, mean | deviation | of the first |\n| --- | ---: | ---: | ---: | ---: |\n", *until)
	first := 0.0
	for _, way := range flag.Args() {
		name, flags, _ := strings.Cut(way, "=")
		var counts []float64
		reached := 0
		for seed := *from; seed < *from+*seeds; seed++ {
			run := filepath.Join(*dir, fmt.Sprintf("%s-%d", name, seed))
			args := append([]string{"train", "--run", run, "--seed", fmt.Sprint(seed), "--eval.every", fmt.Sprint(*every), "--eval.until", fmt.Sprint(*until),
				"--eval.seeds", "1", "--record", "0"}, strings.Fields(*base+" "+flags)...)
			if out, err := exec.Command(*gym, args...).CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "compare: %s, seed %d: %v\n%s", name, seed, err, out)
				os.Exit(1)
			}
			n, ok, err := episodes(filepath.Join(run, "metrics.jsonl"), *until)
			if err != nil {
				fmt.Fprintf(os.Stderr, "compare: %v\n", err)
				os.Exit(1)
			}
			if counts = append(counts, n); ok {
				reached++
			}
			fmt.Fprintf(os.Stderr, "%s seed %d: %.0f episodes, reached: %v\n", name, seed, n, ok)
		}
		mean, std := moments(counts)
		if first == 0 {
			first = mean
		}
		fmt.Printf("| %s | %d of %d | %.0f | %.0f | %.2f |\n", name, reached, *seeds, mean, std, mean/first)
	}
}

// episodes is how many had been played when the exam reached the success, or
// all of them.
func episodes(path string, until float64) (n float64, reached bool, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, false, err
	}
	for line := range bytes.Lines(text) {
		var row struct {
			Episodes float64
			Exam     *float64
		}
		if err := json.Unmarshal(line, &row); err != nil {
			return 0, false, fmt.Errorf("%s: %w", path, err)
		}
		if n = row.Episodes; row.Exam != nil && *row.Exam >= until {
			return n, true, nil
		}
	}
	return n, false, nil
}

func moments(x []float64) (mean, std float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		std += (v - mean) * (v - mean) / float64(max(1, len(x)-1))
	}
	return mean, math.Sqrt(std)
}
