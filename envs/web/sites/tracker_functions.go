package sites

import (
	"fmt"
	"slices"
	"strings"
)

// Functions are what scenarios may call.
func (s *tracker) Functions() []Function {
	return []Function{
		{"me()", "the user who is logged in", func(Args) (any, error) { return trackerMe, nil }},
		{"projects()", "all projects: key, name, archived, lead, members, parts, last (the highest number), milestones (name, due, closed, n)", func(Args) (any, error) {
			out := []any{}
			for n := range s.world.projects {
				out = append(out, s.projectTable(n))
			}
			return out, nil
		}},
		{"find({text=, project=, state=, priority=, label=, assignee=, milestone=, sort=})", "the references of issues as the search lists them; state also \"not closed\", assignee also \"nobody\"; sort is newest, oldest, priority or most comments",
			func(a Args) (any, error) {
				f, err := fieldsOf(a.Table(0), "text", "project", "state", "priority", "label", "assignee", "milestone", "sort")
				if err != nil {
					return nil, err
				}
				out := []string{}
				for _, id := range s.find(issueQuery{f["text"], f["project"], f["state"], f["priority"], f["label"], f["assignee"], f["milestone"], f["sort"]}) {
					out = append(out, s.at(id).Ref)
				}
				return out, nil
			}},
		{"issue(ref)", "an issue: ref, title, text, project (its key), state, resolution, priority, assignee, reporter, created, milestone, labels, hours, comments (their number), links; nil where there is none", func(a Args) (any, error) {
			id := s.id(a.Text(0))
			if id < 0 {
				return nil, nil
			}
			return s.issueTable(id), nil
		}},
		{"raise({project=, title=, text=, priority=, assignee=, milestone=, state=, reporter=, resolution=})", "adds an issue, which is no change, and gives its reference", func(a Args) (any, error) {
			f, err := fieldsOf(a.Table(0), "project", "title", "text", "priority", "assignee", "milestone", "state", "reporter", "resolution")
			if err != nil {
				return nil, err
			}
			n, ok := s.world.keys[f["project"]]
			if !ok {
				return nil, fmt.Errorf("there is no project %q", f["project"])
			}
			id := s.raise(issue{Project: n, Title: f["title"], Text: f["text"], Priority: forumOr(f["priority"], "normal"), Assignee: f["assignee"], Milestone: f["milestone"],
				State: forumOr(f["state"], "open"), Resolution: f["resolution"], Reporter: forumOr(f["reporter"], s.world.projects[n].Lead), Created: talkToday})
			s.keep(id)
			return s.at(id).Ref, nil
		}},
		{"put(ref, {state=, resolution=, priority=, assignee=, milestone=, comment=, by=, blocked=})", "arranges an issue, which is no change; a comment is added, and a link to what it is blocked by", func(a Args) (any, error) {
			f, err := fieldsOf(a.Table(1), "state", "resolution", "priority", "assignee", "milestone", "comment", "by", "blocked")
			id := s.id(a.Text(0))
			if err == nil && id < 0 {
				err = fmt.Errorf("there is no issue %q", a.Text(0))
			}
			if err != nil {
				return nil, err
			}
			i := s.change(id)
			for name, at := range map[string]*string{"state": &i.State, "resolution": &i.Resolution, "priority": &i.Priority, "assignee": &i.Assignee, "milestone": &i.Milestone} {
				if v, ok := f[name]; ok {
					*at = v
				}
			}
			if f["comment"] != "" {
				i.Comments = append(i.Comments, issueComment{forumOr(f["by"], s.world.projects[i.Project].Lead), talkToday, f["comment"]})
			}
			if f["blocked"] != "" {
				i.Links = append(i.Links, issueLink{"blocked by", f["blocked"]})
			}
			s.keep(id)
			return nil, nil
		}},
		{"changes()", "what differs from how the episode began, a line each, sorted: \"ATLAS-7 state: closed\"", func(Args) (any, error) { return s.changes(), nil }},
	}
}

// keep has an issue, as it stands, be how the episode began.
func (s *tracker) keep(id int) {
	i := *s.now[id]
	i.Labels, i.Comments, i.Links, i.Time = slices.Clone(i.Labels), slices.Clone(i.Comments), slices.Clone(i.Links), slices.Clone(i.Time)
	s.first[id] = &i
}

func (s *tracker) projectTable(n int) map[string]any {
	p, last := s.world.projects[n], s.last[n]
	var plans []any
	for i, m := range s.planOf(n) {
		plans = append(plans, map[string]any{"name": m.Name, "due": m.Due, "closed": m.Closed, "n": i})
	}
	return map[string]any{"key": p.Key, "name": p.Name, "archived": p.Archived, "lead": p.Lead, "members": p.members, "parts": p.parts, "last": max(last, p.last), "milestones": plans}
}

func (s *tracker) issueTable(id int) map[string]any {
	i := s.at(id)
	links := []any{}
	for _, l := range i.Links {
		links = append(links, map[string]any{"kind": l.Kind, "ref": l.Ref})
	}
	return map[string]any{"ref": i.Ref, "title": i.Title, "text": i.Text, "project": s.world.projects[i.Project].Key, "state": i.State, "resolution": i.Resolution,
		"priority": i.Priority, "assignee": i.Assignee, "reporter": i.Reporter, "created": i.Created, "milestone": i.Milestone, "labels": i.Labels,
		"hours": i.hours(), "comments": len(i.Comments), "links": links}
}

// changes are the lines of what the user did that still stands.
func (s *tracker) changes() []string {
	var out []string
	for id, now := range s.now {
		before, arranged := s.first[id]
		switch {
		case before == nil && arranged:
			before = &issue{State: "open", Priority: "normal"}
			out = append(out, now.Ref+" created")
		case before == nil:
			before = &s.world.issues[id]
		}
		out = append(out, now.since(before)...)
	}
	for n, now := range s.plans {
		before := s.world.projects[n].milestones
		for i, m := range now {
			if i >= len(before) {
				out = append(out, fmt.Sprintf("%s milestone: %s due %s", s.world.projects[n].Key, m.Name, m.Due))
			}
			if i < len(before) && m.Closed != before[i].Closed || i >= len(before) && m.Closed {
				out = append(out, fmt.Sprintf("%s closed: %v", m.Name, m.Closed))
			}
		}
	}
	slices.Sort(out)
	return out
}

// since are the lines of how an issue differs from what it was.
func (i *issue) since(was *issue) []string {
	var out []string
	add := func(name, before, now string) {
		if now != before {
			out = append(out, fmt.Sprintf("%s %s: %s", i.Ref, name, now))
		}
	}
	add("title", was.Title, i.Title)
	add("text", was.Text, i.Text)
	add("state", was.State, i.State)
	add("resolution", was.Resolution, i.Resolution)
	add("priority", was.Priority, i.Priority)
	add("assignee", was.Assignee, i.Assignee)
	add("milestone", was.Milestone, i.Milestone)
	add("labels", strings.Join(was.Labels, ", "), strings.Join(i.Labels, ", "))
	for n := len(was.Comments); n < len(i.Comments); n++ {
		add("comment", "", i.Comments[n].Text)
	}
	for _, l := range i.Links {
		if !slices.Contains(was.Links, l) {
			add(l.Kind, "", l.Ref)
		}
	}
	for _, l := range was.Links {
		if !slices.Contains(i.Links, l) {
			add("no longer "+l.Kind, "", l.Ref)
		}
	}
	for n := len(was.Time); n < len(i.Time); n++ {
		add("time", "", fmt.Sprintf("%s hours on %s, %s", i.Time[n].Hours, i.Time[n].Date, i.Time[n].Note))
	}
	return out
}
