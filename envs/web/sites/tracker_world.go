package sites

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// trackerWorld is a company's projects and their issues.
type trackerWorld struct {
	projects []trackerProject
	keys     map[string]int
	people   []string
	issues   []issue // by date, the oldest first
	refs     map[string]int
}

type trackerProject struct {
	Key, Name, About, Lead string
	Archived               bool
	members                []string
	milestones             []milestone
	parts                  []string
	last                   int // the highest number of an issue
}

type milestone struct {
	Name, Due string
	Closed    bool
}

// issue is one issue as it stands at some time.
type issue struct {
	Ref, Title, Text   string
	Project, Number    int
	State, Resolution  string
	Priority, Assignee string // Assignee "" is nobody
	Reporter, Created  string
	Milestone          string
	Labels             []string
	Comments           []issueComment
	Links              []issueLink
	Time               []issueTime
	lower              string
}

type issueComment struct{ Author, Date, Text string }

// issueLink is one way: "duplicates", "blocked by" or "relates to" another.
type issueLink struct{ Kind, Ref string }

type issueTime struct{ Who, Date, Hours, Note string }

const (
	trackerIssues = 2000
	trackerPeople = 48
	trackerMe     = "Robin Vale"
)

var (
	trackerStates      = []string{"open", "in progress", "in review", "closed"}
	trackerResolutions = []string{"fixed", "duplicate", "rejected", "cannot reproduce"}
	trackerPriorities  = []string{"low", "normal", "high", "urgent"}
	trackerLabels      = []string{"bug", "feature", "docs", "security", "performance", "design", "regression"}
	trackerLinks       = []string{"duplicates", "blocked by", "relates to"}
)

var trackerProjects = [][4]string{
	{"ATLAS", "Atlas", "Maps and routes", "map view,route planner,search box,offline maps,traffic layer,place card"},
	{"BEACON", "Beacon", "Alerts and monitoring", "alert list,pager,dashboard,metric graph,silence form,status page"},
	{"COPPER", "Copper", "Billing", "invoice,tax table,payment form,refund page,price list,receipt"},
	{"DELTA", "Delta", "File sync", "sync client,share dialog,trash,version history,folder tree,upload bar"},
	{"EMBER", "Ember", "Video calls", "camera picker,chat panel,call timer,waiting room,recorder,screen share"},
	{"FJORD", "Fjord", "Reports", "report builder,chart legend,export,scheduler,filter bar,pivot table"},
	{"GROVE", "Grove", "Staff and leave", "leave calendar,profile page,org chart,time sheet,approval mail,badge"},
	{"HARBOR", "Harbor", "Device firmware", "label printer,scanner,drawing tablet,docking station,headset,second screen"},
}

var (
	issueFaults = []string{"%s shows nothing after %d minutes", "%s is slow with more than %d entries", "%s loses the last %d characters", "%s crashes on line %d",
		"%s prints page %d twice", "%s ignores the limit of %d", "%s needs %d clicks to open", "Allow %[2]d languages in the %[1]s", "Document option %[2]d of the %[1]s"}
	issueSteps = []string{"Seen on two machines since Monday.", "It happens every time, with and without an account.", "A customer wrote to us about it.", "Found while testing the last build."}
	issueTalk  = []string{"I can reproduce this on my machine.", "Is there a log of it?", "The cause is an old default.", "We should not ship without this.", "Could be related to the change of last week.", "Not seen since the update."}
)

func newTracker(rng *rand.Rand) World {
	w := &trackerWorld{keys: map[string]int{}, refs: map[string]int{}, people: []string{trackerMe}}
	for len(w.people) < trackerPeople {
		if name := personName(rng); !slices.Contains(w.people, name) {
			w.people = append(w.people, name)
		}
	}
	archived := rng.IntN(len(trackerProjects) - 1)
	for i, p := range trackerProjects {
		project := trackerProject{Key: p[0], Name: p[1], About: p[2], parts: strings.Split(p[3], ","), Archived: i == archived, members: []string{trackerMe}}
		for _, m := range rng.Perm(len(w.people) - 1)[:7] {
			project.members = append(project.members, w.people[m+1])
		}
		slices.Sort(project.members)
		project.Lead = pickOne(rng, project.members)
		major := 1 + rng.IntN(6)
		for m := range 4 {
			project.milestones = append(project.milestones, milestone{fmt.Sprintf("%s %d.%d", p[1], major, m), fmt.Sprintf("2031-%02d-%02d", 2+2*m+rng.IntN(2), 1+rng.IntN(28)), m == 0})
		}
		w.keys[p[0]] = i
		w.projects = append(w.projects, project)
	}
	at := time.Date(2029, 11, 3, 8, 0, 0, 0, time.UTC)
	taken := map[string]bool{}
	for len(w.issues) < trackerIssues {
		at = at.Add(time.Duration(60+rng.IntN(600)) * time.Minute)
		w.addIssue(rng, at, taken)
	}
	return w
}

func (w *trackerWorld) addIssue(rng *rand.Rand, at time.Time, taken map[string]bool) {
	n := rng.IntN(len(w.projects))
	p := &w.projects[n]
	title := fmt.Sprintf(pickOne(rng, issueFaults), pickOne(rng, p.parts), 2+rng.IntN(98))
	title = strings.ToUpper(title[:1]) + title[1:]
	if taken[p.Key+title] {
		return
	}
	taken[p.Key+title] = true
	p.last++
	is := issue{Ref: fmt.Sprintf("%s-%d", p.Key, p.last), Title: title, lower: strings.ToLower(title), Text: pickOne(rng, issueSteps), Project: n, Number: p.last,
		Priority: trackerPriorities[max(0, rng.IntN(6)-2)], Reporter: pickOne(rng, w.people), Created: at.Format("2006-01-02"),
		Milestone: p.milestones[rng.IntN(4)].Name, State: trackerStates[rng.IntN(4)]}
	if is.Milestone == p.milestones[0].Name || rng.IntN(3) == 0 {
		is.State = "closed" // what is left of a closed milestone is done
	}
	if is.State == "closed" {
		is.Resolution = trackerResolutions[[]int{0, 0, 0, 2, 3}[rng.IntN(5)]]
	}
	if is.State != "open" || rng.IntN(2) == 0 {
		is.Assignee = pickOne(rng, p.members)
	}
	if is.State != "closed" && rng.IntN(4) == 0 {
		is.Milestone = ""
	}
	for _, l := range rng.Perm(len(trackerLabels))[:rng.IntN(3)] {
		is.Labels = append(is.Labels, trackerLabels[l])
	}
	slices.Sort(is.Labels)
	for range rng.IntN(4) {
		at = at.Add(26 * time.Hour)
		is.Comments = append(is.Comments, issueComment{pickOne(rng, p.members), at.Format("2006-01-02"), pickOne(rng, issueTalk)})
	}
	if is.State != "open" {
		for range rng.IntN(4) {
			at = at.Add(24 * time.Hour)
			is.Time = append(is.Time, issueTime{is.Assignee, at.Format("2006-01-02"), fmt.Sprint(1 + rng.IntN(8)), pickOne(rng, []string{"Search for the cause", "Repair", "Tests", "Review"})})
		}
	}
	w.refs[is.Ref] = len(w.issues)
	w.issues = append(w.issues, is)
}
