package sites

import (
	"net/http/httptest"
	"slices"
	"testing"
)

func onTracker(t *testing.T) (member, *tracker) {
	s := trackerOnce().Open().(*tracker)
	return member{t, s}, s
}

// live is a project that is not archived, and dead the one that is.
func (s *tracker) live() (live, dead trackerProject) {
	for _, p := range s.world.projects {
		if p.Archived {
			dead = p
		} else {
			live = p
		}
	}
	return live, dead
}

func (s *tracker) one(q issueQuery) *issue { return s.at(s.find(q)[0]) }

func TestTheTrackersWorkflowRefusesWhatItsRulesForbid(t *testing.T) {
	v, s := onTracker(t)
	p, dead := s.live()
	i := s.one(issueQuery{Project: p.Key, State: "open", Assignee: nobody})
	state := "/i/" + i.Ref + "/state"
	v.posts(state, "before work on it starts", "to", "in progress")
	v.posts(state, "Choose a resolution", "to", "closed", "resolution", "")
	v.posts(state, "Link the issue that this one duplicates", "to", "closed", "resolution", "duplicate")
	v.posts(state, i.Ref+" is open", "to", "open")
	v.posts("/i/NONE-1/state", "Not found", "to", "open")
	v.changed()
	wait := s.one(issueQuery{Project: p.Key, State: "in progress"})
	v.asks("put", i.Ref, map[string]any{"blocked": wait.Ref})
	v.posts(state, "is blocked by "+wait.Ref, "to", "closed", "resolution", "fixed")
	v.changed()
	v.posts("/i/"+wait.Ref+"/state", "is closed now", "to", "closed", "resolution", "fixed")
	v.posts(state, "is closed now", "to", "closed", "resolution", "fixed")
	want := []string{wait.Ref + " resolution: fixed", wait.Ref + " state: closed", i.Ref + " resolution: fixed", i.Ref + " state: closed"}
	slices.Sort(want)
	v.changed(want...)
	old := s.one(issueQuery{Project: dead.Key})
	v.posts("/i/"+old.Ref+"/state", "archived", "to", "open")
	v.posts("/i/"+old.Ref+"/comment", "archived", "text", "C")
	v.posts("/i/"+old.Ref+"/edit", "archived", "title", "T", "priority", "low")
	v.posts("/p/"+dead.Key+"/new", "archived", "title", "T", "priority", "low")
	v.changed(want...)
}

func TestTrackerIssuesAreCreatedOnce(t *testing.T) {
	v, s := onTracker(t)
	p, _ := s.live()
	at := "/p/" + p.Key + "/new"
	v.posts(at, "needs a title", "title", "", "priority", "low")
	v.posts(at, "Choose a priority", "title", "T", "priority", "none")
	v.posts(at, "is not a member", "title", "T", "priority", "low", "assignee", "A Stranger")
	v.changed()
	v.posts(at, "was created", "title", "T", "text", "D", "priority", "high", "assignee", trackerMe, "label", "docs", "label", "bug")
	v.posts(at, "already reported", "title", "T", "priority", "low")
	ref := s.at(s.count - 1).Ref
	v.changed(ref+" assignee: "+trackerMe, ref+" created", ref+" labels: bug, docs", ref+" priority: high", ref+" text: D", ref+" title: T")
	v.sees("/issues?q="+ref, ref+" T")
}

func TestTrackerLinksAndHoursAreChecked(t *testing.T) {
	v, s := onTracker(t)
	p, _ := s.live()
	ids := s.find(issueQuery{Project: p.Key, State: "in progress"})
	a, b := s.at(ids[0]).Ref, s.at(ids[1]).Ref
	v.posts("/i/"+a+"/link", "There is no issue", "kind", "duplicates", "ref", "ZZ-1")
	v.posts("/i/"+a+"/link", "linked to itself", "kind", "duplicates", "ref", a)
	v.posts("/i/"+a+"/link", "duplicates "+b+" now", "kind", "duplicates", "ref", b)
	v.posts("/i/"+a+"/link", "already there", "kind", "duplicates", "ref", b)
	v.changed(a + " duplicates: " + b)
	v.posts("/i/"+a+"/link", "The link was removed.", "drop", "0")
	v.changed()
	for _, hours := range []string{"", "x", "0", "-1", "25", "NaN", "Inf"} {
		v.posts("/i/"+a+"/time", "Hours must be", "hours", hours, "date", "2031-05-01")
	}
	v.posts("/i/"+a+"/time", "Write the date", "hours", "2", "date", "yesterday")
	v.posts("/i/"+a+"/time", "for the future", "hours", "2", "date", "2031-06-01")
	v.posts("/i/"+a+"/time", "The time was logged.", "hours", "2", "date", "2031-05-01", "note", "N")
	v.posts("/i/"+a+"/time", "already in the log", "hours", "2", "date", "2031-05-01", "note", "N")
	v.changed(a + " time: 2 hours on 2031-05-01, N")
}

func TestTrackerMilestonesCloseWhenTheirIssuesAre(t *testing.T) {
	v, s := onTracker(t)
	p, _ := s.live()
	at := "/p/" + p.Key + "/milestones"
	v.posts(at, "needs a name", "name", "", "due", "2032-01-01")
	v.posts(at, "already a milestone", "name", p.milestones[1].Name, "due", "2032-01-01")
	v.posts(at, "Write the date", "name", "New", "due", "soon")
	v.posts(at, "New was added.", "name", "New", "due", "2032-01-01")
	v.posts(at+"/1", "not closed", "close", "yes")
	v.posts(at+"/99", "Not found", "close", "yes")
	v.changed(p.Key + " milestone: New due 2032-01-01")
	v.posts(at+"/0", "is open now", "close", "no")
	v.posts(at+"/0", "is closed now", "close", "yes")
	v.changed(p.Key + " milestone: New due 2032-01-01")
}

func TestTrackerListsKeepTheirBounds(t *testing.T) {
	v, _ := onTracker(t)
	for _, path := range []string{"/issues?from=-9", "/issues?from=x", "/issues?from=999999"} {
		v.sees(path, "of 2000")
	}
	v.sees("/issues?project=NONE", "Nothing found")
	for _, path := range []string{"/p/NONE", "/i/NONE-1", "/i/x/edit", "/p/ATLAS/milestones/9", "/p/ATLAS/milestones/x"} {
		v.sees(path, "There is no such page here.")
	}
}

func TestTrackerEpisodesAreApart(t *testing.T) {
	alike(t, newTracker, func(v member) {
		s := v.site.(*tracker)
		p, _ := s.live()
		i := s.one(issueQuery{Project: p.Key, State: "in progress"})
		v.posts("/i/"+i.Ref+"/comment", "was added", "text", "C")
		v.posts("/i/"+i.Ref+"/edit", "was saved", "title", "T", "priority", "low", "assignee", i.Assignee, "label", "docs")
		v.posts("/p/"+p.Key+"/new", "was created", "title", "T", "priority", "low")
		v.posts("/p/"+p.Key+"/milestones", "New was added.", "name", "New", "due", "2032-01-01")
	})
}

func BenchmarkTracker(b *testing.B) {
	w := trackerOnce()
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			w.Open()
		}
	})
	for _, path := range []string{"/", "/issues?q=crashes&state=open", "/p/ATLAS/board", "/p/ATLAS/milestones", "/i/ATLAS-9", "/i/ATLAS-9/link"} {
		b.Run(path, func(b *testing.B) {
			s := w.Open()
			for b.Loop() {
				s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
			}
		})
	}
}
