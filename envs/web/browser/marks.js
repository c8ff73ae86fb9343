// Gives the elements of a page the ids that BrowserGym gives them, and says of each how much of it can be seen and
// whether it belongs to the set of marks. The rules are those of frame_mark_elements.js of browsergym-core 0.14.3,
// which observes intersections and so waits for a frame; here they are computed. All is read before anything that
// costs a layout is written. What is written: bid, value, checked, and the ARIA notes, which make Chrome show every
// element in its accessibility tree. The notes stay, too, since to write them anew costs more than all else; where
// there are labels (whose place in the tree depends on when they came) the same script with false takes them away.
(on => {
  const NAMES = new Set(('a abbr acronym address applet area article aside audio b base basefont bdi bdo big blockquote body br button ' +
    'canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption ' +
    'figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link ' +
    'main map mark menu meta meter nav noframes noscript object ol optgroup option output p param picture pre progress q rp rt ruby s ' +
    'samp script search section select small source span strike strong style sub summary sup svg table tbody td template textarea tfoot ' +
    'th thead time title tr track tt u ul var video wbr').split(' '));
  const SOM = new Set('input textarea select button a iframe video li td option'.split(' '));
  const NOTES = ['aria-roledescription', 'aria-description'], PREFIX = 'browsergym_id_';

  // walk is document order, with what a shadow root holds right after its host.
  const walk = (root, f) => {
    for (const e of root.querySelectorAll('*')) {
      f(e);
      if (e.shadowRoot) walk(e.shadowRoot, f);
    }
  };
  const inside = e => {
    const tag = e.localName, box = e.getAttribute('sandbox');
    if (tag !== 'iframe' && tag !== 'frame' || box !== null && !box.split(/\s+/).includes('allow-scripts')) return null;
    try { return e.contentDocument; } catch { return null; }
  };

  if (!on) {
    const clean = doc => walk(doc, e => {
      for (const a of NOTES) {
        const v = e.getAttribute(a);
        if (v === null || !v.startsWith(PREFIX)) continue;
        const own = v.slice(v.indexOf(' ') + 1);
        if (own) e.setAttribute(a, own); else e.removeAttribute(a);
      }
      const d = inside(e);
      if (d) clean(d);
    });
    clean(document);
    window.__gymCleaned = true;
    return '';
  }

  // letters are a frame's own part of its id: a … z, aA, aB …
  const letters = n => {
    let s = '';
    for (n++; n > 0; n = Math.floor((n - 1) / 26)) s = String.fromCharCode(65 + (n - 1) % 26) + s;
    return s[0].toLowerCase() + s.slice(1);
  };

  // number gives ids and writes the live state into the attributes.
  const number = (doc, prefix) => {
    const win = doc.defaultView, list = [], seen = new Set();
    if (!win.__gymBids) Object.defineProperty(win, '__gymBids', { value: { elements: 0, frames: 0, doc } });
    const next = win.__gymBids;
    walk(doc, e => {
      const tag = e.tagName.toLowerCase();
      if (!NAMES.has(tag)) return;
      if (typeof e.value !== 'undefined' && e.getAttribute('value') !== String(e.value)) e.setAttribute('value', e.value);
      if (typeof e.checked !== 'undefined' && e.hasAttribute('checked') !== (e.checked === true)) e.toggleAttribute('checked', e.checked === true);
      let bid = e.getAttribute('bid');
      if (bid === null || seen.has(bid)) { // a clone comes with the id of what it was cloned from
        bid = prefix + (tag === 'iframe' || tag === 'frame' ? letters(next.frames++) : next.elements++);
        e.setAttribute('bid', bid);
      }
      seen.add(bid);
      list.push({ e, tag, bid, win, seen: 0, som: 0 });
    });
    return list;
  };

  // hit is the element at a point, looked up through shadow roots.
  const hit = (doc, x, y) => {
    let root = doc, e = null, last;
    do {
      last = e;
      e = root.elementFromPoint(x, y);
      root = e && e.shadowRoot;
    } while (root && e !== last);
    return e;
  };

  // choose finds the set of marks (He et al. 2024, WebVoyager) of one document.
  const choose = (doc, list) => {
    const of = new Map(list.map(m => [m.e, m])), buttons = [];
    const chosen = p => p && of.has(p) && of.get(p).som;
    for (const m of list) {
      const e = m.e, r = m.rect;
      if (r.width * r.height < 20) continue;
      if (!SOM.has(m.tag) && e.onclick == null && m.win.getComputedStyle(e).cursor !== 'pointer') continue;
      const at = hit(doc, (r.left + r.right) / 2, (r.top + r.bottom) / 2);
      if (!at || !e.contains(at) || buttons.some(b => b.contains(e))) continue;
      let p = e.parentElement;
      if (chosen(p) && p.localName === 'span' && p.children.length === 1 && p.getAttribute('role')) continue;
      m.som = 1;
      if (e.matches('button, a, input[type="button"], div[role="button"]')) buttons.push(e);
      for (; p; p = p.parentElement) if (chosen(p)) of.get(p).som = 0;
    }
  };

  // The clips between an element and the window, as an intersection observer without a root sees them (W3C
  // Intersection Observer, 2.2.8): those of the chain of containing blocks.
  const ALL = { l: -Infinity, t: -Infinity, r: Infinity, b: Infinity };
  const cut = (a, c) => ({ l: Math.max(a.l, c.l), t: Math.max(a.t, c.t), r: Math.min(a.r, c.r), b: Math.min(a.b, c.b) });
  const measure = (doc, list, port) => {
    const win = doc.defaultView, styles = new Map(), inner = new Map(), outer = new Map();
    const style = e => { let s = styles.get(e); if (!s) styles.set(e, s = win.getComputedStyle(e)); return s; };
    const up = e => e.assignedSlot || e.parentElement || e.getRootNode().host || null;
    const root = doc.documentElement, shared = root && style(root).overflowX === 'visible' ? doc.body : root; // its overflow is the window's
    const holds = (s, fixed) => s.transform !== 'none' || s.filter !== 'none' || s.perspective !== 'none' ||
      /paint|layout|strict|content/.test(s.contain) || s.willChange.includes('transform') || !fixed && s.position !== 'static';
    // around is the clip that e lies under.
    const around = e => {
      let c = outer.get(e);
      if (c) return c;
      const s = style(e), pos = s.position;
      let p = up(e);
      if (pos === 'absolute' || pos === 'fixed') while (p && !holds(style(p), pos === 'fixed')) p = up(p);
      c = p ? within(p) : port;
      if (s.clipPath !== 'none' || s.clip !== 'auto') c = cut(c, shape(e, s));
      outer.set(e, c);
      return c;
    };
    // within is the clip that what e contains lies under.
    const within = e => {
      let c = inner.get(e);
      if (c) return c;
      const s = style(e);
      c = around(e);
      if (e !== root && e !== shared && s.display !== 'contents' && s.display !== 'inline') {
        const paint = /paint|strict|content/.test(s.contain) || s.contentVisibility !== 'visible';
        const x = paint || s.overflowX !== 'visible', y = paint || s.overflowY !== 'visible';
        if (x || y) c = cut(c, padding(e, s, x, y));
      }
      inner.set(e, c);
      return c;
    };
    const px = v => parseFloat(v) || 0;
    const padding = (e, s, x, y) => {
      const r = e.getBoundingClientRect(), bl = px(s.borderLeftWidth), br = px(s.borderRightWidth), bt = px(s.borderTopWidth), bb = px(s.borderBottomWidth);
      const bars = e.offsetWidth === undefined ? [0, 0] : [e.offsetWidth - e.clientWidth - Math.round(bl + br), e.offsetHeight - e.clientHeight - Math.round(bt + bb)];
      return { l: x ? r.left + bl : -Infinity, r: x ? r.right - br - (bars[0] > 1 ? bars[0] : 0) : Infinity,
        t: y ? r.top + bt : -Infinity, b: y ? r.bottom - bb - (bars[1] > 1 ? bars[1] : 0) : Infinity };
    };
    // shape is the box of an inset() or a rect(); other shapes clip nothing here.
    const shape = (e, s) => {
      const r = e.getBoundingClientRect(), len = (v, of) => v.endsWith('%') ? px(v) * of / 100 : px(v);
      let m = /^inset\(([^)]*?)( round.*)?\)$/.exec(s.clipPath);
      if (m) {
        const v = m[1].split(' '), [t, ri = t, b = t, l = ri] = v;
        return { l: r.left + len(l, r.width), t: r.top + len(t, r.height), r: r.right - len(ri, r.width), b: r.bottom - len(b, r.height) };
      }
      m = /^rect\((.*)\)$/.exec(s.clip);
      if (m && /absolute|fixed/.test(s.position)) {
        const [t, ri, b, l] = m[1].split(/[ ,]+/), at = (v, from, or) => v === 'auto' ? or : from + px(v);
        return { l: at(l, r.left, r.left), t: at(t, r.top, r.top), r: at(ri, r.left, r.right), b: at(b, r.top, r.bottom) };
      }
      return ALL;
    };
    for (const m of list) {
      const e = m.e;
      let r = m.rect = e.getBoundingClientRect();
      if (!e.checkVisibility() || !r.width && !r.height && !e.getClientRects().length && m.tag !== 'wbr') continue; // no box
      if (m.tag === 'wbr') {
        const range = doc.createRange();
        range.selectNode(e);
        r = range.getBoundingClientRect();
      }
      const c = around(e), w = Math.min(r.right, c.r) - Math.max(r.left, c.l), h = Math.min(r.bottom, c.b) - Math.max(r.top, c.t);
      if (w < 0 || h < 0) continue;
      const area = r.width * r.height;
      m.seen = area ? Math.round(Math.min(w * h / area, 1) * 100) / 100 : 1;
    }
    return within;
  };

  const all = [];
  let labels = false;
  const frame = (doc, prefix, clip) => {
    labels ||= doc.querySelector('label') !== null;
    const list = number(doc, prefix), page = doc.scrollingElement || doc.documentElement;
    if (page) clip = cut(clip, { l: 0, t: 0, r: page.clientWidth, b: page.clientHeight });
    const within = measure(doc, list, clip);
    choose(doc, list);
    for (const m of list) all.push(m);
    for (const m of list) {
      const d = inside(m.e);
      if (!d || !d.defaultView) continue;
      const s = m.win.getComputedStyle(m.e), x = m.rect.left + m.e.clientLeft + parseFloat(s.paddingLeft), y = m.rect.top + m.e.clientTop + parseFloat(s.paddingTop);
      const c = within(m.e);
      frame(d, m.bid, m.e.getClientRects().length ? { l: c.l - x, t: c.t - y, r: c.r - x, b: c.b - y } : { l: 1, t: 1, r: -1, b: -1 });
    }
  };
  frame(document, '', ALL);

  let focused = '';
  for (let doc = document; doc;) {
    let e = doc.activeElement;
    while (e && e.shadowRoot) e = e.shadowRoot.activeElement;
    if (!e) break;
    if (!e.checkVisibility() || e.disabled) e = doc.body; // what the next frame would find: nothing that can have the focus
    focused = e.getAttribute('bid') || '';
    try { doc = e.contentDocument; } catch { doc = null; }
  }
  for (const m of all) for (const a of NOTES) {
    const v = m.e.getAttribute(a) || '', note = PREFIX + m.bid + ' ';
    if (!v.startsWith(note)) m.e.setAttribute(a, note + (v.startsWith(PREFIX) ? v.slice(v.indexOf(' ') + 1) : v));
  }
  return JSON.stringify({ focused, labels, marks: all.map(m => [m.bid, m.seen, m.som]) });
})
