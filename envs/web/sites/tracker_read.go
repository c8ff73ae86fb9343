package sites

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// What follows are the pages that change nothing.

func (s *tracker) home(w http.ResponseWriter, _ *http.Request) {
	s.show(w, "Projects", "home", map[string]any{"Me": trackerMe, "Projects": s.world.projects})
}

// issueRows are issues as lists show them.
func (s *tracker) issueRows(ids []int) []*issue {
	var rows []*issue
	for _, id := range ids {
		rows = append(rows, s.at(id))
	}
	return rows
}

func (s *tracker) search(w http.ResponseWriter, r *http.Request) {
	v := r.FormValue
	q := issueQuery{v("q"), v("project"), v("state"), v("priority"), v("label"), v("assignee"), v("milestone"), v("sort")}
	data := map[string]any{"Query": q, "Projects": s.world.projects, "States": append([]string{notClosed}, trackerStates...), "Priorities": trackerPriorities,
		"Labels": trackerLabels, "Sorts": issueSorts, "Asked": r.URL.RawQuery != "", "People": []string{nobody, trackerMe}}
	if n, ok := s.world.keys[q.Project]; ok {
		data["People"], data["Milestones"] = append([]string{nobody}, s.world.projects[n].members...), s.planOf(n)
	}
	if people := data["People"].([]string); q.Assignee != "" && !slices.Contains(people, q.Assignee) {
		data["People"] = append(people, q.Assignee) // what is asked for is what is shown
	}
	if r.URL.RawQuery != "" {
		ids, leaf := leafOf(r, s.find(q))
		data["Rows"], data["Leaf"] = s.issueRows(ids), leaf
	}
	s.show(w, "Search issues", "search", data)
}

// projectOf is the project that a path names; it answers where there is none.
func (s *tracker) projectOf(w http.ResponseWriter, r *http.Request) (int, bool) {
	n, ok := s.world.keys[r.PathValue("key")]
	if !ok {
		s.missing(w)
	}
	return n, ok
}

func (s *tracker) project(w http.ResponseWriter, r *http.Request) {
	if n, ok := s.projectOf(w, r); ok {
		p := s.world.projects[n]
		s.show(w, p.Name, "project", map[string]any{"P": p, "Members": strings.Join(p.members, ", "),
			"Issues": len(s.find(issueQuery{Project: p.Key})), "Open": len(s.find(issueQuery{Project: p.Key, State: notClosed}))})
	}
}

// boardSize is how many issues a column of the board shows.
const boardSize = 5

func (s *tracker) board(w http.ResponseWriter, r *http.Request) {
	n, ok := s.projectOf(w, r)
	if !ok {
		return
	}
	p := s.world.projects[n]
	type column struct {
		State, All string
		Count      int
		Rows       []*issue
	}
	var columns []column
	for _, state := range trackerStates[:3] {
		ids := s.find(issueQuery{Project: p.Key, State: state, Sort: "oldest"})
		all := url.Values{"project": {p.Key}, "state": {state}, "sort": {"oldest"}}
		columns = append(columns, column{state, "/issues?" + all.Encode(), len(ids), s.issueRows(ids[:min(len(ids), boardSize)])})
	}
	s.show(w, p.Name+" board", "board", map[string]any{"P": p, "Columns": columns})
}

// planRow is a milestone as lists show it.
type planRow struct {
	M             milestone
	N             int
	Closed, Total int
}

func (s *tracker) planRow(project, n int) planRow {
	m := s.planOf(project)[n]
	q := issueQuery{Project: s.world.projects[project].Key, Milestone: m.Name}
	row := planRow{M: m, N: n}
	for _, id := range s.find(q) {
		row.Total++
		if s.at(id).State == "closed" {
			row.Closed++
		}
	}
	return row
}

func (s *tracker) milestones(w http.ResponseWriter, r *http.Request) {
	if n, ok := s.projectOf(w, r); ok {
		s.showPlan(w, n, milestone{}, "")
	}
}

func (s *tracker) showPlan(w http.ResponseWriter, project int, draft milestone, fault string) {
	var rows []planRow
	for i := range s.planOf(project) {
		rows = append(rows, s.planRow(project, i))
	}
	s.show(w, "Milestones", "milestones", map[string]any{"P": s.world.projects[project], "Rows": rows, "Draft": draft, "Fault": fault})
}

// planAt is the milestone that a path names; it answers where there is none.
func (s *tracker) planAt(w http.ResponseWriter, r *http.Request) (project, n int, ok bool) {
	if project, ok = s.projectOf(w, r); !ok {
		return 0, 0, false
	}
	if n = number(r); n < 0 || n >= len(s.planOf(project)) {
		s.missing(w)
		return 0, 0, false
	}
	return project, n, true
}

func (s *tracker) milestone(w http.ResponseWriter, r *http.Request) {
	project, n, ok := s.planAt(w, r)
	if !ok {
		return
	}
	row := s.planRow(project, n)
	ids, leaf := leafOf(r, s.find(issueQuery{Project: s.world.projects[project].Key, Milestone: row.M.Name, State: notClosed}))
	s.show(w, row.M.Name, "milestone", map[string]any{"P": s.world.projects[project], "Row": row, "Open": row.Total - row.Closed, "Rows": s.issueRows(ids), "Leaf": leaf})
}

// issueOf is the issue that a path names; it answers where there is none.
func (s *tracker) issueOf(w http.ResponseWriter, r *http.Request) (int, *issue, bool) {
	id := s.id(r.PathValue("ref"))
	if id < 0 {
		s.missing(w)
		return 0, nil, false
	}
	return id, s.at(id), true
}

func (s *tracker) issue(w http.ResponseWriter, r *http.Request) {
	_, i, ok := s.issueOf(w, r)
	if !ok {
		return
	}
	comments, leaf := leafOf(r, i.Comments)
	s.show(w, i.Ref+" "+i.Title, "issue", map[string]any{"I": i, "P": s.world.projects[i.Project], "Labels": strings.Join(i.Labels, ", "), "Rows": comments, "Leaf": leaf,
		"Resolutions": trackerResolutions, "Hours": i.hours()})
}

// hours is the sum of the time log.
func (i *issue) hours() string {
	sum := 0.0
	for _, t := range i.Time {
		h, _ := strconv.ParseFloat(t.Hours, 64)
		sum += h
	}
	return strconv.FormatFloat(sum, 'f', -1, 64)
}

// HasLabel says whether the issue has a label.
func (i *issue) HasLabel(l string) bool { return slices.Contains(i.Labels, l) }

func (s *tracker) write(w http.ResponseWriter, r *http.Request) {
	if n, ok := s.projectOf(w, r); ok {
		s.showForm(w, &issue{Project: n, Priority: "normal"}, "")
	}
}

func (s *tracker) edit(w http.ResponseWriter, r *http.Request) {
	if _, i, ok := s.issueOf(w, r); ok {
		s.showForm(w, i, "")
	}
}

// showForm is the form for a new issue, which has no reference yet, or an old
// one.
func (s *tracker) showForm(w http.ResponseWriter, i *issue, fault string) {
	p := s.world.projects[i.Project]
	title := "New issue"
	if i.Ref != "" {
		title = "Edit " + i.Ref
	}
	var plans []string
	for _, m := range s.planOf(i.Project) {
		if !m.Closed || m.Name == i.Milestone {
			plans = append(plans, m.Name)
		}
	}
	s.show(w, title, "form", map[string]any{"I": i, "P": p, "Title": title, "Members": p.members, "Milestones": plans,
		"Priorities": trackerPriorities, "Labels": trackerLabels, "Fault": fault})
}

func (s *tracker) links(w http.ResponseWriter, r *http.Request) {
	if _, i, ok := s.issueOf(w, r); ok {
		s.show(w, "Links", "links", map[string]any{"I": i, "Kinds": trackerLinks, "Similar": s.similar(i)})
	}
}

// similarMost is how many similar issues are proposed.
const similarMost = 4

// similar are the issues of the same project that have the most words of a
// title in theirs: what it may duplicate. Without them the number of another
// issue would have to be kept in mind from page to page.
func (s *tracker) similar(i *issue) []*issue {
	words := strings.Fields(i.lower)
	shared := map[int]int{}
	var out []int
	for _, id := range s.find(issueQuery{Project: s.world.projects[i.Project].Key, Sort: "oldest"}) {
		if o := s.at(id); o.Ref != i.Ref {
			for _, word := range words {
				if strings.Contains(o.lower, word) {
					shared[id]++
				}
			}
			out = append(out, id)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(shared[b], shared[a]) })
	return s.issueRows(out[:min(similarMost, len(out))])
}

func (s *tracker) times(w http.ResponseWriter, r *http.Request) {
	if _, i, ok := s.issueOf(w, r); ok {
		s.showTimes(w, r, i, issueTime{Date: talkToday}, "")
	}
}

func (s *tracker) showTimes(w http.ResponseWriter, r *http.Request, i *issue, draft issueTime, fault string) {
	rows, leaf := leafOf(r, i.Time)
	s.show(w, "Time on "+i.Ref, "times", map[string]any{"I": i, "Rows": rows, "Leaf": leaf, "Hours": i.hours(), "Draft": draft, "Fault": fault})
}
