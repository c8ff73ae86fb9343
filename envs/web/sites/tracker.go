package sites

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// trackerPages are the tracker's templates.
var trackerPages = load("tracker")

var trackerMux = muxOf(handlers[*tracker]{
	"GET /{$}":                      (*tracker).home,
	"GET /issues":                   (*tracker).search,
	"GET /p/{key}":                  (*tracker).project,
	"GET /p/{key}/board":            (*tracker).board,
	"GET /p/{key}/new":              (*tracker).write,
	"POST /p/{key}/new":             (*tracker).create,
	"GET /p/{key}/milestones":       (*tracker).milestones,
	"POST /p/{key}/milestones":      (*tracker).plan,
	"GET /p/{key}/milestones/{id}":  (*tracker).milestone,
	"POST /p/{key}/milestones/{id}": (*tracker).finish,
	"GET /i/{ref}":                  (*tracker).issue,
	"POST /i/{ref}/state":           (*tracker).move,
	"POST /i/{ref}/comment":         (*tracker).comment,
	"GET /i/{ref}/edit":             (*tracker).edit,
	"POST /i/{ref}/edit":            (*tracker).save,
	"GET /i/{ref}/link":             (*tracker).links,
	"POST /i/{ref}/link":            (*tracker).link,
	"GET /i/{ref}/time":             (*tracker).times,
	"POST /i/{ref}/time":            (*tracker).log,
})

// tracker is an episode's tracker: the world and what was done since.
type tracker struct {
	Base
	world *trackerWorld
	first map[int]*issue // issues as the episode began, where they differ from the world's; nil: was not there
	now   map[int]*issue // issues as they stand, where they differ
	count int            // of issues
	last  map[int]int    // highest numbers by project, where issues were added

	plans map[int][]milestone // milestones by project, where they differ
}

// Open makes an episode's copy.
func (w *trackerWorld) Open() Site {
	s := &tracker{Base: newBase("tracker", "Tracker", trackerPages, Link{"Projects", "/"}, Link{"Search issues", "/issues"}, Link{"Assigned to me", "/issues?assignee=Robin+Vale"}),
		world: w, first: map[int]*issue{}, now: map[int]*issue{}, count: len(w.issues), last: map[int]int{}, plans: map[int][]milestone{}}
	return serve(s, trackerMux)
}

// at is an issue as it stands. It is not to be changed; see change.
func (s *tracker) at(id int) *issue {
	if i, ok := s.now[id]; ok {
		return i
	}
	return &s.world.issues[id]
}

// id is the number of the issue with a reference in any case, -1 where there
// is none.
func (s *tracker) id(ref string) int {
	ref = strings.ToUpper(strings.TrimSpace(ref))
	if id, ok := s.world.refs[ref]; ok {
		return id
	}
	for id := len(s.world.issues); id < s.count; id++ {
		if s.now[id].Ref == ref {
			return id
		}
	}
	return -1
}

// change is an issue of the episode's own.
func (s *tracker) change(id int) *issue {
	if i, ok := s.now[id]; ok {
		return i
	}
	i := s.world.issues[id]
	i.Labels, i.Comments, i.Links, i.Time = slices.Clone(i.Labels), slices.Clone(i.Comments), slices.Clone(i.Links), slices.Clone(i.Time)
	s.now[id] = &i
	return &i
}

// raise adds an issue to a project and gives its number.
func (s *tracker) raise(i issue) int {
	if s.last[i.Project] == 0 {
		s.last[i.Project] = s.world.projects[i.Project].last
	}
	s.last[i.Project]++
	i.Number = s.last[i.Project]
	i.Ref, i.lower = fmt.Sprintf("%s-%d", s.world.projects[i.Project].Key, i.Number), strings.ToLower(i.Title)
	id := s.count
	s.now[id], s.first[id] = &i, nil
	s.count++
	return id
}

// plan is a project's milestones as they stand.
func (s *tracker) planOf(project int) []milestone {
	if m, ok := s.plans[project]; ok {
		return m
	}
	return s.world.projects[project].milestones
}

// issueQuery is a search for issues. Empty fields ask for nothing.
type issueQuery struct{ Text, Project, State, Priority, Label, Assignee, Milestone, Sort string }

var issueSorts = []string{"newest", "oldest", "priority", "most comments"}

// nobody and notClosed are what one can search for beside people and states.
const (
	nobody    = "nobody"
	notClosed = "not closed"
)

// find is the numbers of the issues that a query asks for, in its order.
func (s *tracker) find(q issueQuery) []int {
	words := strings.Fields(strings.ToLower(q.Text))
	project, one := s.world.keys[q.Project]
	if q.Project != "" && !one {
		return nil
	}
	var out []int
	for id := s.count - 1; id >= 0; id-- {
		if one && id < len(s.world.issues) && s.world.issues[id].Project != project { // most are ruled out before they are looked up
			continue
		}
		i := s.at(id)
		if one && i.Project != project || q.State != "" && i.State != q.State && !(q.State == notClosed && i.State != "closed") ||
			q.Priority != "" && i.Priority != q.Priority || q.Label != "" && !slices.Contains(i.Labels, q.Label) ||
			q.Assignee != "" && i.Assignee != q.Assignee && !(q.Assignee == nobody && i.Assignee == "") ||
			q.Milestone != "" && i.Milestone != q.Milestone || !hasAll(i.lower, words) && !strings.EqualFold(i.Ref, strings.TrimSpace(q.Text)) {
			continue
		}
		out = append(out, id)
	}
	switch q.Sort {
	case "oldest":
		slices.Reverse(out)
	case "priority":
		slices.SortStableFunc(out, func(a, b int) int {
			return cmp.Compare(slices.Index(trackerPriorities, s.at(b).Priority), slices.Index(trackerPriorities, s.at(a).Priority))
		})
	case "most comments":
		slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(len(s.at(b).Comments), len(s.at(a).Comments)) })
	}
	return out
}

// blockers are the references of what an issue waits for and is not closed.
func (s *tracker) blockers(i *issue) []string {
	var out []string
	for _, l := range i.Links {
		if id := s.id(l.Ref); l.Kind == "blocked by" && id >= 0 && s.at(id).State != "closed" {
			out = append(out, l.Ref)
		}
	}
	return out
}
