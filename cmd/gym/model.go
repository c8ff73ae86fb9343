package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/turngym/turngym/policy/model"
	"github.com/turngym/turngym/policy/token"
)

func (a *app) modelCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "model", Short: "Look at a model's checkpoint"}
	var asJSON bool
	inspect := &cobra.Command{
		Use: "inspect DIR", Short: "Show a checkpoint's shape, its tokenizer and its chat, or what is wrong with it", Args: cobra.ExactArgs(1),
		Example: "  gym model inspect runs/web/checkpoint",
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := inspect(args[0])
			if err != nil {
				return wrongUse{err}
			}
			if asJSON {
				text, err := json.MarshalIndent(c, "", "  ")
				fmt.Fprintln(a.out, string(text))
				return err
			}
			c.print(a)
			return nil
		},
	}
	inspect.Flags().BoolVar(&asJSON, "json", false, "as JSON")
	cmd.AddCommand(inspect)
	return cmd
}

// checkpoint is what can be said of one.
type checkpoint struct {
	Kind       string       `json:"kind"`
	Parameters int          `json:"parameters"`
	Config     model.Config `json:"config"`
	Stored     []string     `json:"stored"` // types of the tensors
	Files      []string     `json:"files"`
	Bytes      int64        `json:"bytes"` // of memory that the weights take where they are frozen
	Tokens     int          `json:"tokens"`
	Tokenizer  string       `json:"tokenizer"`
	Chat       *token.Chat  `json:"chat,omitempty"`
}

func inspect(dir string) (*checkpoint, error) {
	if model.HasAdapter(dir) {
		return nil, fmt.Errorf("%s has adapters only; what they stand beside is in base, in the folder of their run", dir)
	}
	c, f, err := model.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := &checkpoint{Kind: c.Kind(), Parameters: c.Size(), Config: c, Bytes: c.Bytes()}
	for _, t := range f.Tensors {
		out.Stored, out.Files = append(out.Stored, t.DType), append(out.Files, filepath.Base(t.Path))
	}
	for _, list := range []*[]string{&out.Stored, &out.Files} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	tok, err := token.Open(filepath.Join(dir, "tokenizer.json"))
	if err != nil {
		return nil, err
	}
	if err := fits(tok, c, dir); err != nil {
		return nil, err
	}
	out.Tokens, out.Tokenizer = tok.Size(), "words"
	if _, ok := tok.(*token.ByteLevel); ok {
		chat, err := token.LoadChat(dir)
		if err != nil {
			return nil, err
		}
		out.Tokenizer, out.Chat = "byte-level BPE", &chat
	}
	return out, nil
}

func (c *checkpoint) print(a *app) {
	line := func(what, format string, args ...any) {
		fmt.Fprintf(a.out, "%-10s "+format+"\n", append([]any{what}, args...)...)
	}
	m := c.Config
	line("kind", "%s, %.4g million parameters, %.4g MB in %s", c.Kind, float64(c.Parameters)/1e6, float64(c.Bytes)/1e6, m.DType())
	line("stored", "%s in %s", strings.Join(c.Stored, ", "), strings.Join(c.Files, ", "))
	line("shape", "%d layers of %d, %d heads of %d, %d of them with keys and values, hidden layer %d", m.Layers, m.Dim, m.Heads, m.HeadDim(), m.KVHeads, m.Hidden)
	output := "tied to the embedding"
	if m.Untied {
		output = "a matrix of its own"
	}
	line("output", "%d tokens, %s", m.Vocab, output)
	rope := fmt.Sprintf("rotary base %g", m.Theta)
	if s := m.Scaling; s.Factor > 0 {
		rope += fmt.Sprintf(", stretched %g times from %d", s.Factor, s.Original)
	}
	line("context", "%d tokens, %s", m.Context, rope)
	line("tokenizer", "%s, %d tokens", c.Tokenizer, c.Tokens)
	if c.Chat != nil {
		line("chat", "%q system %q observation %q action %q observation ...", c.Chat.Start, c.Chat.Ask, c.Chat.Reply, c.Chat.Next)
	}
}
