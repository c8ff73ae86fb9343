package mcp

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

var (
	serverName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,31}$`)
	assignment = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*=`)
)

// Parse reads a server as a configuration has it: "NAME=http://HOST/PATH", or
// "NAME=[KEY=VALUE ...] COMMAND [ARGUMENT ...]" with quotes around what holds
// spaces.
func Parse(text string) (Server, error) {
	name, rest, ok := strings.Cut(text, "=")
	name, rest = strings.TrimSpace(name), strings.TrimSpace(rest)
	if !ok || !serverName.MatchString(name) || rest == "" {
		return Server{}, fmt.Errorf("mcp server %q: want NAME=COMMAND ARGUMENTS or NAME=http://HOST/PATH", text)
	}
	s := Server{Name: name}
	if strings.HasPrefix(rest, "http://") || strings.HasPrefix(rest, "https://") {
		if u, err := url.Parse(rest); err != nil || u.Host == "" || strings.ContainsAny(rest, " \t") {
			return Server{}, fmt.Errorf("mcp server %s: %q is no address", name, rest)
		}
		s.URL = rest
		return s, nil
	}
	words, err := split(rest)
	if err != nil {
		return Server{}, fmt.Errorf("mcp server %s: %w", name, err)
	}
	for len(words) > 0 && assignment.MatchString(words[0]) {
		s.Env, words = append(s.Env, words[0]), words[1:]
	}
	if len(words) == 0 || words[0] == "" {
		return Server{}, fmt.Errorf("mcp server %s: there is no command in %q", name, rest)
	}
	s.Command = words
	return s, nil
}

// split cuts a command line into words. Quotes of either kind hold a word
// together; nothing else is special.
func split(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	quote, inside := rune(0), false
	for _, r := range text {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, inside = r, true
		case r == ' ' || r == '\t' || r == '\n':
			if inside {
				words = append(words, word.String())
				word.Reset()
			}
			inside = false
		default:
			word.WriteRune(r)
			inside = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("a quote is not closed in %q", text)
	}
	if inside {
		words = append(words, word.String())
	}
	return words, nil
}
