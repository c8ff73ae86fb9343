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

// member asks a site as a browser does, and follows redirects.
type member struct {
	t    *testing.T
	site Site
}

func (v member) ask(method, path string, form url.Values) (status int, body string) {
	v.t.Helper()
	for range 3 {
		r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
		if method == "POST" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := httptest.NewRecorder()
		v.site.ServeHTTP(w, r)
		if w.Code != http.StatusSeeOther {
			return w.Code, w.Body.String()
		}
		method, path, form = "GET", w.Header().Get("Location"), nil
	}
	v.t.Fatalf("%s redirects without end", path)
	return 0, ""
}

// sees asks for a page and wants a text on it.
func (v member) sees(path, want string) {
	v.t.Helper()
	if _, body := v.ask("GET", path, nil); !strings.Contains(body, want) {
		v.t.Errorf("%s does not show %q:\n%s", path, want, body)
	}
}

// posts sends a form, "name", "value" and so on, and wants a text on the page
// that comes.
func (v member) posts(path, want string, form ...string) {
	v.t.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	if status, body := v.ask("POST", path, values); status != http.StatusOK && status != http.StatusNotFound || !strings.Contains(body, want) {
		v.t.Errorf("%s %v: status %d, want %q on\n%s", path, form, status, want, body)
	}
}

func (v member) asks(function string, args ...any) any {
	v.t.Helper()
	out, err := Call(v.site, function, args)
	if err != nil {
		v.t.Fatal(err)
	}
	return out
}

func (v member) changed(want ...string) {
	v.t.Helper()
	if got, _ := v.asks("changes").([]string); !slices.Equal(got, want) {
		v.t.Errorf("changes are %q, want %q", got, want)
	}
}

var (
	forumOnce   = sync.OnceValue(func() World { return newForum(rand.New(rand.NewPCG(1, 2))) })
	trackerOnce = sync.OnceValue(func() World { return newTracker(rand.New(rand.NewPCG(1, 2))) })
)

func onForum(t *testing.T) (member, *forum) {
	s := forumOnce().Open().(*forum)
	return member{t, s}, s
}

// talked is a thread of the world with comments.
func (s *forum) talked() *forumThread {
	for i := range s.world.threads {
		if len(s.world.threads[i].comments) > 2 {
			return &s.world.threads[i]
		}
	}
	return nil
}

func TestAForumVoteCanBeChangedAndTakenBack(t *testing.T) {
	v, s := onForum(t)
	at := s.talked().ID
	path := fmt.Sprintf("/t/%d/vote", at)
	v.posts(path, "Your vote was counted.", "vote", "up")
	v.posts(path, "You voted this up.", "vote", "up")
	v.changed(fmt.Sprintf("thread %d vote: up", at))
	v.posts(path, "You voted this down.", "vote", "down")
	v.changed(fmt.Sprintf("thread %d vote: down", at))
	v.posts(path, "taken back", "vote", "none")
	v.changed()
}

func TestForumCommentsHangInATree(t *testing.T) {
	v, s := onForum(t)
	th := s.talked()
	path := fmt.Sprintf("/t/%d/comment", th.ID)
	v.posts(path, "An empty comment", "text", "  ")
	v.posts(fmt.Sprintf("%s?to=%d", path, th.comments[0]), "Your comment was published.", "text", "I agree")
	v.posts(fmt.Sprintf("%s?to=%d", path, th.comments[0]), "already written this", "text", "I agree")
	v.posts(path+"?to=99999999", "Not found", "text", "Nowhere")
	v.changed(fmt.Sprintf("comment %d reply: I agree", th.comments[0]))
	mine := len(s.world.comments)
	for i, c := range s.talk(th.ID, "") {
		if c.ID == mine && s.talk(th.ID, "")[i-1].ID != th.comments[0] && s.talk(th.ID, "")[i-1].Parent < 0 {
			t.Errorf("the reply comes after %v", s.talk(th.ID, "")[i-1])
		}
	}
	v.posts(fmt.Sprintf("/c/%d/vote", mine), "cannot vote on what you wrote", "vote", "up")
	v.posts(fmt.Sprintf("/c/%d/edit", mine), "Your changes were saved.", "body", "I do not")
	v.changed(fmt.Sprintf("comment %d reply: I do not", th.comments[0]))
	v.posts(fmt.Sprintf("/c/%d/delete", mine), "It was deleted.")
	v.changed()
	v.posts(fmt.Sprintf("/c/%d/delete", th.comments[0]), "Only its author")
	v.changed()
	v.asks("lock", float64(th.ID))
	v.posts(path, "This thread is locked.", "text", "Too late")
	v.changed()
}

func TestForumThreadsAreWrittenOnce(t *testing.T) {
	v, _ := onForum(t)
	v.posts("/b/hiking/new", "needs a title", "title", "", "body", "b", "flair", "Show")
	v.posts("/b/hiking/new", "needs a text", "title", "A", "body", "", "flair", "Show")
	v.posts("/b/hiking/new", "Choose a flair", "title", "A", "body", "b", "flair", "None")
	v.posts("/b/hiking/new", "Your thread was published.", "title", "A", "body", "b", "flair", "Show")
	v.posts("/b/hiking/new", "already written a thread", "title", "A", "body", "b", "flair", "Show")
	v.posts("/b/nowhere/new", "Not found", "title", "A", "body", "b", "flair", "Show")
	v.changed("hiking thread: A | b | Show")
}

func TestForumMessagesNameWhoCannotBeReached(t *testing.T) {
	v, s := onForum(t)
	open, closed := s.world.users[1].Name, s.world.users[5].Name
	v.posts("/messages/new", "There is no user", "to", "Nobody0", "subject", "S", "body", "B")
	v.posts("/messages/new", "does not take messages", "to", closed, "subject", "S", "body", "B")
	v.posts("/messages/new", "needs a subject", "to", open, "subject", "", "body", "B")
	v.posts("/messages/new", "cannot write to yourself", "to", forumMe, "subject", "S", "body", "B")
	v.changed()
	v.posts("/messages/new", "Your message was sent.", "to", strings.ToLower(open), "subject", "S", "body", "B")
	v.posts("/messages/new", "already sent", "to", open, "subject", "S", "body", "B")
	v.changed("message to " + open + ": S | B")
}

func TestAForumModeratorDecidesOnceAndOnlyAtHome(t *testing.T) {
	v, s := onForum(t)
	home := s.world.boards[s.world.mine].Slug
	id := v.asks("post", map[string]any{"board": home, "title": "T", "body": "For sale", "author": s.world.users[1].Name})
	v.asks("accuse", map[string]any{"thread": float64(id.(int)), "by": s.world.users[2].Name, "reason": "R"})
	v.changed()
	v.sees("/b/"+home+"/queue", "For sale")
	v.sees("/b/support/queue", "You do not moderate this board.")
	v.posts("/report/0", "Choose the rule", "verdict", "remove", "rule", "")
	v.posts("/report/0", "It was removed.", "verdict", "remove", "rule", "No selling")
	v.posts("/report/0", "Not found", "verdict", "keep")
	v.posts("/report/77", "Not found", "verdict", "keep")
	v.changed(fmt.Sprintf("thread %d report: removed, No selling", id))
	v.sees(fmt.Sprintf("/t/%d", id), "Not found")
}

func TestForumListsKeepTheirOrderAndBounds(t *testing.T) {
	v, s := onForum(t)
	top := s.find(forumQuery{Board: "hiking", Sort: "top"})
	if !slices.IsSortedFunc(top, func(a, b int) int { return s.world.threads[b].Score - s.world.threads[a].Score }) {
		t.Error("top is not by points")
	}
	for _, from := range []string{"-5", "x", "99999", "8"} {
		v.sees("/b/hiking?from="+from, fmt.Sprintf("of %d", len(top)))
	}
	v.sees("/search?q=no+such+words+anywhere", "Nothing found")
	v.sees("/search?q=&board=nowhere", "Nothing found")
	for _, path := range []string{"/t/x", "/t/-1", "/t/999999", "/c/999999", "/x/1/edit", "/u/nobody", "/b/nowhere", "/messages/0", "/none"} {
		v.sees(path, "There is no such page here.")
	}
}

// alike checks that worlds come from the seed alone and episodes are apart.
func alike(t *testing.T, kind Kind, act func(v member)) {
	t.Helper()
	a, b := kind(rand.New(rand.NewPCG(7, 7))), kind(rand.New(rand.NewPCG(7, 7)))
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed gives another world")
	}
	act(member{t, a.Open()})
	if !reflect.DeepEqual(a, b) {
		t.Error("an episode has changed the world")
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { act(member{t, a.Open()}) })
	}
	wg.Wait()
	member{t, a.Open()}.changed()
}

func TestForumEpisodesAreApart(t *testing.T) {
	alike(t, newForum, func(v member) {
		v.posts("/t/3/vote", "counted", "vote", "up")
		v.posts("/b/hiking/follow", "Hiking", "follow", "yes")
		v.posts("/b/cooking/new", "published", "title", "A", "body", "b", "flair", "Show")
	})
}

func BenchmarkForum(b *testing.B) {
	w := forumOnce()
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			w.Open()
		}
	})
	for _, path := range []string{"/", "/t/3", "/search?q=tent+winter", "/b/hiking?sort=most+comments"} {
		b.Run(path, func(b *testing.B) {
			s := w.Open()
			for b.Loop() {
				s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
			}
		})
	}
}
