package llm

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/turngym/turngym/gym"
)

// Lessons are what the model is given to learn from in its context, and how that
// is withdrawn while it is trained: after Steps steps it acts alone.
//
// Fewer and fewer examples in the prompts of rollouts, down to none, stand in
// for supervised training in ICRL (Ye et al. 2026, arXiv:2603.08068). Skills as
// texts that are withdrawn in a linearly falling number are those of SKILL0 (Lu
// et al. 2026, arXiv:2604.02268), which also measures which skills still help;
// here those that come first stay longest.
type Lessons struct {
	Pool     []*gym.Episode // examples are taken from these, of the same scenario and never the same task
	Examples int            // in a prompt, at first
	Skills   []Skill
	Steps    int // after which all is withdrawn; 0: never
}

// Skill is a text on how something is done.
type Skill struct {
	Name     string
	Text     string
	Scenario string // "": of all
}

// left is how many of n are not withdrawn at a step.
func (l *Lessons) left(n, step int) int {
	if l.Steps == 0 {
		return n
	}
	rest := max(0, l.Steps-max(0, step))
	return (n*rest + l.Steps - 1) / l.Steps
}

func (l *Lessons) skills(t gym.Task, step int) []Skill {
	var list []Skill
	for _, s := range l.Skills {
		if s.Scenario == "" || s.Scenario == t.Scenario {
			list = append(list, s)
		}
	}
	return list[:l.left(len(list), step)]
}

// examples are the first of the pool that fit.
func (l *Lessons) examples(t gym.Task, step int) []string {
	var list []string
	n := l.left(l.Examples, step)
	for _, ep := range l.Pool {
		if len(list) == n {
			break
		}
		same := ep.Task.Seed == t.Seed && ep.Task.Level == t.Level && ep.Task.Split == t.Split
		if ep.Task.Scenario == t.Scenario && !same && len(ep.Turns) > 0 {
			list = append(list, example(ep))
		}
	}
	return list
}

// shownMax is how much of an observation an example shows, in bytes.
const shownMax = 1500

// example is an episode, written out: what was seen, and after > what was done.
func example(ep *gym.Episode) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Goal: %s\n", ep.Turns[0].Observation.Goal)
	for i := range ep.Turns {
		t := &ep.Turns[i]
		fmt.Fprintf(&b, "%s\n> %s\n", strings.TrimSpace(clip(t.Observation.String(), shownMax)), t.Move.Action)
	}
	return b.String()
}

// The most that a folder of skills may hold.
const (
	skillsMax = 200
	skillMax  = 64 << 10 // bytes of one
)

// ReadSkills reads the .md and .txt files of a folder, by name. Those in a
// folder within it are of the scenario with that folder's name.
func ReadSkills(dir fs.FS) ([]Skill, error) {
	var list []Skill
	err := fs.WalkDir(dir, ".", func(p string, d fs.DirEntry, err error) error {
		ext := path.Ext(p)
		if err != nil || d.IsDir() || ext != ".md" && ext != ".txt" {
			return err
		}
		text, err := fs.ReadFile(dir, p)
		if err != nil {
			return err
		}
		if len(text) > skillMax || len(list) == skillsMax {
			return fmt.Errorf("%s: a skill has at most %d bytes, and a folder at most %d skills", p, skillMax, skillsMax)
		}
		s := Skill{Name: strings.TrimSuffix(path.Base(p), ext), Text: strings.TrimSpace(string(text))}
		if in := path.Dir(p); in != "." {
			s.Scenario = in
		}
		list = append(list, s)
		return nil
	})
	if err == nil && len(list) == 0 {
		err = errors.New("there is no skill: no file that ends in .md or .txt")
	}
	return list, err
}
