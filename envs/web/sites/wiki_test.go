package sites

import (
	"fmt"
	"strings"
	"testing"
)

func TestAnEditIsOneFactAndCanBeUndone(t *testing.T) {
	v := enter(t, "wiki", 1)
	title := v.call("titles", "town").([]string)[5]
	a := v.call("article", title).(map[string]any)
	at, was := fmt.Sprint("/article/", a["id"]), a["facts"].(map[string]any)["Population"].(string)
	v.shows(v.get(at), was)
	v.shows(v.post(at+"/edit", "fact0=&summary=x"), "A fact cannot be empty")
	v.shows(v.post(at+"/edit", "fact0="+was+"&summary=x"), "Nothing was changed")
	v.shows(v.post(at+"/edit", "fact0=12&summary=Census"), "Your changes were saved")
	v.shows(v.get(at+"/history"), "summary: Census")
	v.shows(v.post(at+"/undo/1", ""), "Edit 1 was undone")
	v.shows(v.post(at+"/undo/1", ""), "cannot be undone")
	v.shows(v.post(at+"/undo/77", ""), "There is no such page")
	edits := v.call("edits").([]any)
	if last := edits[len(edits)-1].(map[string]any); len(edits) != 2 || last["new"] != was || last["by"] != wikiUser {
		t.Error(edits)
	}
	v.shows(v.get(at), was)
}

func TestTheWikiIsWatchedTalkedAboutAndSorted(t *testing.T) {
	v := enter(t, "wiki", 2)
	title := v.call("titles", "company").([]string)[0]
	at := fmt.Sprint("/article/", v.call("article", title).(map[string]any)["id"])
	v.post(at+"/watch", "do=watch")
	v.post(at+"/watch", "do=watch")
	if got := v.call("watched").([]string); len(got) != 1 {
		t.Error(got)
	}
	v.shows(v.post(at+"/watch", "do=unwatch"), "no longer")
	v.shows(v.post(at+"/talk", "text="), "Write something first")
	v.shows(v.post(at+"/talk", "text=Hello"), "you: Hello")
	if n := v.call("talked"); n != 1 {
		t.Error(n)
	}
	first := v.get("/list/Companies?sort=Employees")
	v.shows(first, "Page 1 of 38")
	for _, path := range []string{"/category/Nonsense", "/list/Nonsense", "/article/-1", "/article/9999999", "/named/Nobody"} {
		v.shows(v.get(path), "There is no such page")
	}
	v.shows(v.get("/search?q=zzzz"), "0 articles")
	v.shows(v.get("/search?q=&page=-3"), "Page 1 of")
}

func TestNamesakesAreToldApart(t *testing.T) {
	v := enter(t, "wiki", 3)
	names := v.call("namesakes").([]string)
	if len(names) < 20 {
		t.Fatalf("only %d names are shared", len(names))
	}
	for _, name := range names {
		for _, title := range v.call("named", name).([]string) {
			if !strings.HasPrefix(title, name+", ") {
				t.Errorf("%s is titled %s", name, title)
			}
		}
	}
	v.shows(v.get("/search?q="+strings.ReplaceAll(names[0], " ", "+")), "all of that name")
}

func TestArrangedFactsAreNoEdits(t *testing.T) {
	v := enter(t, "wiki", 4)
	title := v.call("titles", "person").([]string)[0]
	v.call("put", title, "Born", "")
	v.call("put", title, "Height", "180")
	v.call("note", title, "Read me.")
	facts := v.call("article", title).(map[string]any)["facts"].(map[string]any)
	if _, there := facts["Born"]; there || facts["Height"] != "180" || len(v.call("edits").([]any)) != 0 {
		t.Error(facts)
	}
	v.call("write", title, "Moss", "Height", "lots", "")
	if e := v.call("edits").([]any)[0].(map[string]any); e["by"] != "Moss" || e["old"] != "180" {
		t.Error(e)
	}
	if _, err := Call(v.site, "put", []any{"No such article"}); err == nil {
		t.Error("an article that is not there was changed")
	}
}
