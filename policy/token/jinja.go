package token

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nikolalohinski/gonja/v2"
	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
)

// Bounds of what a template may do. It comes with a model, and a model is data.
const (
	templateTime  = 2 * time.Second
	templateBytes = 1 << 20
	templateRange = 10_000 // numbers of all its ranges
)

// jinja is gonja without files, and with Python's methods
// of strings as chat templates use them: gonja's own differ where several meet.
var jinja = &exec.Environment{
	Context: gonja.DefaultContext,
	Filters: builtins.Filters, Tests: builtins.Tests, ControlStructures: builtins.ControlStructures,
	Methods: exec.Methods{Bool: builtins.Methods.Bool, Int: builtins.Methods.Int, Float: builtins.Methods.Float, Dict: builtins.Methods.Dict,
		List: builtins.Methods.List, Str: exec.NewMethodSet(map[string]exec.Method[string]{
			"strip":      strip(strings.Trim, strings.TrimSpace),
			"lstrip":     strip(strings.TrimLeft, func(s string) string { return strings.TrimLeft(s, " \t\r\n\f\v") }),
			"rstrip":     strip(strings.TrimRight, func(s string) string { return strings.TrimRight(s, " \t\r\n\f\v") }),
			"split":      splitAt,
			"startswith": has(strings.HasPrefix),
			"endswith":   has(strings.HasSuffix),
			"upper":      func(s string, _ *exec.Value, _ *exec.VarArgs) (any, error) { return strings.ToUpper(s), nil },
			"lower":      func(s string, _ *exec.Value, _ *exec.VarArgs) (any, error) { return strings.ToLower(s), nil },
			"replace": func(s string, _ *exec.Value, args *exec.VarArgs) (any, error) {
				if len(args.Args) != 2 {
					return nil, errors.New("replace wants two texts")
				}
				return strings.ReplaceAll(s, args.Args[0].String(), args.Args[1].String()), nil
			},
		})},
}

func strip(cut func(s, chars string) string, spaces func(string) string) exec.Method[string] {
	return func(s string, _ *exec.Value, args *exec.VarArgs) (any, error) {
		if len(args.Args) == 0 {
			return spaces(s), nil
		}
		return cut(s, args.Args[0].String()), nil
	}
}

func splitAt(s string, _ *exec.Value, args *exec.VarArgs) (any, error) {
	if len(args.Args) == 0 {
		return strings.Fields(s), nil
	}
	return strings.Split(s, args.Args[0].String()), nil
}

func has(is func(s, part string) bool) exec.Method[string] {
	return func(s string, _ *exec.Value, args *exec.VarArgs) (any, error) {
		if len(args.Args) != 1 {
			return nil, errors.New("startswith and endswith want one text")
		}
		return is(s, args.Args[0].String()), nil
	}
}

// boundedRange is Python's range for one rendering.
func boundedRange() func(args ...int) ([]int, error) {
	left := templateRange
	return func(args ...int) ([]int, error) {
		from, to, by := 0, 0, 1
		switch len(args) {
		case 1:
			to = args[0]
		case 2:
			from, to = args[0], args[1]
		case 3:
			from, to, by = args[0], args[1], args[2]
		}
		var out []int
		for i := from; by > 0 && i < to || by < 0 && i > to; i += by {
			if left--; left < 0 {
				return nil, fmt.Errorf("ranges of more than %d numbers", templateRange)
			}
			out = append(out, i)
		}
		return out, nil
	}
}

// parseTemplate makes a function that renders a template. gonja panics over some
// of what it does not expect.
func parseTemplate(text string) (render func(map[string]any) (string, error), err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	loader, err := loaders.NewMemoryLoader(map[string]string{"/chat": text})
	if err != nil {
		return nil, err
	}
	c := config.New()
	c.TrimBlocks, c.LeftStripBlocks = true, true // as transformers has it
	t, err := exec.NewTemplate("/chat", c, loader, jinja)
	if err != nil {
		return nil, err
	}
	return func(data map[string]any) (string, error) {
		type result struct {
			text string
			err  error
		}
		done := make(chan result, 1)
		go func() {
			var r result
			defer func() {
				if p := recover(); p != nil {
					r.err = fmt.Errorf("%v", p)
				}
				done <- r
			}()
			out := &bounded{}
			data["range"] = boundedRange()
			r.err = errors.Join(t.Execute(out, exec.NewContext(data)), out.err) // gonja does not look at what a writer says
			r.text = string(out.text)
		}()
		select {
		case r := <-done:
			return r.text, r.err
		case <-time.After(templateTime):
			return "", fmt.Errorf("it takes more than %v", templateTime)
		}
	}, nil
}

// bounded is a text that does not grow for ever.
type bounded struct {
	text []byte
	err  error
}

func (b *bounded) Write(p []byte) (int, error) {
	if len(b.text)+len(p) > templateBytes {
		b.err = fmt.Errorf("it writes more than %d bytes", templateBytes)
		return 0, b.err
	}
	b.text = append(b.text, p...)
	return len(p), nil
}
