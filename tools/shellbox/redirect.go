package shellbox

import (
	"errors"
	"io"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// redirect makes one redirection.
func (s *shell) redirect(r *syntax.Redirect) bool {
	fd := ""
	if r.N != nil {
		fd = r.N.Value
	}
	switch r.Op {
	case syntax.Hdoc, syntax.DashHdoc:
		doc, err := expand.Document(&s.cfg, r.Hdoc)
		if err != nil || !s.small(r.Hdoc) {
			s.fail("here-document: %v", err)
			return false
		}
		s.in = &input{data: []byte(doc)}
		return true
	}
	word, ok := s.literal(r.Word)
	if !ok {
		return false
	}
	switch r.Op {
	case syntax.WordHdoc:
		s.in = &input{data: []byte(word + "\n")}
	case syntax.RdrIn:
		if word == "/dev/stdin" {
			return true
		}
		data, err := s.read(word)
		if err != nil {
			s.fail("%s: %v", word, err)
			return false
		}
		s.in = &input{data: data}
	case syntax.DplOut, syntax.DplIn:
		return s.duplicate(r.Op, fd, word)
	case syntax.RdrOut, syntax.AppOut, syntax.RdrClob, syntax.RdrAll, syntax.AppAll:
		w, err := s.create(word, r.Op == syntax.AppOut || r.Op == syntax.AppAll)
		if err != nil {
			s.fail("%s: %v", word, err)
			return false
		}
		switch {
		case r.Op == syntax.RdrAll || r.Op == syntax.AppAll:
			s.out, s.err = w, w
		case fd == "" || fd == "1":
			s.out = w
		case fd == "2":
			s.err = w
		default:
			s.fail("%s: there are no files but 0, 1 and 2", fd)
			return false
		}
	default:
		s.fail("the redirection %s is not supported", r.Op)
		return false
	}
	return true
}

func (s *shell) duplicate(op syntax.RedirOperator, fd, word string) bool {
	switch {
	case word == "-" && fd == "2":
		s.err = io.Discard
	case word == "-" && op == syntax.DplIn:
		s.in = &input{}
	case word == "-":
		s.out = io.Discard
	case op == syntax.DplOut && (fd == "" || fd == "1") && word == "2":
		s.out = s.err
	case op == syntax.DplOut && fd == "2" && word == "1":
		s.err = s.out
	case op == syntax.DplOut && fd == "2" && word == "2", op == syntax.DplOut && word == "1", op == syntax.DplIn && word == "0":
	default:
		s.fail("%s: bad file descriptor", word)
		return false
	}
	return true
}

// read is a file's content, or that of one of the few devices there are.
func (s *shell) read(name string) ([]byte, error) {
	switch name {
	case "/dev/null":
		return nil, nil
	case "/dev/stdin":
		return s.in.rest(), nil
	}
	if name == "" {
		return nil, NotExist
	}
	data, err := s.box.FS.ReadFile(s.path(name))
	s.box.spend(len(data))
	return data, err
}

// create opens a file for writing, or one of the few devices there are.
func (s *shell) create(name string, add bool) (io.Writer, error) {
	switch name {
	case "/dev/null":
		return io.Discard, nil
	case "/dev/stdout":
		return s.out, nil
	case "/dev/stderr":
		return s.err, nil
	case "":
		return nil, NotExist
	}
	n, err := s.box.FS.open(s.path(name), 0o644, !add)
	if err != nil {
		return nil, err
	}
	return &file{s.box.FS, n}, nil
}

// substitute gives what a command prints.
func (s *shell) substitute(w io.Writer, c *syntax.CmdSubst) error {
	if c.ReplyVar || c.TempFile {
		return errors.New("this substitution is not supported")
	}
	out := &buffer{max: wordMax}
	s.within(func() {
		sub := s.sub()
		sub.out = out
		sub.stmts(c.Stmts)
		s.status = sub.status
	})
	data := out.Bytes()
	if s.box.spend(len(data)); slices.Contains(data, 0) {
		data = []byte(strings.ReplaceAll(string(data), "\x00", ""))
	}
	w.Write(data)
	return nil
}
