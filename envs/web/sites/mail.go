package sites

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

var (
	mailPages = load("mail")
	mailMux   = muxOf(handlers[*mail]{
		"GET /{$}": (*mail).inbox, "GET /folders": (*mail).folders, "GET /folder/{name}": (*mail).folder,
		"GET /label/{name}": (*mail).label, "GET /starred": (*mail).starred,
		"GET /search": (*mail).search, "GET /search/options": (*mail).searchOptions,
		"GET /mail/{id}": (*mail).read, "POST /mail/{id}": (*mail).act, "POST /bulk": (*mail).bulk,
		"GET /compose": (*mail).compose, "POST /compose": (*mail).send,
		"GET /contacts": (*mail).contacts, "GET /contact/{id}": (*mail).contact, "GET /contact/{id}/edit": (*mail).editContact,
		"POST /contact/{id}/edit": (*mail).saveContact, "POST /contact/{id}/delete": (*mail).dropContact,
		"GET /settings": (*mail).settings, "POST /labels": (*mail).saveLabel, "POST /labels/delete": (*mail).dropLabel,
		"POST /filters": (*mail).saveFilter, "POST /filters/delete": (*mail).dropFilter,
	})
)

// Open makes an episode's copy.
func (w *mailWorld) Open() Site {
	s := &mail{Base: newBase("mail", "Mail", mailPages, Link{"Compose", "/compose"}, Link{"Inbox", "/"}, Link{"Folders", "/folders"},
		Link{"Contacts", "/contacts"}, Link{"Settings", "/settings"}), world: w, base0: map[int]mailState{}, now: map[int]mailState{}}
	s.book = newBook(w.people[:mailKnown])
	s.labels, s.labels0 = mailLabels, mailLabels
	return serve(s, mailMux)
}

// mail is an episode's mailbox: the world, what the scenario arranged and what
// was changed since.
type mail struct {
	Base
	world   *mailWorld
	added   []letter          // letters that came in this episode, and those that were sent
	base0   map[int]mailState // as the scenario arranged it
	now     map[int]mailState // as it is
	sent    []sentMail
	book    book
	labels  []string
	labels0 []string
	filters []mailFilter
}

// sentMail is what was sent in this episode. Reply and Forward are the
// letter's id, or -1.
type sentMail struct {
	To, Cc         []string
	Subject, Body  string
	Reply, Forward int
}

// byID is a letter, nil where there is none.
func (s *mail) byID(id int) *letter {
	switch n := len(s.world.letters); {
	case id < 0 || id >= n+len(s.added):
		return nil
	case id < n:
		return &s.world.letters[id]
	default:
		return &s.added[id-n]
	}
}

// arranged is a letter's state when the task began.
func (s *mail) arranged(l *letter) mailState {
	if st, ok := s.base0[l.ID]; ok {
		return st
	}
	return l.first
}

// state is a letter's state now.
func (s *mail) state(l *letter) mailState {
	if st, ok := s.now[l.ID]; ok {
		return st
	}
	return s.arranged(l)
}

// find are the letters that match, newest first.
func (s *mail) find(match func(l *letter, st mailState) bool) []*letter {
	var out []*letter
	for i := range s.world.letters {
		if l := &s.world.letters[i]; match(l, s.state(l)) {
			out = append(out, l)
		}
	}
	old := len(out)
	for i := range s.added {
		if l := &s.added[i]; match(l, s.state(l)) {
			out = append(out, l)
		}
	}
	if len(out) > old {
		slices.SortStableFunc(out, func(a, b *letter) int { return cmp.Compare(b.Date, a.Date) })
	}
	return out
}

// mailRow is a letter in a list.
type mailRow struct {
	ID    int
	Name  string // who and what: what the link says
	Marks string
}

// mailPerPage is how many letters a page lists.
const mailPerPage = 8

// list shows a page of letters. The address keeps the query but for the page.
func (s *mail) list(w http.ResponseWriter, r *http.Request, title string, all []*letter) {
	pages := max(1, (len(all)+mailPerPage-1)/mailPerPage)
	page := min(max(1, atoi(r.FormValue("page"))), pages)
	part := all[(page-1)*mailPerPage : min(page*mailPerPage, len(all))]
	var rows []mailRow
	for _, l := range part {
		rows = append(rows, mailRow{l.ID, s.who(l) + ": " + l.Subject, s.marks(l)})
	}
	at := func(n int) string {
		q := r.URL.Query()
		q.Set("page", strconv.Itoa(n))
		return r.URL.Path + "?" + q.Encode()
	}
	data := map[string]any{"Title": title, "Query": r.FormValue("q"), "Rows": rows, "Total": len(all), "Page": page, "Pages": pages,
		"Here": at(page), "Labels": s.labels, "Actions": bulkActions}
	if page > 1 {
		data["Previous"] = at(page - 1)
	}
	if page < pages {
		data["Next"] = at(page + 1)
	}
	s.show(w, title, "list", data)
}

// who is the other side of a letter.
func (s *mail) who(l *letter) string {
	if l.Address != mailAddress {
		return l.From
	}
	return "To " + strings.Join(l.To, ", ")
}

// marks are a letter's date and what is special about it.
func (s *mail) marks(l *letter) string {
	day, _, _ := strings.Cut(l.Date, " ")
	out, st := []string{day}, s.state(l)
	if st.Unread {
		out = append(out, "unread")
	}
	if st.Starred {
		out = append(out, "starred")
	}
	return strings.Join(append(out, st.Labels...), ", ")
}

func (s *mail) inbox(w http.ResponseWriter, r *http.Request) { s.showFolder(w, r, "inbox") }

func (s *mail) folder(w http.ResponseWriter, r *http.Request) {
	if !slices.Contains(mailFolders, r.PathValue("name")) {
		s.missing(w)
		return
	}
	s.showFolder(w, r, r.PathValue("name"))
}

func (s *mail) showFolder(w http.ResponseWriter, r *http.Request, name string) {
	s.list(w, r, folderTitle(name), s.find(func(_ *letter, st mailState) bool { return st.Folder == name }))
}

func folderTitle(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

func (s *mail) starred(w http.ResponseWriter, r *http.Request) {
	s.list(w, r, "Starred", s.find(func(_ *letter, st mailState) bool { return st.Starred && kept(st.Folder) }))
}

func (s *mail) label(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if !slices.Contains(s.labels, name) {
		s.missing(w)
		return
	}
	s.list(w, r, "Label "+name, s.find(func(_ *letter, st mailState) bool { return slices.Contains(st.Labels, name) && kept(st.Folder) }))
}

// kept says whether a folder is one of those that a search goes through
// unasked.
func kept(folder string) bool { return folder == "inbox" || folder == "archive" || folder == "sent" }

// folders lists all folders and labels with their numbers of letters.
func (s *mail) folders(w http.ResponseWriter, _ *http.Request) {
	count, starred := map[string]int{}, 0
	labels := map[string]int{}
	for _, l := range s.find(func(*letter, mailState) bool { return true }) {
		st := s.state(l)
		count[st.Folder]++
		if !kept(st.Folder) {
			continue
		}
		if st.Starred {
			starred++
		}
		for _, name := range st.Labels {
			labels[name]++
		}
	}
	type row struct {
		Text, Href string
		Count      int
	}
	var rows []row
	for _, f := range mailFolders {
		rows = append(rows, row{folderTitle(f), "/folder/" + f, count[f]})
	}
	rows = append(rows, row{"Starred", "/starred", starred})
	for _, name := range s.labels {
		rows = append(rows, row{"Label " + name, "/label/" + url.PathEscape(name), labels[name]})
	}
	s.show(w, "Folders", "folders", rows)
}

func (s *mail) searchOptions(w http.ResponseWriter, _ *http.Request) {
	s.show(w, "Search", "options", mailFolders)
}

// search looks through what is kept, or one folder.
func (s *mail) search(w http.ResponseWriter, r *http.Request) {
	words := strings.Fields(strings.ToLower(r.FormValue("q")))
	from, folder := r.FormValue("from"), strings.ToLower(r.FormValue("folder"))
	after, before, unread := r.FormValue("after"), r.FormValue("before"), r.FormValue("unread") != ""
	s.list(w, r, "Search results", s.find(func(l *letter, st mailState) bool {
		switch {
		case !slices.Contains(mailFolders, folder) && !kept(st.Folder), slices.Contains(mailFolders, folder) && st.Folder != folder:
			return false
		case unread && !st.Unread, after != "" && l.Date[:10] < after, before != "" && l.Date[:10] > before:
			return false
		case from != "" && !contains(l.From+" "+l.Address, from):
			return false
		}
		return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(l.text, word) })
	}))
}

// open is the letter that a request names; it answers where there is none.
func (s *mail) open(w http.ResponseWriter, r *http.Request) *letter {
	id, err := strconv.Atoi(r.PathValue("id"))
	l := s.byID(id)
	if err != nil || l == nil || s.state(l).Folder == "gone" {
		s.missing(w)
		return nil
	}
	return l
}

// read shows a letter, which is then read.
func (s *mail) read(w http.ResponseWriter, r *http.Request) {
	l := s.open(w, r)
	if l == nil {
		return
	}
	st := s.state(l)
	if st.Unread {
		st.Unread = false
		s.now[l.ID] = st
	}
	var more []string // labels that it does not have
	for _, name := range s.labels {
		if !slices.Contains(st.Labels, name) {
			more = append(more, name)
		}
	}
	s.show(w, l.Subject, "mail", map[string]any{"L": l, "State": st, "Folder": folderTitle(st.Folder), "To": strings.Join(l.To, ", "),
		"Cc": strings.Join(l.Cc, ", "), "More": more, "Many": len(l.To)+len(l.Cc) > 1, "Path": fmt.Sprintf("/mail/%d", l.ID)})
}
