package sites

import (
	"fmt"
	"slices"
)

// Functions are what scenarios may call.
func (s *wiki) Functions() []Function { return slices.Concat(s.asks(), s.arranges()) }

func (s *wiki) asks() []Function {
	return []Function{
		{"titles(kind)", "the titles of all articles of a kind: city, town, person or company", func(a Args) (any, error) {
			var out []string
			for i := range s.world.articles {
				if s.world.articles[i].Kind == a.Text(0) {
					out = append(out, s.world.articles[i].Title)
				}
			}
			return out, nil
		}},
		{"article(title)", "an article as it stands: id, title, kind and its facts by name; nil where there is none", func(a Args) (any, error) {
			id, ok := s.world.titles[a.Text(0)]
			if !ok {
				return nil, nil
			}
			facts := map[string]any{}
			for _, f := range s.facts(id) {
				facts[f.Name] = f.Value
			}
			return map[string]any{"id": id, "title": a.Text(0), "kind": s.world.articles[id].Kind, "facts": facts}, nil
		}},
		{"namesakes()", "the names that several people have, by alphabet", func(Args) (any, error) {
			var out []string
			for name := range s.world.plain {
				out = append(out, name)
			}
			slices.Sort(out)
			return out, nil
		}},
		{"named(name)", "the titles of the people of that name, where there are several", func(a Args) (any, error) {
			out := []string{}
			for _, id := range s.world.plain[a.Text(0)] {
				out = append(out, s.world.articles[id].Title)
			}
			return out, nil
		}},
		{"categories()", "the names of all categories", func(Args) (any, error) { return wikiCategories, nil }},
		{"members(category)", "the titles of a category's articles, by alphabet", func(a Args) (any, error) {
			out := []string{}
			for _, h := range s.members(a.Text(0)) {
				out = append(out, h.Title)
			}
			return out, nil
		}},
		{"edits()", "what was changed, in order: article, fact, old, new, summary, by (you: the agent)", func(Args) (any, error) {
			out := []any{}
			for _, e := range s.log {
				out = append(out, map[string]any{"article": e.Article, "fact": e.Fact, "old": e.Old, "new": e.New, "summary": e.Summary, "by": e.By})
			}
			return out, nil
		}},
		{"watched()", "the titles on the watch list, in order", func(Args) (any, error) {
			out := []string{}
			for _, id := range s.watched {
				out = append(out, s.world.articles[id].Title)
			}
			return out, nil
		}},
		{"comments(title)", "an article's talk, in order: by, text", func(a Args) (any, error) {
			out := []any{}
			for _, c := range s.talks[s.world.titles[a.Text(0)]] {
				out = append(out, map[string]any{"by": c.By, "text": c.Text})
			}
			return out, nil
		}},
		{"talked()", "how many comments the agent has written, anywhere", func(Args) (any, error) {
			n := 0
			for id := range s.world.articles {
				for _, c := range s.talks[id] {
					if c.By == wikiUser {
						n++
					}
				}
			}
			return n, nil
		}},
	}
}

func (s *wiki) arranges() []Function {
	// on is a function about an article.
	on := func(form, doc string, do func(id int, a Args)) Function {
		return Function{form, doc, func(a Args) (any, error) {
			id, ok := s.world.titles[a.Text(0)]
			if !ok {
				return nil, fmt.Errorf("there is no article %q", a.Text(0))
			}
			do(id, a)
			return nil, nil
		}}
	}
	return []Function{
		on("put(title, fact, value)", "makes a fact what it is from the start, without an edit; nil takes it away", func(id int, a Args) { s.put(id, a.Text(1), a.Text(2)) }),
		on("write(title, by, fact, value, summary)", "an edit by somebody else", func(id int, a Args) { s.write(id, a.Text(1), a.Text(2), a.Text(3), a.Text(4)) }),
		on("note(title, text)", "adds a paragraph to an article", func(id int, a Args) { s.notes[id] = a.Text(1) }),
		on("talk(title, by, text)", "adds a comment to an article's talk", func(id int, a Args) { s.talks[id] = append(s.talks[id], wikiComment{a.Text(1), a.Text(2)}) }),
		on("watch(title)", "puts an article on the watch list", func(id int, _ Args) { s.watched = append(s.watched, id) }),
	}
}
