package sites

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// book is an address book: the world's, and the entries that were changed.
type book struct {
	world   []mailPerson
	changed map[int]mailPerson // an empty one was deleted
	size    int
}

func newBook(world []mailPerson) book {
	return book{world: world, changed: map[int]mailPerson{}, size: len(world)}
}

// get is entry i; the zero mailPerson where there is none.
func (b *book) get(i int) mailPerson {
	if p, ok := b.changed[i]; ok || i < 0 || i >= len(b.world) {
		return p
	}
	return b.world[i]
}

// named is the number of the entry with a name, in any case, or -1.
func (b *book) named(name string) int {
	for i := range b.size {
		if p := b.get(i); p.Name != "" && strings.EqualFold(p.Name, name) {
			return i
		}
	}
	return -1
}

// mailFilter is a rule for mail to come.
type mailFilter struct{ From, Subject, Action string }

// numbered is a contact with its number.
type numbered struct {
	ID int
	mailPerson
}

func (s *mail) contacts(w http.ResponseWriter, r *http.Request) {
	query := r.FormValue("q")
	var hits []numbered
	for i := range s.book.size {
		if p := s.book.get(i); p.Name != "" && contains(p.Name+" "+p.Address+" "+p.Company, query) {
			hits = append(hits, numbered{i, p})
		}
	}
	slices.SortStableFunc(hits, func(a, b numbered) int { return strings.Compare(a.Name, b.Name) })
	pages := max(1, (len(hits)+mailPerPage-1)/mailPerPage)
	page := min(max(1, atoi(r.FormValue("page"))), pages)
	s.show(w, "Contacts", "contacts", map[string]any{"Query": query, "Hits": hits[(page-1)*mailPerPage : min(page*mailPerPage, len(hits))],
		"Total": len(hits), "Page": page, "Pages": pages})
}

// entry is the contact that a request names; it answers where there is none.
func (s *mail) entry(w http.ResponseWriter, r *http.Request) (int, bool) {
	i, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || s.book.get(i).Name == "" {
		s.missing(w)
		return 0, false
	}
	return i, true
}

func (s *mail) contact(w http.ResponseWriter, r *http.Request) {
	if i, ok := s.entry(w, r); ok {
		s.show(w, s.book.get(i).Name, "contact", numbered{i, s.book.get(i)})
	}
}

// editContact is the form of an entry, or of a new one.
func (s *mail) editContact(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") == "new" {
		s.show(w, "New contact", "editContact", map[string]any{"Title": "New contact", "P": mailPerson{}})
	} else if i, ok := s.entry(w, r); ok {
		s.show(w, "Edit contact", "editContact", map[string]any{"Title": "Edit contact", "P": s.book.get(i)})
	}
}

func (s *mail) saveContact(w http.ResponseWriter, r *http.Request) {
	i, title := s.book.size, "New contact"
	if r.PathValue("id") != "new" {
		var ok bool
		if i, ok = s.entry(w, r); !ok {
			return
		}
		title = "Edit contact"
	}
	p := mailPerson{tidied(r.PostFormValue("name")), strings.ToLower(tidied(r.PostFormValue("address"))), tidied(r.PostFormValue("phone")), tidied(r.PostFormValue("company"))}
	wrong := ""
	switch other := s.book.named(p.Name); {
	case p.Name == "":
		wrong = "The name is empty."
	case other >= 0 && other != i:
		wrong = "There is a contact with this name."
	case strings.Count(p.Address, "@") != 1 || strings.Contains(p.Address, " "):
		wrong = "The address must look like name@gym.test."
	}
	if wrong != "" {
		s.show(w, title, "editContact", map[string]any{"Title": title, "P": p, "Error": wrong})
		return
	}
	s.book.changed[i], s.book.size = p, max(s.book.size, i+1)
	s.tell("The contact was saved.")
	goTo(w, r, "/contact/"+strconv.Itoa(i))
}

func (s *mail) dropContact(w http.ResponseWriter, r *http.Request) {
	if i, ok := s.entry(w, r); ok {
		s.tell("The contact %s was deleted.", s.book.get(i).Name)
		s.book.changed[i] = mailPerson{}
		goTo(w, r, "/contacts")
	}
}

// filterActions are what a filter can do with new mail.
var filterActions = []string{"Archive", "Delete", "Mark as read", "Star"}

func (s *mail) settings(w http.ResponseWriter, _ *http.Request) {
	actions := slices.Clone(filterActions)
	for _, name := range s.labels {
		actions = append(actions, "Label "+name)
	}
	s.show(w, "Settings", "settings", map[string]any{"Labels": s.labels, "Filters": s.filters, "Actions": actions})
}

func (s *mail) saveLabel(w http.ResponseWriter, r *http.Request) {
	switch name := tidied(r.PostFormValue("name")); {
	case name == "":
		s.tell("The label needs a name.")
	case slices.Contains(s.labels, name):
		s.tell("There is a label %s already.", name)
	default:
		s.labels = slices.Sorted(slices.Values(append(slices.Clone(s.labels), name)))
		s.tell("The label %s was made.", name)
	}
	goTo(w, r, "/settings")
}

// dropLabel deletes a label, and takes it off all mail.
func (s *mail) dropLabel(w http.ResponseWriter, r *http.Request) {
	name := r.PostFormValue("label")
	if !slices.Contains(s.labels, name) {
		s.tell("There is no label %s.", name)
	} else {
		for _, l := range s.find(func(_ *letter, st mailState) bool { return slices.Contains(st.Labels, name) }) {
			s.apply(l, "Remove label "+name)
		}
		s.labels = slices.DeleteFunc(slices.Clone(s.labels), func(n string) bool { return n == name })
		s.tell("The label %s was deleted.", name)
	}
	goTo(w, r, "/settings")
}

func (s *mail) saveFilter(w http.ResponseWriter, r *http.Request) {
	f := mailFilter{tidied(r.PostFormValue("from")), tidied(r.PostFormValue("subject")), r.PostFormValue("action")}
	label, isLabel := strings.CutPrefix(f.Action, "Label ")
	switch {
	case f.From == "" && f.Subject == "":
		s.tell("A filter needs a sender or a word of the subject.")
	case !slices.Contains(filterActions, f.Action) && (!isLabel || !slices.Contains(s.labels, label)):
		s.tell("Choose what the filter does.")
	case slices.Contains(s.filters, f):
		s.tell("There is such a filter already.")
	default:
		s.filters = append(slices.Clip(s.filters), f)
		s.tell("The filter was saved.")
	}
	goTo(w, r, "/settings")
}

func (s *mail) dropFilter(w http.ResponseWriter, r *http.Request) {
	if i, err := strconv.Atoi(r.PostFormValue("filter")); err == nil && i >= 0 && i < len(s.filters) {
		s.filters = slices.Delete(slices.Clone(s.filters), i, i+1)
		s.tell("The filter was deleted.")
	}
	goTo(w, r, "/settings")
}
