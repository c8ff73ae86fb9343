package sites

import (
	"fmt"
	"slices"
	"strings"
)

// Functions are what scenarios may call.
func (s *forum) Functions() []Function {
	return slices.Concat(s.questions(), s.arrangements())
}

func (s *forum) questions() []Function {
	return []Function{
		{"boards()", "all boards: slug, name, members, followed, mine", func(Args) (any, error) {
			out := []any{}
			for i, b := range s.world.boards {
				out = append(out, map[string]any{"slug": b.Slug, "name": b.Name, "members": b.Members, "followed": s.isFollowed(i), "mine": i == s.world.mine})
			}
			return out, nil
		}},
		{"me()", "the user who is logged in", func(Args) (any, error) { return forumMe, nil }},
		{"find({text=, board=, author=, sort=})", "the numbers of threads as the search lists them; sort is newest, top or most comments", func(a Args) (any, error) {
			t := a.Table(0)
			text := func(name string) string { v, _ := t[name].(string); return v }
			out := []any{}
			for _, id := range s.find(forumQuery{text("text"), text("board"), text("author"), text("sort")}) {
				out = append(out, id)
			}
			return out, nil
		}},
		{"thread(id)", "a thread: id, title, body, flair, board, author, date, score, locked, comments (their numbers, as shown); nil where it is gone", func(a Args) (any, error) {
			t := s.post(a.Int(0))
			if t == nil {
				return nil, nil
			}
			comments := []any{}
			for _, c := range s.talk(t.ID, "") {
				comments = append(comments, c.ID)
			}
			return map[string]any{"id": t.ID, "title": t.Title, "body": t.Body, "flair": t.Flair, "board": s.world.boards[t.Board].Slug, "author": t.Author,
				"date": t.Date, "score": t.Score, "locked": s.isLocked(t.ID), "comments": comments}, nil
		}},
		{"comment(id)", "a comment: id, thread, parent, author, text, score, model, price; nil where it is gone", func(a Args) (any, error) {
			c := s.remark(a.Int(0))
			if c == nil {
				return nil, nil
			}
			out := map[string]any{"id": c.ID, "thread": c.Thread, "author": c.Author, "text": c.Text, "score": c.Score, "model": c.Model, "price": c.Price}
			if c.Parent >= 0 {
				out["parent"] = c.Parent
			}
			return out, nil
		}},
		{"user(name)", "a user: name, town, since, karma, closed (takes no messages); nil where there is none", func(a Args) (any, error) {
			i, ok := s.world.byName[strings.ToLower(a.Text(0))]
			if !ok {
				return nil, nil
			}
			u := s.world.users[i]
			return map[string]any{"name": u.Name, "town": u.Town, "since": u.Since, "karma": u.Karma, "closed": u.Closed}, nil
		}},
		{"changes()", "what differs from how the episode began, a line each, sorted: \"thread 12 vote: up\"", func(Args) (any, error) { return s.changes(), nil }},
	}
}

// arrangements prepare an episode; they are no changes.
func (s *forum) arrangements() []Function {
	return []Function{
		{"post({board=, title=, body=, author=, flair=, date=})", "adds a thread and gives its number", func(a Args) (any, error) {
			f, err := fieldsOf(a.Table(0), "board", "title", "body", "author", "flair", "date")
			if err != nil {
				return nil, err
			}
			b, ok := s.world.slugs[f["board"]]
			if !ok {
				return nil, fmt.Errorf("there is no board %q", f["board"])
			}
			t := forumThread{forumWords: forumWords{f["title"], f["body"]}, Board: b, Author: forumOr(f["author"], forumMe), Flair: forumOr(f["flair"], "Question"), Date: forumOr(f["date"], talkToday+" 07:30"), arranged: true}
			return s.begin(t), nil
		}},
		{"say({thread=, author=, text=, to=})", "adds a comment, by the user where author is not given, and gives its number", func(a Args) (any, error) {
			f, err := fieldsOf(a.Table(0), "thread", "author", "text", "to")
			if err != nil {
				return nil, err
			}
			c := forumComment{Thread: atoi(f["thread"]), Parent: -1, Author: forumOr(f["author"], forumMe), Text: f["text"], Date: talkToday + " 08:10", Score: 1, arranged: true}
			if f["to"] != "" {
				c.Parent = atoi(f["to"])
			}
			if s.post(c.Thread) == nil {
				return nil, fmt.Errorf("there is no thread %d", c.Thread)
			}
			return s.add(c), nil
		}},
		{"mail({from=, subject=, body=})", "puts a message into the user's inbox", func(a Args) (any, error) {
			f, err := fieldsOf(a.Table(0), "from", "subject", "body")
			if err != nil {
				return nil, err
			}
			if _, ok := s.world.byName[strings.ToLower(f["from"])]; !ok {
				return nil, fmt.Errorf("there is no user %q", f["from"])
			}
			s.mail = append(s.mail, forumMail{f["from"], forumMe, f["subject"], f["body"], talkToday + " 08:30"})
			return len(s.mail) - 1, nil
		}},
		{"lock(thread)", "locks a thread", func(a Args) (any, error) {
			if s.post(a.Int(0)) == nil {
				return nil, fmt.Errorf("there is no thread %d", a.Int(0))
			}
			s.closed[a.Int(0)] = true
			return nil, nil
		}},
		{"accuse({thread=, comment=, by=, reason=})", "reports a thread or a comment to the moderators", func(a Args) (any, error) {
			f, err := fieldsOf(a.Table(0), "thread", "comment", "by", "reason")
			if err != nil {
				return nil, err
			}
			at := forumItem{"t", atoi(f["thread"])}
			if f["comment"] != "" {
				at = forumItem{"c", atoi(f["comment"])}
			}
			if s.boardOfItem(at) < 0 {
				return nil, fmt.Errorf("there is no %s", at)
			}
			s.reports = append(s.reports, forumReport{Item: at, By: f["by"], Reason: f["reason"], arranged: true})
			return len(s.reports) - 1, nil
		}},
	}
}

// fieldsOf are a table's texts and numbers; a field of another name is the
// author's mistake.
func fieldsOf(t map[string]any, names ...string) (map[string]string, error) {
	out := map[string]string{}
	for name, v := range t {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("it takes %s, not %s", strings.Join(names, ", "), name)
		}
		if n, ok := v.(float64); ok {
			v = int(n)
		}
		out[name] = fmt.Sprint(v)
	}
	return out, nil
}

// forumOr is a text, or another where it is empty.
func forumOr(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// changes are the lines of what the user did that still stands.
func (s *forum) changes() []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for at, v := range s.votes {
		if s.stands(at) {
			add("%s vote: %s", at, map[int]string{1: "up", -1: "down"}[v])
		}
	}
	for b, differs := range s.follows {
		if differs {
			add("%s subscribed: %s", s.world.boards[b].Slug, map[bool]string{true: "yes", false: "no"}[s.isFollowed(b)])
		}
	}
	for id, differs := range s.locked {
		if differs {
			add("thread %d locked: %s", id, map[bool]string{true: "yes", false: "no"}[s.isLocked(id)])
		}
	}
	for _, t := range s.threads {
		if now := s.post(t.ID); now != nil && !t.arranged {
			add("%s thread: %s | %s | %s", s.world.boards[t.Board].Slug, now.Title, now.Body, now.Flair)
		}
	}
	for _, c := range s.comments {
		if now := s.remark(c.ID); now != nil && !c.arranged {
			if c.Parent >= 0 {
				add("comment %d reply: %s", c.Parent, now.Text)
			} else {
				add("thread %d comment: %s", c.Thread, now.Text)
			}
		}
	}
	for at := range s.edits {
		if before := s.began(at); before != nil && *before != s.edits[at] && s.stands(at) {
			add("%s edit: %s | %s", at, s.edits[at].Title, s.edits[at].Body)
		}
	}
	for at := range s.gone {
		if s.began(at) != nil {
			add("%s deleted", at)
		}
	}
	for _, r := range s.reports {
		switch {
		case r.Verdict == "kept":
			add("%s report: kept", r.Item)
		case r.Verdict == "removed":
			add("%s report: removed, %s", r.Item, s.removed[r.Item])
		case !r.arranged:
			add("%s reported: %s", r.Item, r.Reason)
		}
	}
	for _, m := range s.mail {
		if m.From == forumMe {
			add("message to %s: %s | %s", m.To, m.Subject, m.Body)
		}
	}
	slices.Sort(out)
	return out
}

// stands says whether an item is still there.
func (s *forum) stands(at forumItem) bool { return s.boardOfItem(at) >= 0 }

// began is how an item's words were when the episode began; nil where it was
// not there.
func (s *forum) began(at forumItem) *forumWords {
	if at.Kind == "t" {
		if at.ID < len(s.world.threads) {
			return &s.world.threads[at.ID].forumWords
		}
		if t := s.threads[at.ID-len(s.world.threads)]; t.arranged {
			return &t.forumWords
		}
		return nil
	}
	if at.ID < len(s.world.comments) {
		return &forumWords{Body: s.world.comments[at.ID].Text}
	}
	if c := s.comments[at.ID-len(s.world.comments)]; c.arranged {
		return &forumWords{Body: c.Text}
	}
	return nil
}
