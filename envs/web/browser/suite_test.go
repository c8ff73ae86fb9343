package browser

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/turngym/turngym/gym"
)

// A case of the suite is a page, what is done on it, and words that must then
// stand in its view. An action is as a BrowserGym agent writes it, with a name
// in angle brackets where the element's number stands.
type suiteCase struct {
	name, body string
	do         []string
	want       []string
	mistake    string // of the last action
}

// log shows on the page what the page has heard.
const logScript = `<output id=log></output><script>const log = s => { document.getElementById('log').textContent += s + ';' }</script>`

var suite = []suiteCase{
	{"navigation", `<a href="/two">on</a><script></script>`, []string{`click('<on>')`}, []string{"at /two"}, ""},
	{"history", `<a href="/two">on</a><script></script>`, []string{`click('<on>')`, `go_back()`, `go_forward()`, `go_back()`}, []string{"link 'on'"}, ""},
	{"no page before", `<script></script>`, []string{`go_back()`}, nil, "there is no page before this one"},
	{"history of a script", `<button onclick="history.pushState(null, '', '/deep'); this.textContent = location.pathname">go</button><script></script>`,
		[]string{`click('<go>')`}, []string{"button '/deep'", "url http://gym.test/deep"}, ""},
	{"frames", `<iframe srcdoc="<p>within</p><button onclick='this.textContent = &quot;pressed&quot;'>inner</button><iframe srcdoc='<button>deepest</button>'></iframe>"></iframe><script></script>`,
		[]string{`click('<inner>')`}, []string{"within", "button 'pressed'", "button 'deepest'"}, ""},
	{"shadow roots", `<x-box>slotted</x-box><y-box></y-box>` + logScript + `<script>
customElements.define('x-box', class extends HTMLElement { connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = '<button>open root</button><slot></slot>' } })
customElements.define('y-box', class extends HTMLElement { connectedCallback() { const r = this.attachShadow({ mode: 'closed' }); r.innerHTML = '<button>closed root</button>'; r.firstChild.onclick = () => log('clicked') } })</script>`,
		[]string{`click('<closed root>')`}, []string{"button 'open root'", "slotted", "clicked;"}, ""},
	{"alert", `<button onclick="alert('mind the gap'); log('on')">a</button>` + logScript, []string{`click('<a>')`, `click('ok')`}, []string{"on;"}, ""},
	{"confirm refused", `<button onclick="log(confirm('sure?'))">a</button>` + logScript, []string{`click('<a>')`, `click('cancel')`}, []string{"false;"}, ""},
	{"prompt", `<button onclick="log(prompt('name?', 'Ada') + confirm('right?'))">a</button>` + logScript,
		[]string{`click('<a>')`, `fill('reply', 'Grace')`, `click('ok')`, `click('ok')`}, []string{"Gracetrue;"}, ""},
	{"an open dialog is seen", `<button onclick="confirm('sure?')">a</button>` + logScript, []string{`click('<a>')`}, []string{"dialog 'sure?'", "[ok] button 'OK'", "[cancel] button 'Cancel'"}, ""},
	{"an open dialog comes first", `<button onclick="confirm('sure?')">a</button><button>b</button>` + logScript, []string{`click('<a>')`, `go_back()`}, nil, "a dialog is open"},
	{"new tab by a link", `<a href="/two" target="_blank">on</a><script></script>`, []string{`click('<on>')`}, []string{"at /two", "tab 1 of 2"}, ""},
	{"new tab by a script", `<button onclick="window.open('/two')">on</button><script></script>`, []string{`click('<on>')`, `tab_focus(0)`}, []string{"button 'on'", "tab 0 of 2"}, ""},
	{"tabs", `<p>first</p><script></script>`, []string{`new_tab()`, `goto('http://gym.test/two')`, `tab_focus(0)`, `tab_focus(1)`, `tab_close()`}, []string{"first", "tab 0 of 0"}, ""},
	{"the first tab closed", `<p>first</p><script></script>`, []string{`new_tab()`, `goto('http://gym.test/two')`, `tab_focus(0)`, `tab_close()`}, []string{"at /two"}, ""},
	{"the only tab", `<script></script>`, []string{`tab_close()`}, nil, "this is the only tab"},
	{"a download is refused", `<a href="/file" download>get</a><p>still here</p><script></script>`, []string{`click('<get>')`}, []string{"still here"}, ""},
	{"outside", `<a href="https://example.com/">away</a><p>still here</p><script></script>`, []string{`click('<away>')`}, []string{"still here", "blocked 1"}, ""},
	{"outside by a script", `<button onclick="location = 'http://other.example/'">away</button><p>still here</p><script></script>`, []string{`click('<away>')`}, []string{"still here", "blocked 1"}, ""},
	{"fetch outside", `<button onclick="fetch('http://other.example/').then(r => log(r.status), () => log('failed'))">f</button>` + logScript, []string{`click('<f>')`}, []string{"blocked 1"}, ""},
	{"fetch and wait", `<button onclick="fetch('/slow').then(r => r.text()).then(log)">f</button>` + logScript, []string{`click('<f>')`}, []string{"slow answer;"}, ""},
	{"scroll", `<p style="height:3000px">long</p>` + logScript + `<script>addEventListener('scroll', () => {}); setInterval(() => document.title = scrollY, 10)</script>`,
		[]string{`scroll(0, 500)`}, []string{"title 500"}, ""},
	{"an element far below", `<p style="height:3000px">long</p><button onclick="log('found')">deep</button>` + logScript, []string{`click('<deep>')`}, []string{"found;"}, ""},
	{"trusted events", `<button onclick="log(event.isTrusted)">t</button>` + logScript, []string{`click('<t>')`}, []string{"true;"}, ""},
	{"a listener for moves", `<button>t</button>` + logScript + `<script>document.addEventListener('mousemove', () => log('moved'), { once: true })</script>`, []string{`click('<t>')`}, []string{"moved;"}, ""},
	{"a rule for hovering", `<style>#m{display:none}div:hover #m{display:block}</style><div onclick="">menu<p id=m>entry</p></div><script></script>`, []string{`click('<menu>')`}, []string{"entry"}, ""},
	{"double click", `<button ondblclick="log('twice')">d</button>` + logScript, []string{`dblclick('<d>')`}, []string{"twice;"}, ""},
	{"right button", `<button oncontextmenu="log('menu' + event.button); return false">d</button>` + logScript, []string{`click('<d>', button='right')`}, []string{"menu2;"}, ""},
	{"modifiers", `<button onclick="log('' + event.shiftKey + event.ctrlKey)">m</button>` + logScript, []string{`click('<m>', modifiers=['Shift', 'Control'])`}, []string{"truetrue;"}, ""},
	{"hover", `<div onmouseenter="log('over')" onclick="">h</div>` + logScript, []string{`hover('<h>')`}, []string{"over;"}, ""},
	{"keyboard", `<input aria-label=i onkeydown="log(event.key)">` + logScript, []string{`focus('<i>')`, `keyboard_type('ab')`, `keyboard_press('Shift+ArrowLeft')`, `keyboard_press('Backspace')`},
		[]string{"textbox 'i' value='a'", "a;b;ArrowLeft;Backspace;"}, ""},
	{"select all and press", `<input aria-label=i value=old><script></script>`, []string{`press('<i>', 'Control+a')`, `keyboard_insert_text('new')`}, []string{"value='new'"}, ""},
	{"keys held", `<input aria-label=i onkeyup="log('up' + event.key)"><script></script>` + logScript, []string{`focus('<i>')`, `keyboard_down('x')`, `keyboard_up('x')`}, []string{"value='x'", "upx;"}, ""},
	{"no such key", `<input aria-label=i><script></script>`, []string{`press('<i>', 'Hyper')`}, nil, `there is no key "Hyper"`},
	{"fill", `<input aria-label=i value=old oninput="log(event.isTrusted + this.value)">` + logScript, []string{`fill('<i>', 'new text')`}, []string{"value='new text'", "truenew text;"}, ""},
	{"clear", `<input aria-label=i value=old oninput="log('in')">` + logScript, []string{`clear('<i>')`}, []string{"textbox 'i'\n", "in;"}, ""},
	{"contenteditable", `<div contenteditable aria-label=note>old <b>text</b></div><script></script>`, []string{`fill('<note>', 'fresh')`}, []string{"textbox 'note' value='fresh'"}, ""},
	{"select", `<select aria-label=s onchange="log(this.value)"><option value=1>one<option value=2>two</select>` + logScript, []string{`select_option('<s>', 'two')`}, []string{"value='two'", "2;"}, ""},
	{"select several", `<select multiple aria-label=s onchange="log([...this.selectedOptions].map(o => o.value))"><option value=1>one<option value=2>two<option value=3>three</select>` + logScript,
		[]string{`select_option('<s>', ['one', 'three'])`}, []string{"1,3;"}, ""},
	{"check", `<label><input type=checkbox onchange="log(this.checked)">c</label>` + logScript, []string{`check('<c>')`, `check('<c>')`, `uncheck('<c>')`}, []string{"true;false;"}, ""},
	{"drag", `<div id=a onclick="" style="width:50px;height:50px">A</div><div id=b onclick="" style="width:50px;height:50px">B</div>` + logScript +
		`<script>a.onmousedown = () => log('down'); b.onmousemove = e => e.buttons && log('over'); b.onmouseup = () => log('up')</script>`,
		[]string{`drag_and_drop('<A>', '<B>')`}, []string{"down;", "up;"}, ""},
	{"drag and drop of HTML", `<div draggable=true id=a onclick="" style="width:50px;height:50px">A</div><div id=b onclick="" style="width:50px;height:50px">B</div>` + logScript +
		`<script>a.ondragstart = e => e.dataTransfer.setData('text', 'x'); b.ondragover = e => e.preventDefault(); b.ondrop = e => log('dropped' + e.dataTransfer.getData('text'))</script>`,
		[]string{`drag_and_drop('<A>', '<B>')`}, []string{"droppedx;"}, ""},
	{"canvas", `<canvas width=200 height=100 style="position:absolute;left:0;top:0"></canvas>` + logScript + `<script>document.querySelector('canvas').onclick = e => log(e.offsetX + ',' + e.offsetY)</script>`,
		[]string{`mouse_click(20, 30)`}, []string{"20,30;"}, ""},
	{"the mouse by hand", `<canvas width=200 height=100 style="position:absolute;left:0;top:0"></canvas>` + logScript +
		`<script>const c = document.querySelector('canvas'); for (const t of ['mousedown', 'mouseup', 'dblclick']) c.addEventListener(t, e => log(t + e.offsetX))</script>`,
		[]string{`mouse_down(10, 10)`, `mouse_move(50, 10)`, `mouse_up(60, 10)`, `mouse_dblclick(70, 10)`, `mouse_drag_and_drop(80, 10, 90, 10)`},
		[]string{"mousedown10;mouseup60;", "dblclick70;", "mousedown80;mouseup90;"}, ""},
	{"timers", `<button onclick="setTimeout(() => log('later'), 400); setTimeout(() => log('much later'), 900); let n = 0; const i = setInterval(() => { log('tick'); if (++n == 2) clearInterval(i) }, 100)">t</button>` + logScript,
		[]string{`click('<t>')`}, []string{"'tick;tick;later;'"}, ""},
	{"waiting", `<button onclick="setTimeout(() => log('later'), 30000)">t</button>` + logScript, []string{`click('<t>')`, `noop(30000)`}, []string{"later;"}, ""},
	{"frames of an animation", `<button onclick="const s = performance.now(); let n = 0; const f = t => { n++; if (t - s < 400) requestAnimationFrame(f); else log(n + ' frames') }; requestAnimationFrame(f)">a</button>` + logScript,
		[]string{`click('<a>')`}, []string{"24 frames;"}, ""},
	{"a transition of styles", `<style>#x{opacity:.2;transition:opacity 30s}#x.on{opacity:1}</style><div id=x>x</div><button onclick="x.className = 'on'; setTimeout(() => log(getComputedStyle(x).opacity), 600)">t</button>` + logScript,
		[]string{`click('<t>')`, `noop(1000)`}, []string{"1;"}, ""},
	{"the date", `<p id=d></p><script>d.textContent = new Date().toISOString() + ' ' + new Date(2020, 1, 1).getFullYear() + ' ' + Math.random()</script>`, nil, []string{"2031-05-12T09:00:", "2020"}, ""},
	{"what listens", `<div id=a>plain</div><div id=b>first</div><div id=c><span id=d>inner</span></div>` + logScript +
		`<script>b.addEventListener('click', () => log('b')); c.onclick = () => log('c'); d.addEventListener('mousedown', () => log('d'))</script>`,
		[]string{`click('<inner>')`, `click('<first>')`}, []string{"clickable 'first'", "clickable 'inner'", "text 'plain'", "d;c;b;"}, ""},
	{"what listens in what listens", `<div id=a>row <span id=b class="trash-can" style="display:inline-block;width:9px;height:9px"></span></div>` + logScript +
		`<script>a.onclick = () => log('row'); b.onclick = e => { log('icon'); e.stopPropagation() }</script>`, []string{`click('<trash can>')`, `click('<row>')`}, []string{"icon;row;"}, ""},
	{"what is drawn", `<svg width=200 height=100><circle cx=20 cy=20 r=18 fill="red"/><circle cx=80 cy=20 r=5 fill="#00f"/><text x=120 y=40 fill="green">7</text><polygon points="150,20 160,40 140,40" fill="none" stroke="black"/></svg>` + logScript +
		`<script>document.querySelectorAll('circle')[1].onclick = () => log('hit')</script>`,
		[]string{`click('<small blue circle shape>')`}, []string{"graphic 'large red circle shape'", "text '7'", "triangle shape'", "hit;"}, ""},
	{"what is coloured", `<div id=a style="width:20px;height:20px;background-color:olive"></div><div id=b style="width:20px;height:20px;background:hsl(240,50%,60%)"></div>` + logScript +
		`<script>a.onclick = () => log('a'); b.onclick = () => log('b')</script>`, []string{`click('<blue>')`, `click('<olive>')`}, []string{"b;a;"}, ""},
	{"a click on what is inside", `<ul><li role=tab style="float:left"><a id=x role=presentation href="#">in</a></li></ul>` + logScript + `<script>x.onclick = () => log('x')</script>`, []string{`click('<in>')`}, []string{"x;"}, ""},
	{"typing quickly", `<input aria-label=i>` + logScript + `<script>document.querySelector('input').onkeydown = e => log(e.key)</script>`, []string{`focus('<i>')`, `keyboard_type('abcdefgh')`}, []string{"value='abcdefgh'", "a;b;c;d;e;f;g;h;"}, ""},
	{"upload", `<input type=file aria-label=f onchange="this.files[0].text().then(t => log(this.files[0].name + ':' + t))">` + logScript, []string{`upload_file('<f>', 'cv.txt')`},
		[]string{"file 'f' value='cv.txt'", "cv.txt:This is cv.txt.;"}, ""},
	{"upload to the site", `<form method=post enctype=multipart/form-data action=/take><input type=file name=f aria-label=f><button>send</button></form><script></script>`,
		[]string{`upload_file('<f>', 'cv.txt')`, `click('<send>')`}, []string{"got cv.txt: This is cv.txt."}, ""},
	{"covered", `<button onclick="log('hit')">under</button><div style="position:fixed;inset:0;background:#fff8" id=veil>veil</div><script></script>`, []string{`click('<under>')`}, nil, "is covered by"},
	{"covered is said", `<button>under</button><div style="position:fixed;inset:0">veil</div><script></script>`, nil, []string{"button 'under', covered"}, ""},
	{"out of sight is not covered", `<div style="height:60px;overflow:auto"><p style="height:100px">long</p><button onclick="log('hit')">far</button></div><p>under</p>` + logScript, []string{`click('<far>')`}, []string{"button 'far'\n", "hit;"}, ""},
	{"disabled", `<button disabled>off</button><script></script>`, []string{`click('<off>')`}, nil, "is disabled"},
	{"a megabyte of text", `<input aria-label=i><script></script>`, []string{`fill('<i>', '` + strings.Repeat("x", 1<<20) + `')`}, nil, "too long"},
	{"gone", `<button onclick="this.remove()">a</button><script></script>`, []string{`click('<a>')`, `click('13')`}, nil, ""},
}

// site answers for the suite's pages.
func suiteSite(body string) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/two" {
			body := fmt.Sprintf("at %s<script></script>", r.URL.Path)
			fmt.Fprintf(w, "<!doctype html><title>two</title><body>%s", body)
			return
		}
		fmt.Fprintf(w, "<!doctype html><title>T</title><body>%s", body)
	})
	mux.HandleFunc("/file", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", "attachment")
		fmt.Fprint(w, "bytes")
	})
	mux.HandleFunc("/take", func(w http.ResponseWriter, r *http.Request) {
		f, header, err := r.FormFile("f")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		text, _ := io.ReadAll(f)
		fmt.Fprintf(w, "got %s: %s", header.Filename, text)
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "slow answer") })
	return mux
}

// shows writes a view as words to look for.
func shows(v View) string {
	o := gym.Observation{Elements: v.Elements}
	return fmt.Sprintf("url %s\ntitle %s\ntab %d of %d\nblocked %d\n%s", v.URL, v.Title, v.Tab, len(v.Tabs), v.Blocked, &o)
}

// parse reads an action for a view, without minding whether it is wise.
func parseAction(t *testing.T, v View, text string) gym.Action {
	t.Helper()
	if from := strings.Index(text, "<"); from >= 0 && strings.Contains(text, "'<") {
		for {
			open := strings.Index(text, "'<")
			if open < 0 {
				break
			}
			end := open + strings.Index(text[open:], ">'")
			name := text[open+2 : end]
			id := ""
			for _, e := range v.Elements {
				if e.ID != "" && e.Name == name {
					id = e.ID
				}
			}
			if id == "" {
				t.Fatalf("no element %q in\n%s", name, shows(v))
			}
			text = text[:open] + "'" + id + "'" + text[end+2:]
		}
	}
	o := gym.Observation{Elements: v.Elements, Verbs: Verbs()}
	for i := range o.Elements {
		o.Elements[i].State = ""
	}
	a, err := o.Parse(text)
	if err != nil && a.Verb == "" {
		t.Fatal(err)
	}
	return a
}

func TestSuite(t *testing.T) {
	each(t, func(t *testing.T, c *Chrome) {
		for _, tc := range suite {
			t.Run(strings.ReplaceAll(tc.name, " ", "-"), func(t *testing.T) {
				p, v := open(t, c, suiteSite(tc.body))
				var err error
				for i, text := range tc.do {
					var next View
					next, err = p.Do(t.Context(), parseAction(t, v, text))
					var m *gym.Mistake
					if err != nil && (!errors.As(err, &m) || i < len(tc.do)-1) {
						t.Fatalf("%.60s: %v", text, err)
					}
					if err == nil {
						v = next
					}
				}
				if tc.mistake != "" && (err == nil || !strings.Contains(err.Error(), tc.mistake)) {
					t.Errorf("the mistake %v does not say %q", err, tc.mistake)
				}
				for _, w := range tc.want {
					if !strings.Contains(shows(v), w) {
						t.Errorf("%q is not in\n%s", w, shows(v))
					}
				}
			})
		}
	})
}
