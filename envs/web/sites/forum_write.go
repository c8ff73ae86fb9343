package sites

import (
	"net/http"
	"slices"
	"strings"
)

// What follows are the forms and what they change.

// itemOf is the thread or comment that a path names, with its author; it
// answers where there is none.
func (s *forum) itemOf(w http.ResponseWriter, r *http.Request) (at forumItem, now forumWords, author string, ok bool) {
	at = forumItem{r.PathValue("kind"), number(r)}
	if t := s.post(at.ID); at.Kind == "t" && t != nil {
		return at, t.forumWords, t.Author, true
	}
	if c := s.remark(at.ID); at.Kind == "c" && c != nil {
		return at, forumWords{Body: c.Text}, c.Author, true
	}
	s.missing(w)
	return at, now, "", false
}

func (s *forum) follow(w http.ResponseWriter, r *http.Request) {
	b, ok := s.boardOf(w, r)
	if !ok {
		return
	}
	if want := r.PostFormValue("follow") == "yes"; want != s.isFollowed(b) {
		s.follows[b] = !s.follows[b]
		if want {
			s.tell("You are subscribed to %s.", s.world.boards[b].Name)
		} else {
			s.tell("You are no longer subscribed to %s.", s.world.boards[b].Name)
		}
	}
	goTo(w, r, "/b/"+s.world.boards[b].Slug)
}

func (s *forum) write(w http.ResponseWriter, r *http.Request) {
	if b, ok := s.boardOf(w, r); ok {
		s.show(w, "New thread", "new", map[string]any{"Board": s.world.boards[b], "Flairs": forumFlairs, "Flair": forumFlairs[0]})
	}
}

func (s *forum) publish(w http.ResponseWriter, r *http.Request) {
	b, ok := s.boardOf(w, r)
	if !ok {
		return
	}
	now, flair, fault := forumWords{typed(r, "title"), typed(r, "body")}, r.PostFormValue("flair"), ""
	switch {
	case now.Title == "":
		fault = "A thread needs a title."
	case now.Body == "":
		fault = "A thread needs a text."
	case !slices.Contains(forumFlairs, flair):
		fault = "Choose a flair."
	case slices.ContainsFunc(s.threads, func(t forumThread) bool {
		return t.Board == b && t.Author == forumMe && t.Title == now.Title && s.post(t.ID) != nil
	}):
		fault = "You have already written a thread with this title here."
	}
	if fault != "" {
		s.show(w, "New thread", "new", map[string]any{"Board": s.world.boards[b], "Flairs": forumFlairs, "Flair": flair, "Now": now, "Fault": fault})
		return
	}
	id := s.begin(forumThread{forumWords: now, Board: b, Author: forumMe, Date: forumNow, Flair: flair})
	s.tell("Your thread was published.")
	goTo(w, r, forumItem{"t", id}.Path())
}

// begin adds a thread and gives its number.
func (s *forum) begin(t forumThread) int {
	t.ID, t.lower = len(s.world.threads)+len(s.threads), strings.ToLower(t.Title)
	s.threads = append(s.threads, t)
	return t.ID
}

// add adds a comment and gives its number.
func (s *forum) add(c forumComment) int {
	c.ID = len(s.world.comments) + len(s.comments)
	s.comments = append(s.comments, c)
	s.under[c.Thread] = append(s.under[c.Thread], c.ID)
	return c.ID
}

// comment answers a thread, or the comment that the form's field to names.
func (s *forum) comment(w http.ResponseWriter, r *http.Request) {
	t := s.post(number(r))
	if t == nil {
		s.missing(w)
		return
	}
	parent := -1
	if to := r.FormValue("to"); to != "" {
		c := s.remark(atoi(to))
		if c == nil || c.Thread != t.ID {
			s.missing(w)
			return
		}
		parent = c.ID
	}
	back := forumItem{"t", t.ID}.Path()
	text := typed(r, "text")
	switch {
	case s.isLocked(t.ID):
		s.tell("This thread is locked. Your comment was not published.")
	case text == "":
		s.tell("An empty comment cannot be published.")
		if parent >= 0 {
			back = forumItem{"c", parent}.Path()
		}
	case slices.ContainsFunc(s.comments, func(c forumComment) bool {
		return c.Thread == t.ID && c.Parent == parent && c.Author == forumMe && c.Text == text && s.remark(c.ID) != nil
	}):
		s.tell("You have already written this.")
	default:
		id := s.add(forumComment{Thread: t.ID, Parent: parent, Author: forumMe, Date: forumNow, Text: text})
		s.tell("Your comment was published.")
		back = forumItem{"c", id}.Path()
	}
	goTo(w, r, back)
}

func (s *forum) lock(w http.ResponseWriter, r *http.Request) {
	t := s.post(number(r))
	if t == nil || t.Board != s.world.mine {
		s.missing(w)
		return
	}
	if want := r.PostFormValue("lock") == "yes"; want != s.isLocked(t.ID) {
		s.locked[t.ID] = !s.locked[t.ID]
		if want {
			s.tell("The thread is locked.")
		} else {
			s.tell("The thread is open again.")
		}
	}
	goTo(w, r, forumItem{"t", t.ID}.Path())
}

func (s *forum) vote(w http.ResponseWriter, r *http.Request) {
	at, _, author, ok := s.itemOf(w, r)
	if !ok {
		return
	}
	if author == forumMe {
		s.tell("You cannot vote on what you wrote yourself.")
	} else {
		s.votes[at] = map[string]int{"up": 1, "down": -1}[r.PostFormValue("vote")]
		if s.votes[at] == 0 {
			delete(s.votes, at)
			s.tell("Your vote was taken back.")
		} else {
			s.tell("Your vote was counted.")
		}
	}
	goTo(w, r, at.Path())
}

func (s *forum) edit(w http.ResponseWriter, r *http.Request) {
	at, now, author, ok := s.itemOf(w, r)
	if !ok {
		return
	}
	fault := ""
	if author != forumMe {
		fault = "Only its author can change this."
	}
	s.show(w, "Edit", "edit", map[string]any{"At": at, "Now": now, "Own": author == forumMe, "Fault": fault})
}

func (s *forum) save(w http.ResponseWriter, r *http.Request) {
	at, _, author, ok := s.itemOf(w, r)
	if !ok {
		return
	}
	now := forumWords{typed(r, "title"), typed(r, "body")}
	if author != forumMe {
		s.edit(w, r)
		return
	}
	if now.Body == "" || at.Kind == "t" && now.Title == "" {
		s.show(w, "Edit", "edit", map[string]any{"At": at, "Now": now, "Own": true, "Fault": "No field may be empty."})
		return
	}
	s.edits[at] = now
	s.tell("Your changes were saved.")
	goTo(w, r, at.Path())
}

func (s *forum) confirm(w http.ResponseWriter, r *http.Request) {
	if at, now, author, ok := s.itemOf(w, r); ok {
		s.show(w, "Delete", "delete", map[string]any{"At": at, "Now": now, "Own": author == forumMe})
	}
}

func (s *forum) remove(w http.ResponseWriter, r *http.Request) {
	at, _, author, ok := s.itemOf(w, r)
	if !ok {
		return
	}
	if author != forumMe {
		s.confirm(w, r)
		return
	}
	back := "/u/" + forumMe
	if at.Kind == "c" {
		back = forumItem{"t", s.remark(at.ID).Thread}.Path()
	}
	s.gone[at] = true
	s.tell("It was deleted.")
	goTo(w, r, back)
}

func (s *forum) complain(w http.ResponseWriter, r *http.Request) {
	if at, now, author, ok := s.itemOf(w, r); ok {
		s.show(w, "Report", "report", map[string]any{"At": at, "Now": now, "Author": author, "Rules": forumRules})
	}
}

func (s *forum) report(w http.ResponseWriter, r *http.Request) {
	at, now, author, ok := s.itemOf(w, r)
	if !ok {
		return
	}
	reason, fault := r.PostFormValue("reason"), ""
	if !slices.ContainsFunc(forumRules, func(rule forumRule) bool { return rule.Name == reason }) {
		fault = "Choose the rule that is broken."
	} else if slices.ContainsFunc(s.reports, func(rep forumReport) bool { return rep.Item == at && rep.By == forumMe }) {
		fault = "You have already reported this."
	}
	if fault != "" {
		s.show(w, "Report", "report", map[string]any{"At": at, "Now": now, "Author": author, "Rules": forumRules, "Fault": fault})
		return
	}
	s.reports = append(s.reports, forumReport{Item: at, By: forumMe, Reason: reason})
	s.tell("Thank you. The moderators will look at it.")
	goTo(w, r, at.Path())
}

// decide is a moderator's answer to a report: keep, or remove for a rule.
func (s *forum) decide(w http.ResponseWriter, r *http.Request) {
	id := number(r)
	if id < 0 || id >= len(s.reports) || s.reports[id].Verdict != "" || s.boardOfItem(s.reports[id].Item) != s.world.mine {
		s.missing(w)
		return
	}
	rep := &s.reports[id]
	switch rule := r.PostFormValue("rule"); {
	case r.PostFormValue("verdict") == "keep":
		rep.Verdict = "kept"
		s.tell("The report was dismissed.")
	case rule == "":
		s.tell("Choose the rule that is broken before you remove something.")
	default:
		rep.Verdict = "removed"
		s.removed[rep.Item] = rule
		s.tell("It was removed.")
	}
	goTo(w, r, "/b/"+s.world.boards[s.world.mine].Slug+"/queue")
}

func (s *forum) compose(w http.ResponseWriter, r *http.Request) {
	m := forumMail{To: r.FormValue("to")}
	if re := r.FormValue("re"); re != "" {
		m.Subject = "Re: " + strings.TrimPrefix(re, "Re: ")
	}
	s.show(w, "New message", "compose", map[string]any{"M": m})
}

func (s *forum) send(w http.ResponseWriter, r *http.Request) {
	m := forumMail{From: forumMe, To: typed(r, "to"), Subject: typed(r, "subject"), Body: typed(r, "body"), Date: forumNow}
	i, known := s.world.byName[strings.ToLower(m.To)]
	fault := ""
	switch {
	case !known:
		fault = "There is no user of that name."
	case i == 0:
		fault = "You cannot write to yourself."
	case s.world.users[i].Closed:
		fault = s.world.users[i].Name + " does not take messages."
	case m.Subject == "" || m.Body == "":
		fault = "A message needs a subject and a text."
	case slices.ContainsFunc(s.mail, func(o forumMail) bool {
		return strings.EqualFold(o.To, m.To) && o.Subject == m.Subject && o.Body == m.Body
	}):
		fault = "You have already sent this."
	}
	if fault != "" {
		s.show(w, "New message", "compose", map[string]any{"M": m, "Fault": fault})
		return
	}
	m.To = s.world.users[i].Name
	s.mail = append(s.mail, m)
	s.tell("Your message was sent.")
	goTo(w, r, "/messages/sent")
}
