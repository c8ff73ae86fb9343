package sites

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// bulkActions are what can be done to letters that were ticked.
var bulkActions = []string{"Archive", "Delete", "Mark as spam", "Move to inbox", "Mark as read", "Mark as unread", "Star", "Unstar"}

// does are the actions on a letter, and what is said then.
var does = map[string]struct {
	said string
	do   func(st *mailState)
}{
	"Archive":        {"archived", func(st *mailState) { st.Folder = "archive" }},
	"Mark as spam":   {"moved to spam", func(st *mailState) { st.Folder = "spam" }},
	"Move to inbox":  {"moved to the inbox", func(st *mailState) { st.Folder = "inbox" }},
	"Mark as read":   {"marked as read", func(st *mailState) { st.Unread = false }},
	"Mark as unread": {"marked as unread", func(st *mailState) { st.Unread = true }},
	"Star":           {"starred", func(st *mailState) { st.Starred = true }},
	"Unstar":         {"unstarred", func(st *mailState) { st.Starred = false }},
	"Delete": {"deleted", func(st *mailState) {
		if st.Folder == "trash" {
			st.Folder = "gone"
		} else {
			st.Folder = "trash"
		}
	}},
}

// apply does an action on a letter: one of does, "Label NAME" or "Remove
// label NAME". It says what was done, "" where there is no such action.
func (s *mail) apply(l *letter, action string) string {
	st := s.state(l)
	said := ""
	if d, ok := does[action]; ok {
		d.do(&st)
		said = d.said
	} else if name, ok := strings.CutPrefix(action, "Label "); ok && slices.Contains(s.labels, name) {
		if !slices.Contains(st.Labels, name) {
			st.Labels = slices.Sorted(slices.Values(append(slices.Clone(st.Labels), name)))
		}
		said = "labelled " + name
	} else if name, ok := strings.CutPrefix(action, "Remove label "); ok && slices.Contains(st.Labels, name) {
		st.Labels = slices.DeleteFunc(slices.Clone(st.Labels), func(n string) bool { return n == name })
		said = "no longer labelled " + name
	}
	if said != "" {
		s.now[l.ID] = st
	}
	return said
}

// act is a button on a letter's page.
func (s *mail) act(w http.ResponseWriter, r *http.Request) {
	l := s.open(w, r)
	if l == nil {
		return
	}
	from, action := s.state(l).Folder, r.PostFormValue("do")
	if action == "Add label" {
		action = "Label " + r.PostFormValue("label")
	}
	said := s.apply(l, action)
	if said == "" {
		s.tell("Choose what to do with the mail.")
	} else {
		s.tell("The mail was %s.", said)
	}
	if st := s.state(l); st.Folder != from || action == "Mark as unread" { // it left the page, which would mark it read again
		goTo(w, r, "/folder/"+from)
		return
	}
	goTo(w, r, fmt.Sprintf("/mail/%d", l.ID))
}

// bulk does an action on all letters that were ticked in a list.
func (s *mail) bulk(w http.ResponseWriter, r *http.Request) {
	back := r.PostFormValue("back")
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") {
		back = "/"
	}
	ids, said := r.PostForm["id"], ""
	for _, id := range ids {
		if l := s.byID(atoi(id)); l != nil && s.state(l).Folder != "gone" {
			said = s.apply(l, r.PostFormValue("action"))
		}
	}
	switch {
	case len(ids) == 0:
		s.tell("Tick some mails first.")
	case said == "":
		s.tell("Choose what to do with the mails.")
	default:
		s.tell("%s %s.", mailCount(len(ids), "mail"), said)
	}
	goTo(w, r, back)
}

// mailCount is a number of things: "1 mail", "2 mails".
func mailCount(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// draft is what the form for writing holds.
type draft struct {
	To, Cc, Subject, Message string
	Errors                   []string
	Quote                    *letter // that is answered or forwarded
	Reply, Forward           int
}

// drafted is the draft that a request's address asks for: empty, an answer
// or a forward.
func (s *mail) drafted(r *http.Request) draft {
	q := r.URL.Query()
	d := draft{To: q.Get("to"), Reply: -1, Forward: -1}
	if l := s.byID(atoi(q.Get("reply"))); q.Has("reply") && l != nil {
		d.Reply, d.Quote, d.To, d.Subject = l.ID, l, l.Address, reSubject("Re: ", l.Subject)
		if l.Address == mailAddress {
			d.To = strings.Join(l.To, ", ")
		}
		if q.Get("all") != "" {
			others := slices.DeleteFunc(slices.Concat(l.To, l.Cc), func(a string) bool { return a == mailAddress || a == d.To })
			d.Cc = strings.Join(others, ", ")
		}
	} else if l := s.byID(atoi(q.Get("forward"))); q.Has("forward") && l != nil {
		d.Forward, d.Quote, d.Subject = l.ID, l, reSubject("Fwd: ", l.Subject)
	}
	return d
}

func reSubject(prefix, subject string) string {
	if strings.HasPrefix(subject, prefix) {
		return subject
	}
	return prefix + subject
}

func (s *mail) compose(w http.ResponseWriter, r *http.Request) {
	s.show(w, "Compose", "compose", s.drafted(r))
}

// send sends what was written, or shows what is wrong with it.
func (s *mail) send(w http.ResponseWriter, r *http.Request) {
	d := s.drafted(r)
	d.To, d.Cc, d.Subject, d.Message = r.PostFormValue("to"), r.PostFormValue("cc"), r.PostFormValue("subject"), r.PostFormValue("message")
	to, errs := s.addresses(d.To)
	cc, more := s.addresses(d.Cc)
	d.Errors = append(errs, more...)
	if len(to) == 0 && len(errs) == 0 {
		d.Errors = append(d.Errors, "Name at least one receiver in To.")
	}
	if strings.TrimSpace(d.Subject) == "" {
		d.Errors = append(d.Errors, "The subject is empty.")
	}
	if strings.TrimSpace(d.Message) == "" && d.Forward < 0 {
		d.Errors = append(d.Errors, "The message is empty.")
	}
	if d.Errors != nil {
		s.show(w, "Compose", "compose", d)
		return
	}
	m := sentMail{to, cc, tidied(d.Subject), tidied(d.Message), d.Reply, d.Forward}
	s.sent = append(s.sent, m)
	body := []string{m.Body}
	if d.Forward >= 0 {
		body = append(append(body, "Forwarded from "+d.Quote.From+":"), d.Quote.Body...)
	}
	s.add(letter{From: mailOwner, Address: mailAddress, To: to, Cc: cc, Subject: m.Subject, Body: body, Date: mailNow.Format("2006-01-02 15:04"),
		Kind: "written", first: mailState{Folder: "sent"}})
	s.tell("Your message to %s was sent.", strings.Join(to, ", "))
	goTo(w, r, "/")
}

// add puts a letter into the mailbox and gives its id.
func (s *mail) add(l letter) int {
	l.ID = len(s.world.letters) + len(s.added)
	l.index()
	s.added = append(s.added, l)
	return l.ID
}

// addresses reads a line of receivers: addresses, or names in the address
// book.
func (s *mail) addresses(line string) (out, errs []string) {
	for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return r == ',' || r == ';' }) {
		part = tidied(part)
		if part == "" {
			continue
		}
		address := part
		if i := s.book.named(part); i >= 0 {
			address = s.book.get(i).Address
		}
		user, host, ok := strings.Cut(address, "@")
		if !ok || user == "" || host == "" || strings.Contains(address, " ") || strings.Contains(host, "@") {
			errs = append(errs, part+" is neither an address nor a name in your contacts.")
		} else if !slices.Contains(out, strings.ToLower(address)) {
			out = append(out, strings.ToLower(address))
		}
	}
	return out, errs
}

// tidied is a text with single spaces.
func tidied(s string) string { return strings.Join(strings.Fields(s), " ") }
