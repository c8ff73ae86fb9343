package sites

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What follows are the forms and what they change.

// archivedFault is what an archived project answers to every change.
const archivedFault = "This project is archived. Nothing in it can be changed."

// frozen says whether a project takes no changes, and tells so.
func (s *tracker) frozen(w http.ResponseWriter, r *http.Request, project int, back string) bool {
	if s.world.projects[project].Archived {
		s.tell(archivedFault)
		goTo(w, r, back)
		return true
	}
	return false
}

// formIssue takes the form's fields over into an issue and says what is wrong.
func (s *tracker) formIssue(r *http.Request, i *issue) (fault string) {
	p := s.world.projects[i.Project]
	i.Title, i.Text, i.Priority, i.Assignee, i.Milestone = typed(r, "title"), typed(r, "text"), typed(r, "priority"), typed(r, "assignee"), typed(r, "milestone")
	i.lower, i.Labels = strings.ToLower(i.Title), nil
	for _, l := range trackerLabels {
		if slices.Contains(r.PostForm["label"], l) {
			i.Labels = append(i.Labels, l)
		}
	}
	slices.Sort(i.Labels)
	switch {
	case p.Archived:
		return archivedFault
	case i.Title == "":
		return "An issue needs a title."
	case !slices.Contains(trackerPriorities, i.Priority):
		return "Choose a priority."
	case i.Assignee != "" && !slices.Contains(p.members, i.Assignee):
		return i.Assignee + " is not a member of " + p.Name + "."
	case i.Milestone != "" && !slices.ContainsFunc(s.planOf(i.Project), func(m milestone) bool { return m.Name == i.Milestone }):
		return "There is no such milestone."
	case i.Assignee == "" && (i.State == "in progress" || i.State == "in review"):
		return "An issue that is worked on needs an assignee."
	}
	return ""
}

func (s *tracker) create(w http.ResponseWriter, r *http.Request) {
	n, ok := s.projectOf(w, r)
	if !ok {
		return
	}
	i := issue{Project: n, State: "open", Reporter: trackerMe, Created: talkToday}
	fault := s.formIssue(r, &i)
	for id := len(s.world.issues); id < s.count && fault == ""; id++ {
		if old := s.now[id]; old.Project == n && old.Title == i.Title && old.Reporter == trackerMe {
			fault = "You have already reported this as " + old.Ref + "."
		}
	}
	if fault != "" {
		s.showForm(w, &i, fault)
		return
	}
	ref := s.at(s.raise(i)).Ref
	s.tell("%s was created.", ref)
	goTo(w, r, "/i/"+ref)
}

func (s *tracker) save(w http.ResponseWriter, r *http.Request) {
	id, i, ok := s.issueOf(w, r)
	if !ok {
		return
	}
	draft := *i
	if fault := s.formIssue(r, &draft); fault != "" {
		s.showForm(w, &draft, fault)
		return
	}
	*s.change(id) = draft
	s.tell("%s was saved.", i.Ref)
	goTo(w, r, "/i/"+i.Ref)
}

// move takes an issue from one state to another, as the workflow allows.
func (s *tracker) move(w http.ResponseWriter, r *http.Request) {
	id, i, ok := s.issueOf(w, r)
	if !ok || s.frozen(w, r, i.Project, "/i/"+i.Ref) {
		return
	}
	to, resolution := r.PostFormValue("to"), r.PostFormValue("resolution")
	duplicate := slices.ContainsFunc(i.Links, func(l issueLink) bool { return l.Kind == "duplicates" })
	waits := s.blockers(i)
	switch {
	case !slices.Contains(trackerStates, to) || to == i.State:
		s.tell("%s is %s.", i.Ref, i.State)
	case to == "closed" && !slices.Contains(trackerResolutions, resolution):
		s.tell("Choose a resolution to close an issue.")
	case to == "closed" && resolution == "duplicate" && !duplicate:
		s.tell("Link the issue that this one duplicates before you close it as a duplicate.")
	case to == "closed" && len(waits) > 0:
		s.tell("%s is blocked by %s, which is not closed. It cannot be closed.", i.Ref, strings.Join(waits, " and "))
	case (to == "in progress" || to == "in review") && i.Assignee == "":
		s.tell("Assign %s to somebody before work on it starts.", i.Ref)
	default:
		i = s.change(id)
		if i.State = to; to != "closed" {
			resolution = ""
		}
		i.Resolution = resolution
		s.tell("%s is %s now.", i.Ref, to)
	}
	goTo(w, r, "/i/"+i.Ref)
}

func (s *tracker) comment(w http.ResponseWriter, r *http.Request) {
	id, i, ok := s.issueOf(w, r)
	if !ok || s.frozen(w, r, i.Project, "/i/"+i.Ref) {
		return
	}
	c := issueComment{trackerMe, talkToday, typed(r, "text")}
	switch {
	case c.Text == "":
		s.tell("An empty comment cannot be added.")
	case slices.Contains(i.Comments, c):
		s.tell("You have already written this.")
	default:
		i = s.change(id)
		i.Comments = append(i.Comments, c)
		s.tell("Your comment was added.")
	}
	goTo(w, r, "/i/"+i.Ref)
}

func (s *tracker) link(w http.ResponseWriter, r *http.Request) {
	id, i, ok := s.issueOf(w, r)
	if !ok || s.frozen(w, r, i.Project, "/i/"+i.Ref) {
		return
	}
	back := "/i/" + i.Ref + "/link"
	if at := r.PostFormValue("drop"); at != "" {
		if n := atoi(at); n >= 0 && n < len(i.Links) {
			i = s.change(id)
			i.Links = slices.Delete(i.Links, n, n+1)
			s.tell("The link was removed.")
		}
		goTo(w, r, back)
		return
	}
	kind, other := r.PostFormValue("kind"), s.id(r.PostFormValue("ref"))
	switch {
	case other < 0:
		s.tell("There is no issue %s.", typed(r, "ref"))
	case other == id:
		s.tell("An issue cannot be linked to itself.")
	case !slices.Contains(trackerLinks, kind):
		s.tell("Choose a kind of link.")
	case slices.Contains(i.Links, issueLink{kind, s.at(other).Ref}):
		s.tell("This link is already there.")
	default:
		i = s.change(id)
		i.Links = append(i.Links, issueLink{kind, s.at(other).Ref})
		s.tell("%s %s %s now.", i.Ref, kind, s.at(other).Ref)
		back = "/i/" + i.Ref
	}
	goTo(w, r, back)
}

// dateForm is how dates are written.
var dateForm = regexp.MustCompile(`^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)

// dayMost is how many hours can be logged at once.
const dayMost = 24

func (s *tracker) log(w http.ResponseWriter, r *http.Request) {
	id, i, ok := s.issueOf(w, r)
	if !ok {
		return
	}
	t := issueTime{trackerMe, typed(r, "date"), typed(r, "hours"), typed(r, "note")}
	h, err := strconv.ParseFloat(t.Hours, 64)
	fault := ""
	switch {
	case s.world.projects[i.Project].Archived:
		fault = archivedFault
	case err != nil || !(h > 0) || h > dayMost:
		fault = "Hours must be a number, more than 0 and at most 24."
	case !dateForm.MatchString(t.Date):
		fault = "Write the date as 2031-05-12."
	case t.Date > talkToday:
		fault = "Time cannot be logged for the future."
	case slices.Contains(i.Time, t):
		fault = "This is already in the log."
	}
	if fault != "" {
		s.showTimes(w, r, i, t, fault)
		return
	}
	i = s.change(id)
	i.Time = append(i.Time, t)
	s.tell("The time was logged.")
	goTo(w, r, "/i/"+i.Ref+"/time")
}

// plan adds a milestone.
func (s *tracker) plan(w http.ResponseWriter, r *http.Request) {
	n, ok := s.projectOf(w, r)
	if !ok {
		return
	}
	m, fault := milestone{Name: typed(r, "name"), Due: typed(r, "due")}, ""
	switch {
	case s.world.projects[n].Archived:
		fault = archivedFault
	case m.Name == "":
		fault = "A milestone needs a name."
	case slices.ContainsFunc(s.planOf(n), func(o milestone) bool { return o.Name == m.Name }):
		fault = "There is already a milestone of this name."
	case !dateForm.MatchString(m.Due):
		fault = "Write the date as 2031-05-12."
	}
	if fault != "" {
		s.showPlan(w, n, m, fault)
		return
	}
	s.plans[n] = append(slices.Clone(s.planOf(n)), m)
	s.tell("%s was added.", m.Name)
	goTo(w, r, "/p/"+s.world.projects[n].Key+"/milestones")
}

// finish closes a milestone, or opens it again.
func (s *tracker) finish(w http.ResponseWriter, r *http.Request) {
	project, n, ok := s.planAt(w, r)
	key := s.world.projects[project].Key
	if !ok || s.frozen(w, r, project, "/p/"+key+"/milestones") {
		return
	}
	row := s.planRow(project, n)
	if want := r.PostFormValue("close") == "yes"; want && row.Closed < row.Total {
		s.tell("%s still has %d issues that are not closed.", row.M.Name, row.Total-row.Closed)
	} else if want != row.M.Closed {
		list := slices.Clone(s.planOf(project))
		list[n].Closed = want
		s.plans[project] = list
		s.tell("%s is %s now.", row.M.Name, map[bool]string{true: "closed", false: "open"}[want])
	}
	goTo(w, r, "/p/"+key+"/milestones/"+strconv.Itoa(n))
}
