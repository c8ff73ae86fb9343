package sites

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// What follows changes articles: edits, undoing them, and talk.

func (s *wiki) edit(w http.ResponseWriter, _ *http.Request, id int) {
	s.show(w, "Edit", "edit", map[string]any{"ID": id, "Title": s.world.articles[id].Title, "Facts": s.facts(id)})
}

// put makes a fact of an article what it is to be, and says what it was; a
// value of "" takes it away.
func (s *wiki) put(id int, name, value string) (old string) {
	facts := slices.Clone(s.facts(id))
	i := slices.IndexFunc(facts, func(f fact) bool { return f.Name == name })
	switch {
	case i < 0 && value != "":
		facts = append(facts, fact{name, value})
	case i >= 0:
		old = facts[i].Value
		if facts[i].Value = value; value == "" {
			facts = slices.Delete(facts, i, i+1)
		}
	}
	s.changed[id] = facts
	return old
}

// write makes an edit and remembers it.
func (s *wiki) write(id int, by, name, value, summary string) {
	old := s.put(id, name, value)
	s.log = append(s.log, wikiEdit{article: id, Number: len(s.log) + 1, By: by, Fact: name, Old: old, New: value, Summary: summary, Article: s.world.articles[id].Title})
}

func (s *wiki) save(w http.ResponseWriter, r *http.Request, id int) {
	facts, n := s.facts(id), 0
	for i, f := range facts {
		name := "fact" + strconv.Itoa(i)
		if value := strings.TrimSpace(r.PostFormValue(name)); value == "" && r.PostForm.Has(name) {
			s.tell("A fact cannot be empty: %s.", f.Name)
			goTo(w, r, fmt.Sprintf("/article/%d/edit", id))
			return
		}
	}
	for i, f := range facts {
		if now := strings.TrimSpace(r.PostFormValue("fact" + strconv.Itoa(i))); now != "" && now != f.Value {
			s.write(id, wikiUser, f.Name, now, strings.TrimSpace(r.PostFormValue("summary")))
			n++
		}
	}
	if s.tell("Your changes were saved."); n == 0 {
		s.tell("Nothing was changed.")
	}
	goTo(w, r, fmt.Sprintf("/article/%d", id))
}

func (s *wiki) history(w http.ResponseWriter, _ *http.Request, id int) {
	var log []wikiEdit
	for _, e := range slices.Backward(s.log) {
		if e.article == id && len(log) < pageRows {
			log = append(log, e)
		}
	}
	s.show(w, "History", "history", map[string]any{"ID": id, "Title": s.world.articles[id].Title, "Log": log})
}

// undo takes an edit back, where nobody has changed the fact since.
func (s *wiki) undo(w http.ResponseWriter, r *http.Request, id int) {
	n := atoi(r.PathValue("n")) - 1
	switch {
	case n < 0 || n >= len(s.log) || s.log[n].article != id:
		s.missing(w)
		return
	case s.value(id, s.log[n].Fact) != s.log[n].New || s.log[n].Undone:
		s.tell("Edit %d cannot be undone: the fact was changed since.", n+1)
	default:
		e := &s.log[n]
		e.Undone = true
		s.write(id, wikiUser, e.Fact, e.Old, fmt.Sprintf("Undo of edit %d by %s", n+1, e.By))
		s.tell("Edit %d was undone.", n+1)
	}
	goTo(w, r, fmt.Sprintf("/article/%d/history", id))
}

func (s *wiki) talk(w http.ResponseWriter, r *http.Request, id int) {
	page, pages := paged(r, s.talks[id])
	s.show(w, "Talk", "talk", map[string]any{"ID": id, "Title": s.world.articles[id].Title, "Comments": page, "Pages": pages})
}

func (s *wiki) comment(w http.ResponseWriter, r *http.Request, id int) {
	if text := strings.TrimSpace(r.PostFormValue("text")); text == "" {
		s.tell("Write something first.")
	} else {
		s.talks[id] = append(s.talks[id], wikiComment{wikiUser, text})
		s.tell("Your comment was added.")
	}
	goTo(w, r, fmt.Sprintf("/article/%d/talk", id))
}
