package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/turngym/turngym/agent"
	"github.com/turngym/turngym/agent/prompt"
	"github.com/turngym/turngym/agent/rollout"
	"github.com/turngym/turngym/gym/catalog"
	"github.com/turngym/turngym/kernels"
	"github.com/turngym/turngym/policy"
	"github.com/turngym/turngym/policy/model"
	"github.com/turngym/turngym/policy/token"
	"github.com/turngym/turngym/policy/train"
)

// agentForms is how an agent is named on the command line.
const agentForms = "oracle, random, policy:RUN or scripted:FILE"

// chooseAgent makes the agent of a name. A policy takes its likeliest actions.
func chooseAgent(name string, seed uint64, dev kernels.Device) (agent.Agent, error) {
	kind, what, _ := strings.Cut(name, ":")
	switch {
	case name == "oracle":
		return agent.Oracle{}, nil
	case name == "random":
		return agent.Random{Seed: seed}, nil
	case kind == "policy" && what != "":
		return loadPolicy(what, dev)
	case kind == "scripted" && what != "":
		text, err := os.ReadFile(what)
		return agent.Script(string(text)), err
	}
	if kind == "policy" || kind == "scripted" {
		return nil, fmt.Errorf("--agent %s: want %s", name, agentForms)
	}
	return nil, fmt.Errorf("%w: --agent wants %s", catalog.Unknown("agent", kind, []string{"oracle", "random", "policy", "scripted"}), agentForms)
}

// loadPolicy is the policy of a run.
func loadPolicy(run string, dev kernels.Device) (agent.Agent, error) {
	if _, err := readRun(run); err != nil {
		return nil, err
	}
	tok, m, st, err := loadRun(run, dev)
	if err != nil {
		return nil, err
	}
	return rollout.Agent{Policy: policy.New(m.Snapshot(), uint32(st.Step)), Codec: prompt.New(tok)}, nil
}

// loadRun is what a run has learnt, and how far it has come.
func loadRun(run string, dev kernels.Device) (*token.Tokenizer, *model.Model, train.State, error) {
	tok, err := token.Load(filepath.Join(run, "tokenizer.json"))
	if err != nil {
		return nil, nil, train.State{}, err
	}
	m, st, err := train.Load(dev, run)
	return tok, m, st, err
}
