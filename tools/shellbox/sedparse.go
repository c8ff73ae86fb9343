package shellbox

import (
	"fmt"
	"strconv"
	"strings"
)

// parseSed reads a script.
func parseSed(script string, extended bool) ([]sedCommand, error) {
	var list []sedCommand
	s := &sedScript{rest: script, extended: extended}
	for {
		s.rest = strings.TrimLeft(s.rest, " \t\n;")
		if s.rest == "" {
			return list, nil
		}
		if s.rest[0] == '#' {
			_, s.rest, _ = strings.Cut(s.rest, "\n")
			continue
		}
		if s.rest[0] == '}' && s.block != nil {
			s.rest, s.block = s.rest[1:], nil
			continue
		}
		c, err := s.command()
		if err != nil {
			return nil, fmt.Errorf("-e expression: %w", err)
		}
		if c.verb == '{' {
			s.block = &c
			continue
		}
		if b := s.block; b != nil && c.from == nil {
			c.from, c.not = copied(b.from), b.not
			c.to = copied(b.to)
		}
		if list = append(list, c); len(list) > 1000 {
			return nil, fmt.Errorf("too many commands")
		}
	}
}

func copied(a *sedAddress) *sedAddress {
	if a == nil {
		return nil
	}
	c := *a
	return &c
}

// sedScript is a script being read.
type sedScript struct {
	rest     string
	extended bool
	block    *sedCommand // whose addresses those within { } have
}

func (s *sedScript) address() (*sedAddress, error) {
	switch {
	case s.rest == "":
		return nil, nil
	case s.rest[0] == '$':
		s.rest = s.rest[1:]
		return &sedAddress{line: -1}, nil
	case s.rest[0] == '/' || s.rest[0] == '\\' && len(s.rest) > 1:
		if s.rest[0] == '\\' {
			s.rest = s.rest[1:]
		}
		expr, err := s.part(s.rest[0], true)
		if err != nil {
			return nil, err
		}
		fold := strings.HasPrefix(s.rest, "I")
		if fold {
			s.rest = s.rest[1:]
		}
		rx, err := expression(expr, s.extended, fold)
		return &sedAddress{rx: rx}, err
	}
	i := 0
	for i < len(s.rest) && s.rest[i] >= '0' && s.rest[i] <= '9' {
		i++
	}
	if i == 0 {
		return nil, nil
	}
	n, err := strconv.Atoi(s.rest[:i])
	if s.rest = s.rest[i:]; err != nil || !strings.HasPrefix(s.rest, "~") {
		return &sedAddress{line: n}, err
	}
	s.rest = s.rest[1:]
	step, err := s.address()
	if err != nil || step == nil || step.line < 1 {
		return nil, fmt.Errorf("unexpected `~'")
	}
	return &sedAddress{line: n, step: step.line}, nil
}

// part reads up to the sign that the rest begins with.
func (s *sedScript) part(sign byte, first bool) (string, error) {
	i := 0
	if first {
		i = 1
	}
	var b strings.Builder
	for ; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == sign:
			s.rest = s.rest[i+1:]
			return b.String(), nil
		case c == '\\' && i+1 < len(s.rest):
			if i++; s.rest[i] != sign {
				b.WriteByte('\\')
			}
			b.WriteByte(s.rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", fmt.Errorf("unterminated command")
}

func (s *sedScript) command() (c sedCommand, err error) {
	if c.from, err = s.address(); err != nil {
		return c, err
	}
	if s.rest = strings.TrimLeft(s.rest, " "); c.from != nil && strings.HasPrefix(s.rest, ",") {
		s.rest = strings.TrimLeft(s.rest[1:], " ")
		plus := strings.HasPrefix(s.rest, "+")
		s.rest = strings.TrimPrefix(s.rest, "+")
		if c.to, err = s.address(); err != nil || c.to == nil {
			return c, fmt.Errorf("unexpected `,'")
		}
		if plus {
			c.to.more = c.to.line
		}
	}
	for s.rest = strings.TrimLeft(s.rest, " "); strings.HasPrefix(s.rest, "!"); s.rest = strings.TrimLeft(s.rest[1:], " ") {
		c.not = true
	}
	if s.rest == "" {
		return c, fmt.Errorf("missing command")
	}
	c.verb, s.rest = s.rest[0], s.rest[1:]
	switch c.verb {
	case 'p', 'd', 'q', '=', '{':
	case 'a', 'i', 'c':
		c.text, s.rest, _ = strings.Cut(strings.TrimLeft(s.rest, " "), "\n")
		c.text = strings.TrimPrefix(strings.TrimPrefix(c.text, `\`), " ")
		if c.text == "" && s.rest != "" { // a\ and the text in the next line
			c.text, s.rest, _ = strings.Cut(s.rest, "\n")
		}
	case 's', 'y':
		err = s.substitution(&c)
	default:
		err = fmt.Errorf("unknown command: `%c'", c.verb)
	}
	return c, err
}

func (s *sedScript) substitution(c *sedCommand) error {
	if s.rest == "" || s.rest[0] == '\n' || s.rest[0] == '\\' {
		return fmt.Errorf("unterminated `%c' command", c.verb)
	}
	sign := s.rest[0]
	from, err := s.part(sign, true)
	if err != nil {
		return fmt.Errorf("unterminated `%c' command", c.verb)
	}
	if c.text, err = s.part(sign, false); err != nil {
		return fmt.Errorf("unterminated `%c' command", c.verb)
	}
	if c.verb == 'y' {
		if len([]rune(from)) != len([]rune(c.text)) {
			return fmt.Errorf("strings for `y' command are different lengths")
		}
		c.text = from + "\x00" + c.text
		return nil
	}
	fold := false
	for s.rest != "" && strings.IndexByte("gpiI0123456789", s.rest[0]) >= 0 {
		switch f := s.rest[0]; f {
		case 'g':
			c.all = true
		case 'p':
			c.show = true
		case 'i', 'I':
			fold = true
		default:
			c.nth = min(c.nth*10+int(f-'0'), 1<<20)
		}
		s.rest = s.rest[1:]
	}
	if s.rest != "" && strings.IndexByte(" \t\n;}", s.rest[0]) < 0 {
		return fmt.Errorf("unknown option to `s'")
	}
	c.rx, err = expression(from, s.extended, fold)
	return err
}
