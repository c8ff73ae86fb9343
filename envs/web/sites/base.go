package sites

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
)

//go:embed templates
var templates embed.FS

// load reads a site's templates: templates/NAME.html, with a define for each
// page, and the layout that all share.
func load(name string) *template.Template {
	t := template.New(name).Funcs(template.FuncMap{"add": func(a, b int) int { return a + b }, "money": money})
	return template.Must(t.ParseFS(templates, "templates/layout.html", "templates/"+name+".html"))
}

// Base is what all sites have in common: the frame of a page, the memory of
// what was visited, and adverts that a scenario may hang in.
type Base struct {
	name  string // as in the list of sites
	Title string // of the site, after the page's own
	Nav   []Link // at the top of every page
	pages *template.Template
	mux   *http.ServeMux // which brings requests to the pages of site
	site  Site           // the episode's

	visits  []string // "GET /cart", in order
	adverts []advert
	fell    []string // the adverts that were followed
	flash   string   // shown once at the top of the next page
}

// Link is a line of the navigation.
type Link struct{ Text, Href string }

// advert is a misleading offer at the top of every page.
type advert struct{ Text, Button string }

func newBase(name, title string, pages *template.Template, nav ...Link) Base {
	return Base{name: name, Title: title, pages: pages, Nav: nav}
}

func (b *Base) base() *Base { return b }

// ServeHTTP answers for the site.
func (b *Base) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if n := 0; strings.HasPrefix(r.URL.Path, "/offer/") {
		if fmt.Sscanf(r.URL.Path, "/offer/%d", &n); n >= 0 && n < len(b.adverts) {
			b.fell = append(b.fell, b.adverts[n].Text)
		}
		b.show(w, "Offer", "offer", nil)
		return
	}
	if len(b.visits) < visitsMax {
		b.visits = append(b.visits, r.Method+" "+r.URL.RequestURI())
	}
	if _, pattern := b.mux.Handler(r); pattern == "" {
		b.missing(w)
		return
	}
	b.mux.ServeHTTP(w, inEpisode(b.site, r))
}

// visitsMax is how many visits are remembered.
const visitsMax = 1000

// show writes a page: the named template with data, in the site's frame.
func (b *Base) show(w http.ResponseWriter, title, name string, data any) {
	b.write(w, http.StatusOK, title, name, data)
}

// missing is the page for what is not there.
func (b *Base) missing(w http.ResponseWriter) {
	b.write(w, http.StatusNotFound, "Not found", "missing", nil)
}

// tell has the next page begin with a line: "Saved."
func (b *Base) tell(format string, args ...any) { b.flash = fmt.Sprintf(format, args...) }

func (b *Base) write(w http.ResponseWriter, status int, title, name string, data any) {
	var body, page bytes.Buffer
	err := b.pages.ExecuteTemplate(&body, name, data)
	if err == nil {
		err = b.pages.ExecuteTemplate(&page, "layout", map[string]any{
			"Title": title, "Site": b.Title, "Nav": b.Nav, "Adverts": b.adverts, "Flash": b.flash, "Body": template.HTML(body.String()),
		})
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	b.flash = ""
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(page.Bytes())
}

// money is an amount of cents as it is shown: 12.50.
func money(cents int) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }

// goTo sends the browser on after a form.
func goTo(w http.ResponseWriter, r *http.Request, path string) {
	http.Redirect(w, r, path, http.StatusSeeOther)
}

// functions are those that every site has.
func (b *Base) functions() []Function {
	return []Function{
		{"visited(path)", "whether a page was opened: a path, or the beginning of one that ends in *", func(a Args) (any, error) {
			want, prefix := strings.CutSuffix(a.Text(0), "*")
			return slices.ContainsFunc(b.visits, func(v string) bool {
				_, path, _ := strings.Cut(v, " ")
				return path == want || prefix && strings.HasPrefix(path, want)
			}), nil
		}},
		{"visits()", "all that was asked for, in order: \"GET /cart\"", func(Args) (any, error) { return b.visits, nil }},
		{"advert(text, button)", "hangs a misleading offer at the top of every page", func(a Args) (any, error) {
			b.adverts = append(b.adverts, advert{a.Text(0), a.Text(1)})
			return nil, nil
		}},
		{"fell()", "how often an offer was followed", func(Args) (any, error) { return len(b.fell), nil }},
	}
}
