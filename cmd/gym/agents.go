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
	tok, m, st, err := loadRun(run, dev, model.Use{Frozen: true})
	if err != nil {
		return nil, err
	}
	codec, err := codecOf(tok, run)
	if err != nil {
		return nil, err
	}
	return rollout.Agent{Policy: policy.New(m.Snapshot(), uint32(st.Step)), Codec: codec}, nil
}

// loadRun is what a run has learnt, and how far it has come.
func loadRun(run string, dev kernels.Device, use model.Use) (token.Coder, *model.Model, train.State, error) {
	tok, err := token.Open(filepath.Join(run, "tokenizer.json"))
	if err != nil {
		return nil, nil, train.State{}, err
	}
	m, st, err := train.Load(dev, run, use)
	return tok, m, st, err
}

// loadCheckpoint is a model in Hugging Face's layout, with its tokenizer.
func loadCheckpoint(dir string, dev kernels.Device, use model.Use) (token.Coder, *model.Model, error) {
	tok, err := token.Open(filepath.Join(dir, "tokenizer.json"))
	if err != nil {
		return nil, nil, err
	}
	m, err := model.Load(dev, dir, use)
	if err == nil {
		err = fits(tok, m.Config, dir)
	}
	return tok, m, err
}

// fits refuses a tokenizer whose tokens the model has no embedding of.
func fits(tok token.Coder, c model.Config, dir string) error {
	if tok.Size() > c.Vocab {
		return fmt.Errorf("%s has %d tokens and the model's embedding, model.embed_tokens.weight, %d: it is another model's tokenizer",
			filepath.Join(dir, "tokenizer.json"), tok.Size(), c.Vocab)
	}
	return nil
}

// codecOf is how a tokenizer reads and writes: in the tiny presets' layout, or in
// the chat of the model whose folder dir is.
func codecOf(tok token.Coder, dir string) (*prompt.Codec, error) {
	enc, chat := tok.(prompt.ChatEncoder)
	if !chat {
		return prompt.New(tok), nil
	}
	frame, err := token.LoadChat(dir)
	if err != nil {
		return nil, err
	}
	c, err := prompt.NewChat(enc, prompt.Frame(frame))
	if err != nil {
		err = fmt.Errorf("%s: %w", dir, err)
	}
	return c, err
}
