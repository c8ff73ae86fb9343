package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/turngym/turngym/envs/web/browser"
	"github.com/turngym/turngym/envs/web/sites"
	"github.com/turngym/turngym/gym"
	"github.com/turngym/turngym/scenarios"
)

// luaWorld is a Lua scenario: its function pages is the site, or it plays on
// simulated sites.
type luaWorld struct {
	script *scenarios.Script
	worlds *sites.Worlds
}

// How many worlds there are of a site: those of the test split are never
// trained on.
const (
	worldsTrain = 8
	worldsTest  = 4
)

// worldOf is the number of the world that a task plays in.
func worldOf(t gym.Task) uint64 {
	if t.Split == gym.Test {
		return worldsTrain + t.Seed%worldsTest
	}
	return t.Seed % worldsTrain
}

func (w luaWorld) start(ctx context.Context, t gym.Task) (session, error) {
	s := &luaSession{task: t, script: w.script, sites: map[string]sites.Site{}}
	services := map[string]scenarios.Service{}
	for _, name := range w.script.Sites() {
		site, err := w.worlds.Open(name, worldOf(t))
		if err != nil {
			return nil, err
		}
		s.sites[hostOf(name)], services[name] = site, service{site}
		s.names = append(s.names, hostOf(name))
	}
	if s.names == nil {
		s.names = []string{browser.Host}
	}
	var err error
	s.play, err = w.script.StartWith(ctx, t, services)
	return s, err
}

// hostOf is where a simulated site lives.
func hostOf(name string) string { return name + "." + sites.Domain }

// service is a site as Lua asks it.
type service struct{ sites.Site }

func (s service) Call(function string, args []any) (any, error) {
	return sites.Call(s.Site, function, args)
}

type luaSession struct {
	play   *scenarios.Play
	script *scenarios.Script
	task   gym.Task
	names  []string              // of the hosts
	sites  map[string]sites.Site // by host
	said   bool                  // the agent has spoken: the episode ends
	err    error                 // of a request: the scenario's fault, kept for judge
}

func (s *luaSession) hosts() []string { return s.names }

func (s *luaSession) actions() []string { return s.script.Actions() }

// hear puts what the agent said into the state: s.answer, or s.infeasible. Its
// word is its last.
func (s *luaSession) hear(verb, text string) {
	s.said = true
	if verb == verbInfeasible {
		s.play.Tell("infeasible", text)
	} else {
		s.play.Tell("answer", text)
	}
}

func (s *luaSession) open(ctx context.Context, p browser.Page) (browser.View, error) {
	address, err := s.play.Address(ctx)
	if err != nil {
		return browser.View{}, err
	}
	if strings.HasPrefix(address, "/") {
		address = "http://" + s.names[0] + address
	}
	v, err := p.Goto(ctx, address)
	if s.err != nil {
		return v, s.err
	}
	return v, err
}

func (s *luaSession) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if site, ok := s.sites[r.Host]; ok {
		site.ServeHTTP(w, r)
		return
	}
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	out, err := s.play.Call(r.Context(), "pages", map[string]any{
		"method": r.Method, "path": r.URL.Path, "query": fields(r.URL.Query()), "form": fields(r.PostForm),
	})
	switch {
	case err != nil:
		s.err = err
		http.Error(w, err.Error(), http.StatusInternalServerError)
	case s.play.Done():
		w.WriteHeader(http.StatusNoContent)
	case len(out) >= 2 && out[0] == nil:
		to, _ := out[1].(string)
		http.Redirect(w, r, to, http.StatusSeeOther)
	case len(out) >= 1 && out[0] != nil:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, out[0])
	default:
		http.NotFound(w, r)
	}
}

// fields are a form's values as Lua sees them: a text, or a list where a name
// came more than once.
func fields(form url.Values) map[string]any {
	m := make(map[string]any, len(form))
	for k, v := range form {
		if len(v) == 1 {
			m[k] = v[0]
		} else {
			m[k] = v
		}
	}
	return m
}

func (s *luaSession) goal(ctx context.Context) (goal, hint string, err error) {
	if goal, err = s.play.Goal(ctx); err == nil && s.task.Hint > 0 {
		hint, err = s.play.Hint(ctx, s.task.Hint)
	}
	return goal, hint, err
}

func (s *luaSession) judge(ctx context.Context, v browser.View) (verdict, error) {
	if s.err != nil {
		return verdict{}, s.err
	}
	out := verdict{done: s.said || s.play.Done(), progress: -1}
	var err error
	if out.outcome, err = s.play.Check(ctx); err != nil {
		return verdict{}, err
	}
	if s.play.Has("progress") {
		if out.progress, err = s.play.Progress(ctx, pageTable(v)); err != nil {
			return verdict{}, err
		}
	}
	if len(s.sites) > 0 && out.outcome >= 1 { // nothing tells a site that the task is done
		out.done = true
	}
	if out.done && s.play.Has("rubric") {
		if out.extra, err = s.play.Rubric(ctx); err != nil {
			return verdict{}, err
		}
	}
	return out, nil
}

func (s *luaSession) demonstrate(ctx context.Context, v browser.View) (gym.Action, error) {
	if !s.play.Has("oracle") {
		return gym.Action{}, fmt.Errorf("web/%s has no oracle", s.task.Scenario)
	}
	out, err := s.play.Call(ctx, "oracle", pageTable(v))
	if err != nil {
		return gym.Action{}, err
	}
	verb, _ := out[0].(string)
	a := gym.Action{Verb: verb}
	for _, decl := range browser.Verbs() {
		if decl.Name != verb {
			continue
		}
		for i, p := range decl.Params {
			var arg any
			if i+1 < len(out) {
				arg = out[i+1]
			}
			if arg == nil && p.Optional {
				break
			}
			v, ok := argument(p, arg)
			if !ok {
				return gym.Action{}, gym.Faultf("web/"+s.task.Scenario, "the oracle's %s of %s is %v", p.Name, verb, arg)
			}
			a.Args = append(a.Args, v)
		}
		return a, nil
	}
	return gym.Action{}, gym.Faultf("web/"+s.task.Scenario, "the oracle said %q, which is no verb of pages", verb)
}

// argument is what Lua gave for a parameter: an element, a text or a number.
func argument(p gym.Param, arg any) (gym.Value, bool) {
	v := gym.Value{Kind: p.Kind}
	var ok bool
	switch arg := arg.(type) {
	case map[string]any:
		v.Text, ok = arg["id"].(string)
	case string:
		v.Text, ok = arg, true
	case float64:
		v.Num, ok = arg, p.Kind == gym.Int || p.Kind == gym.Num
	}
	return v, ok
}

// pageTable is a view as Lua sees it.
func pageTable(v browser.View) map[string]any {
	elements := make([]any, len(v.Elements))
	for i := range v.Elements {
		elements[i] = v.Elements[i]
	}
	path := v.URL
	if u, err := url.Parse(v.URL); err == nil {
		path = u.RequestURI()
	}
	return map[string]any{"url": v.URL, "path": path, "title": v.Title, "elements": elements}
}

func (s *luaSession) close() { s.play.Close() }
