package sites

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// What follows are the pages that change nothing.

func (s *forum) home(w http.ResponseWriter, _ *http.Request) {
	s.show(w, "Home", "home", map[string]any{"Me": forumMe, "Boards": s.world.boards, "Mine": s.world.boards[s.world.mine]})
}

// threadRows are threads as lists show them.
func (s *forum) threadRows(ids []int) []map[string]any {
	var rows []map[string]any
	for _, id := range ids {
		t := s.post(id)
		rows = append(rows, map[string]any{"T": t, "Board": s.world.boards[t.Board], "Comments": s.replies(id), "Locked": s.isLocked(id)})
	}
	return rows
}

func (s *forum) search(w http.ResponseWriter, r *http.Request) {
	q := forumQuery{r.FormValue("q"), r.FormValue("board"), strings.TrimSpace(r.FormValue("author")), r.FormValue("sort")}
	data := map[string]any{"Query": q, "Boards": s.world.boards, "Sorts": threadSorts, "Asked": r.URL.RawQuery != ""}
	if r.URL.RawQuery != "" {
		ids, leaf := leafOf(r, s.find(q))
		data["Rows"], data["Leaf"] = s.threadRows(ids), leaf
	}
	s.show(w, "Search", "search", data)
}

// boardOf is the board that a path names; it answers where there is none.
func (s *forum) boardOf(w http.ResponseWriter, r *http.Request) (int, bool) {
	b, ok := s.world.slugs[r.PathValue("board")]
	if !ok {
		s.missing(w)
	}
	return b, ok
}

func (s *forum) board(w http.ResponseWriter, r *http.Request) {
	b, ok := s.boardOf(w, r)
	if !ok {
		return
	}
	q := forumQuery{Board: s.world.boards[b].Slug, Sort: r.FormValue("sort")}
	if !slices.Contains(threadSorts, q.Sort) {
		q.Sort = threadSorts[0]
	}
	ids, leaf := leafOf(r, s.find(q))
	s.show(w, s.world.boards[b].Name, "board", map[string]any{"Board": s.world.boards[b], "Followed": s.isFollowed(b), "Mine": b == s.world.mine,
		"Sort": q.Sort, "Sorts": threadSorts, "Rows": s.threadRows(ids), "Leaf": leaf})
}

func (s *forum) rules(w http.ResponseWriter, r *http.Request) {
	if b, ok := s.boardOf(w, r); ok {
		s.show(w, "Rules", "rules", s.world.boards[b])
	}
}

// number is the {id} of a path, -1 where it is none.
func number(r *http.Request) int {
	n, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return -1
	}
	return n
}

func (s *forum) thread(w http.ResponseWriter, r *http.Request) {
	t := s.post(number(r))
	if t == nil {
		s.missing(w)
		return
	}
	order := "old"
	if r.FormValue("sort") == "top" {
		order = "top"
	}
	all := s.talk(t.ID, order)
	page, leaf := leafOf(r, all)
	var rows []map[string]any
	for _, c := range page {
		row := map[string]any{"C": c}
		if c.Parent >= 0 {
			if to := s.remark(c.Parent); to != nil {
				row["To"] = to.Author
			}
		}
		rows = append(rows, row)
	}
	at := forumItem{"t", t.ID}
	s.show(w, t.Title, "thread", map[string]any{"T": t, "Board": s.world.boards[t.Board], "Votes": s.votesOf(at), "Own": t.Author == forumMe,
		"Locked": s.isLocked(t.ID), "Mine": t.Board == s.world.mine, "Rows": rows, "Leaf": leaf, "Order": order, "Comments": len(all)})
}

// votesOf is what the form for votes on an item needs.
func (s *forum) votesOf(at forumItem) map[string]any {
	return map[string]any{"Path": at.Path(), "Vote": s.votes[at]}
}

func (s *forum) single(w http.ResponseWriter, r *http.Request) {
	c := s.remark(number(r))
	if c == nil {
		s.missing(w)
		return
	}
	data := map[string]any{"C": c, "T": s.post(c.Thread), "Votes": s.votesOf(forumItem{"c", c.ID}), "Own": c.Author == forumMe, "Locked": s.isLocked(c.Thread)}
	if to := s.remark(c.Parent); to != nil {
		data["To"] = to
	}
	s.show(w, "Comment by "+c.Author, "comment", data)
}

func (s *forum) profile(w http.ResponseWriter, r *http.Request) {
	i, ok := s.world.byName[strings.ToLower(r.PathValue("user"))]
	if !ok {
		s.missing(w)
		return
	}
	u := s.world.users[i]
	all := s.find(forumQuery{Author: u.Name})
	ids, leaf := leafOf(r, all)
	s.show(w, u.Name, "profile", map[string]any{"User": u, "Threads": len(all), "Rows": s.threadRows(ids), "Leaf": leaf, "Me": u.Name == forumMe})
}

// letters are the user's messages, the newest first, with their numbers.
func (s *forum) letters(sent bool) []map[string]any {
	var out []map[string]any
	for i, m := range slices.Backward(s.mail) {
		if (m.From == forumMe) == sent {
			out = append(out, map[string]any{"ID": i, "M": m})
		}
	}
	return out
}

func (s *forum) inbox(w http.ResponseWriter, r *http.Request) { s.showLetters(w, r, false) }
func (s *forum) sent(w http.ResponseWriter, r *http.Request)  { s.showLetters(w, r, true) }

func (s *forum) showLetters(w http.ResponseWriter, r *http.Request, sent bool) {
	rows, leaf := leafOf(r, s.letters(sent))
	s.show(w, "Messages", "messages", map[string]any{"Sent": sent, "Rows": rows, "Leaf": leaf})
}

func (s *forum) message(w http.ResponseWriter, r *http.Request) {
	id := number(r)
	if id < 0 || id >= len(s.mail) {
		s.missing(w)
		return
	}
	s.show(w, s.mail[id].Subject, "message", map[string]any{"M": s.mail[id], "Sent": s.mail[id].From == forumMe})
}

func (s *forum) queue(w http.ResponseWriter, r *http.Request) {
	b, ok := s.boardOf(w, r)
	if !ok {
		return
	}
	var rows []map[string]any
	for i, rep := range s.reports {
		if rep.Verdict != "" || s.boardOfItem(rep.Item) != b {
			continue
		}
		row := map[string]any{"ID": i, "R": rep, "Path": rep.Item.Path()}
		if rep.Item.Kind == "t" {
			row["Title"], row["Text"] = s.post(rep.Item.ID).Title, s.post(rep.Item.ID).Body
		} else {
			c := s.remark(rep.Item.ID)
			row["Title"], row["Text"] = "Comment by "+c.Author, c.Text
		}
		rows = append(rows, row)
	}
	page, leaf := leafOf(r, rows)
	page = page[:min(len(page), queueSize)]
	s.show(w, "Reports", "queue", map[string]any{"Board": s.world.boards[b], "Allowed": b == s.world.mine, "Rows": page, "Open": leaf.Total})
}

// queueSize is how many reports are shown at once: each has a form.
const queueSize = 4

// boardOfItem is the board that an item is on, -1 where it is gone.
func (s *forum) boardOfItem(i forumItem) int {
	id := i.ID
	if i.Kind == "c" {
		c := s.remark(id)
		if c == nil {
			return -1
		}
		id = c.Thread
	}
	if t := s.post(id); t != nil {
		return t.Board
	}
	return -1
}
