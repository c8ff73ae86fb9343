package sites

import (
	"fmt"
	"slices"
	"strings"
)

// Functions are what scenarios may call.
func (s *mail) Functions() []Function {
	return []Function{
		{"me()", "the owner's name and address", func(Args) (any, error) {
			return map[string]any{"name": mailOwner, "address": mailAddress}, nil
		}},
		{"people()", "all who write: name, address, phone, company, and whether they are contacts", s.luaPeople},
		{"contact(name)", "an entry of the address book as it stands; nil where there is none", func(a Args) (any, error) {
			if i := s.book.named(a.Text(0)); i >= 0 {
				return personTable(i, s.book.get(i)), nil
			}
			return nil, nil
		}},
		{"mails(want)", "the ids of mails, newest first, that have all of these: folder, kind, from (a name), label, text (words), unread, starred", s.luaMails},
		{"mail(id)", "a mail as it stands: id, from, address, to, cc, subject, date, folder, unread, starred, labels, kind, facts; nil where there is none", func(a Args) (any, error) {
			if l := s.byID(a.Int(0)); l != nil {
				return s.mailTable(l), nil
			}
			return nil, nil
		}},
		{"add(mail)", "has a mail arrive: from, address, to, cc, subject, body (a list), date, folder, unread, starred, labels, kind; gives its id", s.luaAdd},
		{"arrange(id, state)", "has a mail be so before the task begins: folder, unread, starred, labels", func(a Args) (any, error) {
			l := s.byID(a.Int(0))
			if l == nil {
				return nil, fmt.Errorf("there is no mail %d", a.Int(0))
			}
			st, err := readState(s.arranged(l), a.Table(1))
			s.base0[l.ID] = st
			return nil, err
		}},
		{"labels()", "the names of all labels", func(Args) (any, error) { return s.labels, nil }},
		{"filters()", "the filters: from, subject, action", func(Args) (any, error) {
			out := []any{}
			for _, f := range s.filters {
				out = append(out, map[string]any{"from": f.From, "subject": f.Subject, "action": f.Action})
			}
			return out, nil
		}},
		{"sent()", "what was sent, in order: to, cc, subject, body, and the ids reply and forward, -1 for none", func(Args) (any, error) {
			out := []any{}
			for _, m := range s.sent {
				out = append(out, map[string]any{"to": m.To, "cc": m.Cc, "subject": m.Subject, "body": m.Body, "reply": m.Reply, "forward": m.Forward})
			}
			return out, nil
		}},
		{"changes()", "how mailbox, contacts, labels and filters differ from when the task began, but for what was read or sent, as sorted texts: \"mail 12 folder archive\"", func(Args) (any, error) {
			return s.changes(), nil
		}},
	}
}

func personTable(i int, p mailPerson) map[string]any {
	return map[string]any{"id": i, "name": p.Name, "address": p.Address, "phone": p.Phone, "company": p.Company}
}

func (s *mail) luaPeople(Args) (any, error) {
	out := []any{}
	for i, p := range s.world.people {
		t := personTable(i, p)
		t["contact"] = i < mailKnown
		out = append(out, t)
	}
	return out, nil
}

func (s *mail) luaMails(a Args) (any, error) {
	want := a.Table(0)
	text := func(key string) string { v, _ := want[key].(string); return v }
	flag := func(key string, is bool) bool { v, ok := want[key].(bool); return !ok || v == is }
	for key := range want {
		if !slices.Contains([]string{"folder", "kind", "from", "label", "text", "unread", "starred"}, key) {
			return nil, fmt.Errorf("mails have no %q to look for", key)
		}
	}
	ids := []any{}
	for _, l := range s.find(func(l *letter, st mailState) bool {
		return (text("folder") == "" || st.Folder == text("folder")) && (text("kind") == "" || l.Kind == text("kind")) &&
			(text("from") == "" || l.From == text("from")) && (text("label") == "" || slices.Contains(st.Labels, text("label"))) &&
			flag("unread", st.Unread) && flag("starred", st.Starred) && (text("text") == "" || contains(l.text, text("text")))
	}) {
		ids = append(ids, l.ID)
	}
	return ids, nil
}

func (s *mail) mailTable(l *letter) map[string]any {
	st, facts := s.state(l), map[string]any{}
	for _, f := range l.Facts {
		facts[f.Name] = f.Value
	}
	return map[string]any{"id": l.ID, "from": l.From, "address": l.Address, "to": l.To, "cc": l.Cc, "subject": l.Subject, "date": l.Date,
		"folder": st.Folder, "unread": st.Unread, "starred": st.Starred, "labels": st.Labels, "kind": l.Kind, "facts": facts,
		"title": s.who(l) + ": " + l.Subject, "body": l.Body}
}

func (s *mail) luaAdd(a Args) (any, error) {
	t := a.Table(0)
	text := func(key, def string) string {
		if v, ok := t[key].(string); ok {
			return v
		}
		return def
	}
	l := letter{From: text("from", ""), Address: text("address", ""), To: luaTexts(t["to"]), Cc: luaTexts(t["cc"]), Subject: text("subject", ""),
		Body: luaTexts(t["body"]), Date: text("date", mailNow.Format("2006-01-02 15:04")), Kind: text("kind", "")}
	if l.From == "" || l.Subject == "" {
		return nil, fmt.Errorf("a mail needs from and subject")
	}
	if len(l.Date) < len("2031-05-12") {
		return nil, fmt.Errorf("the date %q is to be as 2031-05-12 09:41", l.Date)
	}
	if l.Address == "" {
		l.Address = strings.ReplaceAll(strings.ToLower(l.From), " ", ".") + "@gym.test"
	}
	if l.To == nil {
		l.To = []string{mailAddress}
	}
	for key := range t {
		if !slices.Contains([]string{"from", "address", "to", "cc", "subject", "body", "date", "kind", "folder", "unread", "starred", "labels"}, key) {
			return nil, fmt.Errorf("a mail has no %q", key)
		}
	}
	state := map[string]any{}
	for _, key := range []string{"folder", "unread", "starred", "labels"} {
		if v, ok := t[key]; ok {
			state[key] = v
		}
	}
	var err error
	l.first, err = readState(mailState{Folder: "inbox"}, state)
	return s.add(l), err
}

// luaTexts are the texts of a Lua list, or of one text.
func luaTexts(v any) []string {
	if one, ok := v.(string); ok {
		return []string{one}
	}
	var out []string
	list, _ := v.([]any)
	for _, x := range list {
		if t, ok := x.(string); ok {
			out = append(out, t)
		}
	}
	return out
}

func readState(st mailState, t map[string]any) (mailState, error) {
	for key, v := range t {
		ok := true
		switch key {
		case "folder":
			if st.Folder, ok = v.(string); ok {
				ok = slices.Contains(mailFolders, st.Folder)
			}
		case "unread":
			st.Unread, ok = v.(bool)
		case "starred":
			st.Starred, ok = v.(bool)
		case "labels":
			st.Labels = slices.Sorted(slices.Values(luaTexts(v)))
		default:
			ok = false
		}
		if !ok {
			return st, fmt.Errorf("a mail cannot have %s = %v", key, v)
		}
	}
	return st, nil
}

// changes compares the mailbox with how the task began.
func (s *mail) changes() []string {
	out := []string{}
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	for id, now := range s.now {
		old := s.arranged(s.byID(id))
		if now.Folder != old.Folder {
			say("mail %d folder %s", id, now.Folder)
		}
		if now.Unread && !old.Unread { // read is what becomes of all that is looked at
			say("mail %d unread", id)
		}
		if now.Starred != old.Starred {
			say("mail %d starred %v", id, now.Starred)
		}
		if !slices.Equal(now.Labels, old.Labels) {
			say("mail %d labels %s", id, strings.Join(now.Labels, " "))
		}
	}
	for i, p := range s.book.changed {
		old := mailPerson{}
		if i < len(s.book.world) {
			old = s.book.world[i]
		}
		switch {
		case p == old:
		case p.Name == "":
			say("contact %s deleted", old.Name)
		default:
			say("contact %s address %s phone %s company %s", p.Name, p.Address, p.Phone, p.Company)
		}
	}
	for _, f := range s.filters {
		say("filter from %s subject %s action %s", f.From, f.Subject, f.Action)
	}
	for _, name := range s.labels {
		if !slices.Contains(s.labels0, name) {
			say("label %s made", name)
		}
	}
	for _, name := range s.labels0 {
		if !slices.Contains(s.labels, name) {
			say("label %s deleted", name)
		}
	}
	slices.Sort(out)
	return out
}
