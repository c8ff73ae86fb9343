package sites

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// addressesMax is how many addresses an account may have: its page is to stay
// small.
const addressesMax = 6

func (s *shop) account(w http.ResponseWriter, _ *http.Request) {
	s.show(w, "Account", "account", map[string]any{"Person": s.now.Person, "Addresses": s.now.Addresses, "Default": s.now.Default})
}

func (s *shop) editPerson(w http.ResponseWriter, _ *http.Request) {
	s.show(w, "Edit details", "person", map[string]any{"Now": s.now.Person, "Problem": ""})
}

func (s *shop) savePerson(w http.ResponseWriter, r *http.Request) {
	p := person{Name: strings.TrimSpace(r.PostFormValue("name")), Email: strings.TrimSpace(r.PostFormValue("email")),
		Phone: strings.TrimSpace(r.PostFormValue("phone")), Newsletter: r.PostFormValue("newsletter") != ""}
	problem := ""
	switch {
	case p.Name == "":
		problem = "Please enter your name."
	case !isEmail(p.Email):
		problem = "Please enter an e-mail address like ada@mail.example."
	case !digits(p.Phone, 6, 12):
		problem = "A phone number has 6 to 12 digits and nothing else."
	}
	if problem != "" {
		s.show(w, "Edit details", "person", map[string]any{"Now": p, "Problem": problem})
		return
	}
	s.now.Person = p
	s.tell("Your details were saved.")
	goTo(w, r, "/account")
}

func isEmail(text string) bool {
	user, host, ok := strings.Cut(text, "@")
	return ok && user != "" && strings.Contains(host, ".") && !strings.ContainsAny(text, " ,;") && !strings.Contains(host, "@")
}

// digits says whether a text is so many digits.
func digits(text string, low, high int) bool {
	return len(text) >= low && len(text) <= high && strings.Trim(text, "0123456789") == ""
}

// changeAddress deletes an address or makes it the default.
func (s *shop) changeAddress(w http.ResponseWriter, r *http.Request) {
	is := func(a address, field string) bool { return strconv.Itoa(a.ID) == r.PostFormValue(field) }
	for i, a := range s.now.Addresses {
		switch {
		case is(a, "default"):
			s.now.Default = a.ID
			s.tell("%s is your default address.", a.Label)
		case is(a, "delete") && a.ID == s.now.Default:
			s.tell("The default address cannot be deleted.")
		case is(a, "delete"):
			s.now.Addresses = slices.Delete(slices.Clone(s.now.Addresses), i, i+1)
			s.tell("The address %s was deleted.", a.Label)
		}
	}
	goTo(w, r, "/account")
}

// whichAddress is the place in the list of the address that a path names: past
// its end for the word new, which adds one.
func (s *shop) whichAddress(w http.ResponseWriter, r *http.Request) (i int, ok bool) {
	if id := r.PathValue("id"); id != "new" {
		i = slices.IndexFunc(s.now.Addresses, func(a address) bool { return strconv.Itoa(a.ID) == id })
	} else if i = len(s.now.Addresses); i >= addressesMax {
		s.tell("You have %d addresses already. Delete one first.", i)
		goTo(w, r, "/account")
		return 0, false
	}
	if i < 0 {
		s.missing(w)
	}
	return i, i >= 0
}

func (s *shop) editAddress(w http.ResponseWriter, r *http.Request) {
	i, ok := s.whichAddress(w, r)
	if !ok {
		return
	}
	now := address{Name: s.now.Person.Name}
	if i < len(s.now.Addresses) {
		now = s.now.Addresses[i]
	}
	s.show(w, "Address", "address", map[string]any{"Now": now, "Problem": ""})
}

func (s *shop) saveAddress(w http.ResponseWriter, r *http.Request) {
	i, ok := s.whichAddress(w, r)
	if !ok {
		return
	}
	field := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	a := address{Label: field("label"), Name: field("name"), Street: field("street"), Postcode: field("postcode"), City: field("city")}
	twin := slices.IndexFunc(s.now.Addresses, func(o address) bool { return strings.EqualFold(o.Label, a.Label) })
	problem := ""
	switch {
	case slices.Contains([]string{a.Label, a.Name, a.Street, a.City}, ""):
		problem = "Please fill in all fields."
	case !digits(a.Postcode, 5, 5):
		problem = "A postcode has 5 digits."
	case twin >= 0 && twin != i:
		problem = fmt.Sprintf("You have an address %s already.", a.Label)
	}
	if problem != "" {
		s.show(w, "Address", "address", map[string]any{"Now": a, "Problem": problem})
		return
	}
	next := slices.Clone(s.now.Addresses)
	if i < len(next) {
		a.ID = next[i].ID
		next[i] = a
	} else {
		for _, o := range next {
			a.ID = max(a.ID, o.ID)
		}
		a.ID++
		next = append(next, a)
	}
	s.now.Addresses = next
	s.tell("The address %s was saved.", a.Label)
	goTo(w, r, "/account")
}
