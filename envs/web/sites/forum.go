package sites

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// forumPages are the forum's templates.
var forumPages = load("forum")

// forumMe is the user who is logged in.
const forumMe = "RobinVale7"

var forumMux = muxOf(handlers[*forum]{
	"GET /{$}":                 (*forum).home,
	"GET /search":              (*forum).search,
	"GET /b/{board}":           (*forum).board,
	"GET /b/{board}/rules":     (*forum).rules,
	"POST /b/{board}/follow":   (*forum).follow,
	"GET /b/{board}/new":       (*forum).write,
	"POST /b/{board}/new":      (*forum).publish,
	"GET /b/{board}/queue":     (*forum).queue,
	"GET /t/{id}":              (*forum).thread,
	"POST /t/{id}/comment":     (*forum).comment,
	"POST /t/{id}/lock":        (*forum).lock,
	"GET /c/{id}":              (*forum).single,
	"POST /{kind}/{id}/vote":   (*forum).vote,
	"GET /{kind}/{id}/edit":    (*forum).edit,
	"POST /{kind}/{id}/edit":   (*forum).save,
	"GET /{kind}/{id}/delete":  (*forum).confirm,
	"POST /{kind}/{id}/delete": (*forum).remove,
	"GET /{kind}/{id}/report":  (*forum).complain,
	"POST /{kind}/{id}/report": (*forum).report,
	"POST /report/{id}":        (*forum).decide,
	"GET /u/{user}":            (*forum).profile,
	"GET /messages":            (*forum).inbox,
	"GET /messages/sent":       (*forum).sent,
	"GET /messages/new":        (*forum).compose,
	"POST /messages/new":       (*forum).send,
	"GET /messages/{id}":       (*forum).message,
})

// forum is an episode's boards: the world and what was done since.
type forum struct {
	Base
	world    *forumWorld
	threads  []forumThread  // beside the world's; their numbers follow on
	comments []forumComment // likewise
	under    map[int][]int
	edits    map[forumItem]forumWords
	votes    map[forumItem]int // 1 up, -1 down
	gone     map[forumItem]bool
	removed  map[forumItem]string // by the user as moderator, and the rule
	locked   map[int]bool         // threads that differ from how the episode began
	closed   map[int]bool         // threads that were locked when it began
	follows  map[int]bool         // boards that differ from the world's
	reports  []forumReport
	mail     []forumMail
}

// forumItem is a thread or a comment.
type forumItem struct {
	Kind string // t or c, as in its path
	ID   int
}

func (i forumItem) Path() string { return fmt.Sprintf("/%s/%d", i.Kind, i.ID) }

func (i forumItem) String() string {
	if i.Kind == "t" {
		return fmt.Sprintf("thread %d", i.ID)
	}
	return fmt.Sprintf("comment %d", i.ID)
}

// forumWords are what an author can change: a comment has no title.
type forumWords struct{ Title, Body string }

type forumReport struct {
	Item       forumItem
	By, Reason string
	Verdict    string // "" open, kept or removed
	arranged   bool
}

type forumMail struct {
	From, To, Subject, Body, Date string
}

// Open makes an episode's copy.
func (w *forumWorld) Open() Site {
	s := &forum{Base: newBase("forum", "Commons", forumPages, Link{"Home", "/"}, Link{"Search", "/search"}, Link{"Messages", "/messages"}, Link{"My profile", "/u/" + forumMe}),
		world: w, under: map[int][]int{}, edits: map[forumItem]forumWords{}, votes: map[forumItem]int{}, gone: map[forumItem]bool{}, removed: map[forumItem]string{},
		locked: map[int]bool{}, closed: map[int]bool{}, follows: map[int]bool{}}
	return serve(s, forumMux)
}

// post is a thread as it stands, or nil where there is none or it is gone.
func (s *forum) post(id int) *forumThread {
	var t forumThread
	switch n := id - len(s.world.threads); {
	case id >= 0 && n < 0:
		t = s.world.threads[id]
	case id >= 0 && n < len(s.threads):
		t = s.threads[n]
	default:
		return nil
	}
	at := forumItem{"t", id}
	if s.gone[at] || s.removed[at] != "" {
		return nil
	}
	if e, ok := s.edits[at]; ok {
		t.forumWords, t.lower = e, strings.ToLower(e.Title)
	}
	t.Score += s.votes[at]
	return &t
}

// remark is a comment as it stands, or nil where there is none or it, or its
// thread, is gone.
func (s *forum) remark(id int) *forumComment {
	var c forumComment
	switch n := id - len(s.world.comments); {
	case id >= 0 && n < 0:
		c = s.world.comments[id]
	case id >= 0 && n < len(s.comments):
		c = s.comments[n]
	default:
		return nil
	}
	at := forumItem{"c", id}
	if s.gone[at] || s.removed[at] != "" || s.post(c.Thread) == nil {
		return nil
	}
	if e, ok := s.edits[at]; ok {
		c.Text = e.Body
	}
	c.Score += s.votes[at]
	return &c
}

// talk is a thread's comments: each is followed by its replies, and those that
// answer the same are in the order asked for, old or top. Replies to what is
// gone stay.
func (s *forum) talk(id int, order string) []*forumComment {
	var ids []int
	if id < len(s.world.threads) {
		ids = s.world.threads[id].comments
	}
	ids = slices.Concat(ids, s.under[id])
	replies := map[int][]*forumComment{}
	for _, id := range ids {
		if c := s.remark(id); c != nil {
			to := c.Parent
			if to >= 0 && s.remark(to) == nil {
				to = -1
			}
			replies[to] = append(replies[to], c)
		}
	}
	var out []*forumComment
	var walk func(to int)
	walk = func(to int) {
		if order == "top" {
			slices.SortStableFunc(replies[to], func(a, b *forumComment) int { return cmp.Compare(b.Score, a.Score) })
		}
		for _, c := range replies[to] {
			out = append(out, c)
			walk(c.ID)
		}
	}
	walk(-1)
	return out
}

// replies is how many comments a thread has.
func (s *forum) replies(id int) int {
	if len(s.gone)+len(s.removed) > 0 {
		return len(s.talk(id, ""))
	}
	n := len(s.under[id])
	if id < len(s.world.threads) {
		n += len(s.world.threads[id].comments)
	}
	return n
}

// isLocked says whether a thread takes no more comments.
func (s *forum) isLocked(id int) bool { return s.closed[id] != s.locked[id] }

// isFollowed says whether the user is subscribed to a board.
func (s *forum) isFollowed(board int) bool { return s.world.boards[board].followed != s.follows[board] }

// forumQuery is a search for threads.
type forumQuery struct{ Text, Board, Author, Sort string }

// threadSorts are the orders of lists of threads.
var threadSorts = []string{"newest", "top", "most comments"}

// find is the numbers of the threads that a forumQuery asks for, in its order.
func (s *forum) find(q forumQuery) []int {
	board, one := s.world.slugs[q.Board]
	if q.Board != "" && !one {
		return nil
	}
	words := strings.Fields(strings.ToLower(q.Text))
	var out []int
	size := map[int][2]int{}
	for id := len(s.world.threads) + len(s.threads) - 1; id >= 0; id-- { // the newest have the highest numbers
		if id < len(s.world.threads) { // most are ruled out before they are copied
			t := &s.world.threads[id]
			if one && t.Board != board || q.Author != "" && !strings.EqualFold(t.Author, q.Author) {
				continue
			}
			if _, edited := s.edits[forumItem{"t", id}]; !edited && !hasAll(t.lower, words) {
				continue
			}
		}
		t := s.post(id)
		if t == nil || one && t.Board != board || q.Author != "" && !strings.EqualFold(t.Author, q.Author) || !hasAll(t.lower, words) {
			continue
		}
		out = append(out, id)
		if q.Sort == "most comments" {
			size[id] = [2]int{s.replies(id), t.Score}
		} else {
			size[id] = [2]int{t.Score, 0}
		}
	}
	if q.Sort == "top" || q.Sort == "most comments" {
		slices.SortStableFunc(out, func(a, b int) int {
			return slices.Compare([]int{size[b][0], size[b][1]}, []int{size[a][0], size[a][1]})
		})
	}
	return out
}

// hasAll says whether a text has all words, both in lower case.
func hasAll(text string, words []string) bool {
	for _, word := range words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// forumNow is when everything in an episode happens.
const forumNow = talkToday + " 09:00"

// talkToday is the date in sites that have one.
const talkToday = "2031-05-12"
