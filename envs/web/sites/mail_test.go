package sites

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

// office plays on a mailbox or a calendar over HTTP.
type office struct {
	t *testing.T
	Site
}

func openOffice(t *testing.T, kind Kind) office {
	return office{t, kind(rand.New(rand.NewPCG(3, 4))).Open()}
}

// ask makes a request and follows where it leads; with a form it is a POST.
func (o office) ask(path string, form ...string) string {
	o.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if form != nil {
		values := url.Values{}
		for i := 0; i+1 < len(form); i += 2 {
			values.Add(form[i], form[i+1])
		}
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	o.ServeHTTP(w, r)
	if w.Code == http.StatusSeeOther {
		return o.ask(w.Header().Get("Location"))
	}
	if w.Code >= http.StatusInternalServerError {
		o.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

// call asks a function as Lua would.
func (o office) call(function string, args ...any) any {
	o.t.Helper()
	out, err := Call(o.Site, function, args)
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

func (o office) shows(page string, wants ...string) {
	o.t.Helper()
	_, main, _ := strings.Cut(page, "<main>")
	for _, want := range wants {
		if !strings.Contains(main, want) {
			o.t.Errorf("the page does not show %q:\n%s", want, main)
		}
	}
}

func (o office) changed(want ...string) {
	o.t.Helper()
	if got := o.call("changes").([]string); !slices.Equal(got, want) {
		o.t.Errorf("the changes are %q, want %q", got, want)
	}
}

func inboxIDs(o office, n int) []string {
	var out []string
	for _, id := range o.call("mails", map[string]any{"folder": "inbox", "unread": false, "starred": false}).([]any)[:n] {
		out = append(out, fmt.Sprint(id))
	}
	return out
}

func TestMailIsSortedByItsButtons(t *testing.T) {
	o := openOffice(t, newMail)
	ids := inboxIDs(o, 3)
	o.shows(o.ask("/mail/"+ids[0], "do", "Archive"), "The mail was archived.", "<h1>Inbox</h1>")
	o.shows(o.ask("/mail/"+ids[1], "do", "Delete"), "The mail was deleted.")
	o.shows(o.ask("/mail/"+ids[1], "do", "Delete"), "The mail was deleted.", "<h1>Trash</h1>")
	o.shows(o.ask("/mail/"+ids[1]), "Not found")
	o.shows(o.ask("/mail/"+ids[2], "do", "Mark as unread"), "marked as unread")
	o.changed("mail "+ids[0]+" folder archive", "mail "+ids[1]+" folder gone", "mail "+ids[2]+" unread")
	o.ask("/mail/" + ids[2])
	o.ask("/mail/"+ids[0], "do", "Move to inbox")
	o.changed("mail " + ids[1] + " folder gone")
	for _, path := range []string{"/mail/-1", "/mail/999999", "/mail/x", "/folder/gone", "/label/None", "/contact/999"} {
		o.shows(o.ask(path), "Not found")
	}
	o.shows(o.ask("/mail/"+ids[0], "do", "Explode"), "Choose what to do")
	o.shows(o.ask("/?page=-3"), "page 1 of")
	o.shows(o.ask("/?page=999"), "Newer")
}

func TestTickedMailsAreSortedAtOnce(t *testing.T) {
	o := openOffice(t, newMail)
	ids := inboxIDs(o, 2)
	o.shows(o.ask("/bulk", "action", "Star", "back", "/?page=1"), "Tick some mails first.")
	o.shows(o.ask("/bulk", "id", ids[0], "action", "Explode", "back", "//elsewhere"), "Choose what to do", "<h1>Inbox</h1>")
	o.shows(o.ask("/bulk", "id", ids[0], "id", ids[1], "id", "77777", "action", "Label Work", "back", "/folder/archive"), "<h1>Archive</h1>")
	o.ask("/mail/"+ids[1], "do", "Remove label Work")
	state := o.call("mail", float64(atoi(ids[0]))).(map[string]any)
	if !slices.Contains(state["labels"].([]string), "Work") {
		t.Error(state)
	}
}

func TestMailIsWritten(t *testing.T) {
	o := openOffice(t, newMail)
	someone := o.call("people").([]any)[0].(map[string]any)
	o.shows(o.ask("/compose", "to", "", "subject", "", "message", ""), "Name at least one receiver", "The subject is empty.", "The message is empty.")
	o.shows(o.ask("/compose", "to", "nobody at all", "subject", "Hi", "message", "Hello"), "nobody at all is neither an address nor a name")
	if n := len(o.call("sent").([]any)); n != 0 {
		t.Fatalf("%d mails were sent with mistakes in them", n)
	}
	o.shows(o.ask("/compose", "to", someone["name"].(string)+", A@gym.test", "cc", "b@gym.test", "subject", " Hi  there ", "message", "Hello"), "was sent.")
	id := o.call("add", map[string]any{"from": "Ada Stone", "subject": "Plans", "body": []any{"What now?"}, "cc": []any{"c@gym.test"}}).(int)
	o.shows(o.ask(fmt.Sprintf("/compose?reply=%d&all=1", id)), `value="ada.stone@gym.test"`, `value="c@gym.test"`, `value="Re: Plans"`, "What now?")
	o.ask(fmt.Sprintf("/compose?forward=%d", id), "to", "d@gym.test", "subject", "Fwd: Plans", "message", "")
	want := []any{
		map[string]any{"to": []string{someone["address"].(string), "a@gym.test"}, "cc": []string{"b@gym.test"}, "subject": "Hi there", "body": "Hello", "reply": -1, "forward": -1},
		map[string]any{"to": []string{"d@gym.test"}, "cc": []string(nil), "subject": "Fwd: Plans", "body": "", "reply": -1, "forward": id},
	}
	if got := o.call("sent"); !reflect.DeepEqual(got, want) {
		t.Errorf("sent %v, want %v", got, want)
	}
	o.shows(o.ask("/folder/sent"), "To d@gym.test: Fwd: Plans")
	o.changed()
}

func TestMailIsFound(t *testing.T) {
	o := openOffice(t, newMail)
	o.call("add", map[string]any{"from": "Ada Stone", "subject": "Zeppelin", "unread": true, "folder": "archive"})
	o.call("add", map[string]any{"from": "Ada Stone", "subject": "Zeppelin again", "folder": "spam", "date": "2031-01-02 10:00"})
	o.shows(o.ask("/search?q=zeppelin"), "1 mails", "unread")
	o.shows(o.ask("/search?q=zeppelin&folder=spam"), "Zeppelin again")
	o.shows(o.ask("/search?q=zeppelin&folder=spam&after=2031-02-01"), "No mails here.")
	o.shows(o.ask("/search?from=ada+stone&unread=on&folder=archive&before=2031-06-01"), "1 mails")
	if got := o.call("mails", map[string]any{"text": "zeppelin"}).([]any); len(got) != 2 {
		t.Error(got)
	}
	for _, wrong := range []map[string]any{{"sender": "x"}} {
		if _, err := Call(o.Site, "mails", []any{wrong}); err == nil {
			t.Error(wrong, "is no mistake")
		}
	}
}

func TestMailIsSetUp(t *testing.T) {
	o := openOffice(t, newMail)
	people := o.call("people").([]any)
	name := people[0].(map[string]any)["name"].(string)
	o.shows(o.ask("/filters", "from", "", "subject", "", "action", "Star"), "needs a sender")
	o.shows(o.ask("/filters", "from", "a@gym.test", "action", "Label None"), "Choose what the filter does.")
	o.ask("/filters", "from", "a@gym.test", "subject", "", "action", "Star")
	o.shows(o.ask("/filters", "from", "a@gym.test", "subject", "", "action", "Star"), "such a filter already", "From a@gym.test")
	o.shows(o.ask("/labels", "name", "Work"), "There is a label Work already.")
	o.ask("/labels", "name", "Garden")
	o.shows(o.ask("/contact/new/edit", "name", name, "address", "x@gym.test"), "There is a contact with this name.")
	o.shows(o.ask("/contact/new/edit", "name", "Zed Young", "address", "here"), "must look like")
	o.shows(o.ask("/contact/new/edit", "name", "Zed Young", "address", "z@gym.test"), "The contact was saved.", "z@gym.test")
	o.shows(o.ask("/contacts?q=zed"), "Zed Young", "1 contacts")
	o.ask("/contact/0/delete", "x", "y")
	o.shows(o.ask("/contact/0/delete", "x", "y"), "Not found")
	o.changed("contact "+name+" deleted", "contact Zed Young address z@gym.test phone  company ", "filter from a@gym.test subject  action Star", "label Garden made")
	o.ask("/filters/delete", "filter", "0")
	o.ask("/labels/delete", "label", "Garden")
	o.shows(o.ask("/labels/delete", "label", "Garden"), "There is no label Garden.")
	o.changed("contact "+name+" deleted", "contact Zed Young address z@gym.test phone  company ")
}

// A world is the same from the same chance, and episodes beside one another
// see nothing of each other's changes.
func TestOfficeWorldsAreShared(t *testing.T) {
	for name, kind := range map[string]Kind{"mail": newMail, "calendar": newCalendar} {
		a, b := kind(rand.New(rand.NewPCG(5, 6))), kind(rand.New(rand.NewPCG(5, 6)))
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: two worlds from the same chance differ", name)
		}
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				o := office{t, a.Open()}
				for id := range 5 {
					o.ask(fmt.Sprintf("/mail/%d", id), "do", "Star")
					o.ask(fmt.Sprintf("/event/%d/delete", id), "which", allOfThem)
				}
				if len(o.call("changes").([]string)) == 0 {
					t.Errorf("%s: nothing changed", name)
				}
			})
		}
		wg.Wait()
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: an episode changed its world", name)
		}
		office{t, a.Open()}.changed()
	}
}
