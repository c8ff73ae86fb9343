// What every document runs before its own scripts: it numbers elements, reads
// the page as an agent sees it, acts, and says when the document is ready.
// The static driver's view.go computes the same view from HTML alone; the
// suite compares the two.
(() => {
  if (window.__gym || window !== window.top) return;
  const HTML = 'http://www.w3.org/1999/xhtml', SVG = 'http://www.w3.org/2000/svg';
  const clock = window.__gymClock;
  let ids = new WeakMap();     // element -> number, kept while the element lives
  const byID = new Map();      // number -> WeakRef
  const closed = new WeakMap(); // host -> its closed shadow root
  let next = 0, pending = false, blocked = 0;
  const skip = () => window.__gymSkip || '';
  const squeeze = s => (s || '').replace(/\s+/g, ' ').trim();
  const plainDocument = () => document.scripts.length === 0;
  let plain = true; // what it was at the last view
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) { const r = attach.call(this, init); closed.set(this, r); return r; };

  // felt says whether a page could tell that the mouse moves: it listens, or a
  // style rule speaks of hovering. Where it cannot, a click needs no move, which
  // would wait for the next frame.
  const MOVES = ['mousemove', 'mouseover', 'mouseout', 'mouseenter', 'mouseleave', 'pointermove', 'pointerover', 'pointerout', 'pointerenter', 'pointerleave', 'pointerrawupdate'];
  const PUSHES = ['click', 'dblclick', 'mousedown', 'mouseup', 'pointerdown', 'pointerup'];
  let listens = false, sheets = -1, hovers = false;
  const ears = new WeakSet(); // what was made to hear a click, which may be all that tells of it
  const hears = (target, type) => {
    if (MOVES.includes(type)) listens = true;
    else if (PUSHES.includes(type) && target instanceof Element) ears.add(target);
  };
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (type, ...rest) {
    hears(this, type);
    return listen.call(this, type, ...rest);
  };
  for (const proto of [HTMLElement.prototype, SVGElement.prototype, Document.prototype, window]) for (const type of [...MOVES, ...PUSHES]) {
    const d = Object.getOwnPropertyDescriptor(proto, 'on' + type);
    if (d && d.set) Object.defineProperty(proto, 'on' + type, { ...d, set(f) { if (f) hears(this, type); d.set.call(this, f); } });
  }
  const speaksOfHovering = sheet => { try { return [...sheet.cssRules].some(r => r.cssText.includes(':hover')); } catch { return true; } };
  const felt = () => {
    if (listens || document.querySelector('iframe,' + MOVES.map(t => `[on${t}]`).join())) return true;
    if (document.styleSheets.length !== sheets) { sheets = document.styleSheets.length; hovers = [...document.styleSheets].some(speaksOfHovering); }
    return hovers;
  };

  // inside is the document of a frame of the same site, or null.
  const inside = el => { try { return el.tagName === 'IFRAME' ? el.contentDocument : null; } catch { return null; } };
  const root = el => el.shadowRoot || closed.get(el);
  // kids are a node's children as they are drawn: those of its shadow root, of
  // what stands in a slot, of the document in a frame.
  const kids = n => {
    if (n.tagName === 'SLOT') { const there = n.assignedNodes(); if (there.length) return there; }
    const frame = inside(n);
    if (frame) return frame.body ? [frame.body] : [];
    return (root(n) || n).childNodes;
  };

  // Every HTML element gets a number in document order, html is 0; those that
  // come later get the next free ones, and so do those in shadow roots and
  // frames.
  const number = (doc = document) => {
    const more = [];
    for (const el of doc.querySelectorAll('*')) {
      if (!ids.has(el) && (el.namespaceURI === HTML || el.namespaceURI === SVG && !plainDocument())) {
        ids.set(el, next); byID.set(next, new WeakRef(el)); next++;
      }
      const r = root(el) || inside(el);
      if (r) more.push(r);
    }
    more.forEach(number);
  };

  const INLINE = new Set(['SPAN', 'B', 'I', 'EM', 'STRONG', 'CODE', 'SMALL', 'U', 'SUB', 'SUP', 'MARK', 'BR', 'LABEL', 'KBD', 'TIME', 'ABBR']);
  const NEVER = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'CANVAS', 'OPTION', 'OPTGROUP']);
  const TEXTUAL = new Set(['text', 'password', 'search', 'email', 'tel', 'url', 'number', 'date', 'time', 'month', 'week', 'datetime-local', 'color', '']);

  const role = el => {
    const given = el.getAttribute('role');
    if (given) return given;
    if (el.isContentEditable && !(el.parentElement && el.parentElement.isContentEditable)) return 'textbox';
    switch (el.tagName) {
      case 'BUTTON': return 'button';
      case 'A': return el.hasAttribute('href') ? 'link' : '';
      case 'TEXTAREA': return 'textbox';
      case 'SELECT': return 'combobox';
      case 'SUMMARY': return 'disclosure';
      case 'INPUT': {
        const t = (el.getAttribute('type') || '').toLowerCase();
        if (t === 'checkbox' || t === 'radio') return t;
        if (t === 'range') return 'slider';
        if (t === 'file') return 'file';
        if (t === 'submit' || t === 'button' || t === 'reset' || t === 'image') return 'button';
        return TEXTUAL.has(t) ? 'textbox' : '';
      }
    }
    return '';
  };
  const ACTS = new Set(['button', 'link', 'textbox', 'combobox', 'checkbox', 'radio', 'tab', 'disclosure', 'menuitem', 'option', 'switch', 'slider', 'spinbutton', 'file', 'clickable']);

  // A script's own click target: nothing HTML says so, but it listens, or a
  // person sees a hand. What holds controls is none, and no more is what holds a
  // long text, where only that it listens speaks for it.
  const CONTROLS = 'a[href],button,input,select,textarea';
  const hand = el => el.hasAttribute('onclick') ||
    (getComputedStyle(el).cursor === 'pointer' && (!el.parentElement || getComputedStyle(el.parentElement).cursor !== 'pointer'));
  const target = el => {
    if (el.tagName === 'BODY' || el.tagName === 'HTML' || el.querySelector(CONTROLS)) return false;
    const seen = hand(el);
    if (!seen && !ears.has(el)) return false;
    return seen || el.textContent.length <= 100 && !(el.tagName === 'svg' && el.childElementCount);
  };

  // What is drawn and not written is told by its looks: a size where others
  // differ, a colour, a shape, and what is written in it.
  const SHAPES = { circle: 'circle', ellipse: 'ellipse', rect: 'rectangle', polygon: 'polygon', polyline: 'line', line: 'line', path: 'path', text: 'text' };
  const HUES = [[15, 'red'], [45, 'orange'], [70, 'yellow'], [165, 'green'], [195, 'cyan'], [260, 'blue'], [290, 'purple'], [345, 'magenta'], [361, 'red']];
  const colour = (written, computed) => {
    if (/^[a-z]+$/i.test(written || '') && !/^(none|transparent|inherit|initial|unset|currentcolor)$/i.test(written)) return written.toLowerCase();
    const [r, g, b, a] = (/^rgba?\((.*)\)$/.exec(computed) || ['', ''])[1].split(',').map(Number);
    if (!(b >= 0) || a === 0) return '';
    const most = Math.max(r, g, b), span = most - Math.min(r, g, b);
    if (span < 30) return most < 64 ? 'black' : most > 224 ? 'white' : 'grey';
    const turn = most === r ? (g - b) / span : most === g ? 2 + (b - r) / span : 4 + (r - g) / span;
    return HUES.find(([end]) => (turn * 60 + 360) % 360 < end)[1];
  };
  const extent = el => el.tagName === 'text' ? parseFloat(getComputedStyle(el).fontSize) : Math.max(...box(el).slice(2));
  const looks = el => {
    const style = getComputedStyle(el), out = [];
    if (!SHAPES[el.tagName] || !el.ownerSVGElement) return el.namespaceURI === SVG ? 'drawing' : colour(el.style.backgroundColor, style.backgroundColor);
    const kind = SHAPES[el.tagName], all = [...el.ownerSVGElement.querySelectorAll(Object.keys(SHAPES).join())].filter(e => (e.tagName === 'text') === (kind === 'text'));
    const sizes = all.map(extent), least = Math.min(...sizes), most = Math.max(...sizes);
    if (all.length > 1 && most >= 1.5 * least) out.push(extent(el) * 2 < least + most ? 'small' : 'large');
    const drawn = kind === 'line' || style.fill === 'none' ? 'stroke' : 'fill';
    out.push(colour(el.getAttribute(drawn), style[drawn]));
    if (kind === 'text') out.push(/^\s*\d+\s*$/.test(el.textContent) ? 'digit' : /^\s*[a-z]\s*$/i.test(el.textContent) ? 'letter' : '', squeeze(el.textContent));
    else out.push(kind === 'polygon' && el.points.length === 3 ? 'triangle' : kind, 'shape');
    return out.filter(Boolean).join(' ');
  };

  const labelled = el => {
    const aria = el.getAttribute('aria-label');
    if (aria) return squeeze(aria);
    if (el.labels && el.labels.length) return squeeze(Array.from(el.labels, l => textOf(l)).join(' '));
    return squeeze(el.getAttribute('placeholder') || el.getAttribute('title') || '');
  };
  // icon is what is left to call a thing by that has no text: its class, or id.
  const icon = el => squeeze((el.getAttribute('class') || el.id || '').replace(/[-_]+/g, ' '));
  // The text of a node without that of the controls in it.
  const textOf = (n, top) => {
    if (n.nodeType === 3) return n.data;
    if (top && n !== top && ears.has(n)) return '';
    if (n.nodeType !== 1 || NEVER.has(n.tagName.toUpperCase()) || n.tagName === 'SELECT' || n.tagName === 'TEXTAREA' || (plain ? n.tagName === 'svg' : !shown(n))) return '';
    let s = '';
    for (const c of kids(n)) s += textOf(c, top);
    return INLINE.has(n.tagName) && n.tagName !== 'BR' ? s : ' ' + s + ' ';
  };

  const VISIBLE = { visibilityProperty: true };
  const shown = el => el.checkVisibility(VISIBLE) || getComputedStyle(el).display === 'contents'; // which has no box of its own

  // box is where an element is drawn, in pixels of the top document.
  const box = el => {
    let { left, top, width, height } = el.getBoundingClientRect();
    for (let w = el.ownerDocument.defaultView; w && w !== window; w = w.parent) {
      const f = w.frameElement && w.frameElement.getBoundingClientRect();
      if (!f) break;
      left += f.left + w.frameElement.clientLeft; top += f.top + w.frameElement.clientTop;
    }
    return [Math.round(left), Math.round(top), Math.round(width), Math.round(height)];
  };
  // hit is what a click at a point would meet, through shadow roots and frames.
  const hit = (x, y) => {
    let el = document.elementFromPoint(x, y), doc = document;
    for (;;) {
      const r = el && root(el), f = el && inside(el);
      if (f) { const b = el.getBoundingClientRect(); x -= b.left + el.clientLeft; y -= b.top + el.clientTop; doc = f; el = f.elementFromPoint(x, y); continue; }
      const deeper = r && r.elementFromPoint(x, y);
      if (!deeper || deeper === el) return el;
      el = deeper;
    }
  };
  // spots are where an element can be met: its middle, then around it.
  const SPOTS = [[.5, .5], [.25, .25], [.75, .75], [.25, .75], [.75, .25]];
  const spots = el => { const [l, t, w, h] = box(el); return SPOTS.map(([a, b]) => [l + w * a, t + h * b]); };
  const meets = (el, x, y) => {
    const top = hit(x, y), sel = skip();
    return !top || sel && top.matches(sel) || within(top, el) || within(el, top) && top.shadowRoot || el.labels && [...el.labels].some(l => within(top, l)) || false;
  };
  // beyond says whether a point is outside of what an ancestor shows without
  // being scrolled.
  const beyond = (el, x, y) => {
    for (let p = el.parentElement; p; p = p.parentElement) {
      const s = getComputedStyle(p);
      if (!/auto|scroll/.test(s.overflowX + s.overflowY)) continue;
      const r = p.getBoundingClientRect();
      if (x < r.left || x > r.right || y < r.top || y > r.bottom) return true;
    }
    return false;
  };
  // covered says whether an element that is in sight is under others.
  const covered = el => {
    const [l, t, w, h] = box(el), x = l + w / 2, y = t + h / 2;
    if (w <= 0 || h <= 0 || x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return false;
    return !SPOTS.some(([a, b]) => meets(el, l + w * a, t + h * b)) && !beyond(el, x, y);
  };
  const within = (el, host) => { for (; el; el = el.assignedSlot || el.parentNode || el.host) if (el === host) return true; return false; };

  // Where the page is also shown as BrowserGym shows it, an element's id is the
  // one that it is given there: the attribute bid.
  let bids = false;
  const idOf = el => bids ? el.getAttribute('bid') || '' : String(ids.get(el));
  const named = (id, doc = document) => {
    for (const el of doc.querySelectorAll('*')) {
      if (el.getAttribute('bid') === id) return el;
      const r = root(el) || inside(el), found = r && named(id, r);
      if (found) return found;
    }
    return null;
  };

  const count = () => { const n = blocked; blocked = 0; return n; };
  let boxes = false; // whether views say where elements are
  const view = () => {
    number();
    plain = plainDocument();
    const out = [];
    let run = '';
    const flush = r => { const t = squeeze(run); run = ''; if (t) out.push(['', r || 'text', t]); };
    const control = (el, r) => {
      flush();
      const e = [idOf(el), r, '', '', '', null];
      const state = [];
      if (r === 'slider') { e[2] = labelled(el); e[3] = String(el.value ?? el.getAttribute('aria-valuenow') ?? ''); }
      else if (r === 'file') { e[2] = labelled(el); e[3] = Array.from(el.files || [], f => f.name).join(', '); }
      else if (r === 'textbox') { e[2] = labelled(el); e[3] = el.value === undefined ? squeeze(el.textContent) : el.value; }
      else if (r === 'combobox' && el.options) {
        e[2] = labelled(el);
        e[5] = Array.from(el.options, o => squeeze(o.textContent));
        e[3] = el.selectedIndex >= 0 ? e[5][el.selectedIndex] : '';
      } else if (el.tagName === 'INPUT' && r === 'button') e[2] = squeeze(el.value || el.getAttribute('aria-label') || 'Submit');
      else if (el.tagName === 'INPUT') e[2] = labelled(el) || squeeze(el.value === 'on' ? '' : el.value);
      else e[2] = squeeze(el.getAttribute('aria-label') || textOf(el, r === 'clickable' && el) || el.getAttribute('title') || el.getAttribute('value'));
      if (r === 'clickable' && (!e[2] || SHAPES[el.tagName] && el.ownerSVGElement)) e[2] = looks(el) || icon(el);
      if (el.checked) state.push('checked');
      if (el.getAttribute('aria-selected') === 'true' || r === 'clickable' && el.classList.contains('selected')) state.push('selected');
      if (r === 'disclosure' && el.parentElement && el.parentElement.open) state.push('expanded');
      if (el.disabled || el.getAttribute('aria-disabled') === 'true') state.push('disabled');
      if (!plain && covered(el)) state.push('covered');
      e[4] = state.join(', ');
      if (boxes) e[6] = box(el);
      out.push(e);
    };
    const walk = n => {
      if (n.nodeType === 3) { run += n.data; return; }
      if (n.nodeType !== 1) return;
      const tag = n.tagName.toUpperCase();
      if (NEVER.has(tag) || plain && tag === 'SVG') return;
      if (tag === 'BR') { run += ' '; return; }
      const sel = skip();
      if ((sel && n.matches(sel)) || !shown(n)) return;
      let r = role(n);
      if (ACTS.has(r)) { control(n, r); return; }
      if (!plain && target(n)) { control(n, 'clickable'); inner(n); return; }
      if (SHAPES[n.tagName] && n.ownerSVGElement) {
        flush();
        if (ears.has(n.ownerSVGElement)) control(n, 'clickable');
        else if (n.tagName === 'text') run = squeeze(n.textContent);
        else if (n.ownerSVGElement.clientWidth >= 64) run = looks(n);
        flush(n.tagName === 'text' ? '' : 'graphic');
        return;
      }
      if (tag === 'INPUT') return;
      if (tag === 'LABEL') {
        const c = n.control;
        if (c) { if (n.contains(c)) { flush(); walkControls(n); } return; }
      }
      if (/^H[1-6]$/.test(tag)) { flush(); run = textOf(n); flush('heading'); return; }
      if (tag === 'TR' && !n.querySelector('a[href],button,input,select,textarea,summary')) {
        flush();
        run = Array.from(n.cells, c => squeeze(textOf(c))).join(' | ');
        flush('row'); return;
      }
      if (INLINE.has(tag) || tag === 'SLOT') { for (const c of kids(n)) walk(c); return; }
      flush();
      for (const c of kids(n)) walk(c);
      flush(tag === 'LI' ? 'listitem' : '');
    };
    // What listens in what listens is an element of its own.
    const inner = n => { for (const c of n.children) if (ears.has(c)) walk(c); else inner(c); };
    // Inside a label only the controls count: its text is their name.
    const walkControls = n => {
      for (const c of n.children) {
        const r = role(c);
        if (ACTS.has(r)) { if (shown(c)) control(c, r); } else walkControls(c);
      }
    };
    if (document.body) walk(document.body);
    flush();
    return { url: location.origin + location.pathname + location.search, title: document.title, plain, blocked: count(),
      extra: window.__gymExtra ? window.__gymExtra() : null, elements: out };
  };

  // The driver keeps the last view, and is sent what is between the elements at
  // its beginning and at its end that stayed as they were: to write and to read
  // a whole view costs more than to make it. seq counts the views, from a
  // number that is this document's own; have is the last that the driver got.
  let seq = clock.born, sent = [];
  // same says that nothing has changed, where a snapshot will be taken and the
  // elements asked for after it.
  const same = have => bids && have === seq ? JSON.stringify({ url: location.origin + location.pathname + location.search, title: document.title,
    plain: plainDocument(), blocked: count(), extra: window.__gymExtra ? window.__gymExtra() : null, seq: ++seq, head: sent.length, tail: 0, elements: [] }) : look(have);
  const look = have => {
    const v = view(), now = v.elements.map(e => JSON.stringify(e));
    let head = 0, tail = 0;
    if (have === seq) {
      const most = Math.min(now.length, sent.length);
      while (head < most && now[head] === sent[head]) head++;
      while (tail < most - head && now[now.length - 1 - tail] === sent[sent.length - 1 - tail]) tail++;
    }
    sent = now; seq++;
    v.seq = seq; v.head = head; v.tail = tail; v.elements = undefined;
    return JSON.stringify(v).slice(0, -1) + ',"elements":[' + now.slice(head, now.length - tail).join(',') + ']}';
  };

  // Where a page without scripts asks for another document (a link, a form),
  // soft is set and the request is handed to the driver, which asks the site
  // itself and writes the answer into this document: a real navigation costs
  // twenty times as much. With scripts in play the browser navigates.
  let soft = false, request = null;
  window.addEventListener('submit', e => {
    if (e.defaultPrevented) return;
    if (!soft || e.target.enctype === 'multipart/form-data') { pending = true; return; }
    e.preventDefault();
    const f = e.target, b = e.submitter;
    const of = (name, def) => (b && b.getAttribute('form' + name)) || f.getAttribute(name) || def;
    const lines = v => typeof v === 'string' ? v.replace(/\r\n?|\n/g, '\r\n') : '';
    const body = new URLSearchParams(Array.from(new FormData(f, b), ([k, v]) => [lines(k), lines(v)])).toString();
    const url = new URL(of('action', location.href), location.href);
    const here = url.origin + url.pathname;
    if (of('method', 'get').toLowerCase() === 'post') request = ['POST', here + url.search, body];
    else request = ['GET', here + (body ? '?' + body : ''), ''];
  });
  window.addEventListener('click', e => {
    const a = soft && !e.defaultPrevented && e.target.closest('a[href]');
    if (!a || !/^https?:$/.test(a.protocol)) return;
    e.preventDefault();
    const to = a.origin + a.pathname + a.search;
    if (a.hash && to === location.origin + location.pathname + location.search) return;
    request = ['GET', to, ''];
  });
  if (window.navigation) navigation.addEventListener('navigate', e => {
    if (e.hashChange || e.downloadRequest !== null || e.destination.sameDocument) return;
    const to = new URL(e.destination.url);
    if (to.protocol === 'http:' && (to.hostname === 'gym.test' || to.hostname.endsWith('.gym.test'))) pending = true;
    else if (e.cancelable) { e.preventDefault(); blocked++; } // it leads out of the task
  });
  // A new tab is the driver's to open.
  let opened = null;
  window.open = (url, name) => {
    if (url && name !== '_self') opened = String(new URL(url, location.href)); else if (url) location.href = url;
    return null;
  };
  window.addEventListener('click', e => {
    const a = !e.defaultPrevented && e.target.closest && e.target.closest('a[href][target]');
    if (a && a.target === '_blank' && !soft) { e.preventDefault(); opened = a.href; }
  });

  // renumber forgets all numbers, for an episode that begins without a new document.
  const renumber = () => { ids = new WeakMap(); byID.clear(); next = 0; };

  // write replaces the document by another one of the same site.
  const write = (path, text, start) => {
    const html = document.documentElement;
    for (const name of html.getAttributeNames()) html.removeAttribute(name);
    html.innerHTML = text; // half the cost of document.write
    if (path !== location.origin + location.pathname + location.search) history[start ? 'replaceState' : 'pushState'](null, '', path);
    renumber();
    window.scrollTo(0, 0);
    return look(0);
  };

  const set = (el, value) => {
    if (el.value === undefined) { el.textContent = value; return; }
    const proto = el.tagName === 'TEXTAREA' ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
    Object.getOwnPropertyDescriptor(proto, 'value').set.call(el, value);
  };
  // press does to an element what a mouse in its middle does. A page without
  // scripts hears only what HTML itself hears.
  const press = (el, kind) => {
    if (plainDocument()) {
      if (kind === 'hover') return;
      if (el.focus) el.focus({ preventScroll: true });
      if (el.click) el.click();
      if (kind === 'dblclick' && el.click) el.click();
      return;
    }
    const [x, y, w, h] = box(el), met = hit(x + w / 2, y + h / 2);
    if (met && within(met, el)) el = met;
    const o = { bubbles: true, cancelable: true, composed: true, view: el.ownerDocument.defaultView, button: 0, clientX: x + w / 2, clientY: y + h / 2 };
    for (const type of ['pointerover', 'pointermove']) el.dispatchEvent(new PointerEvent(type, o));
    for (const type of ['mouseover', 'mousemove']) el.dispatchEvent(new MouseEvent(type, o));
    if (kind === 'hover') return;
    for (let n = kind === 'dblclick' ? 2 : 1; n > 0; n--) {
      el.dispatchEvent(new PointerEvent('pointerdown', o));
      if (el.dispatchEvent(new MouseEvent('mousedown', o)) && el.focus) el.focus({ preventScroll: true });
      el.dispatchEvent(new PointerEvent('pointerup', o));
      el.dispatchEvent(new MouseEvent('mouseup', o));
      if (el.click) el.click(); else el.dispatchEvent(new MouseEvent('click', o));
    }
    if (kind === 'dblclick') el.dispatchEvent(new MouseEvent('dblclick', o));
  };
  const changed = el => {
    el.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
    el.dispatchEvent(new Event('change', { bubbles: true }));
  };

  // find is the element of a number, or what is wrong with it.
  const find = id => {
    const ref = byID.get(Number(id)), el = bids ? named(id) : ref && ref.deref();
    return el && el.isConnected ? el : null;
  };
  const gone = id => ({ mistake: `element ${id} is no longer there` });

  const STEP = 500, COME = 1000; // ms of page time after an action, and when a document has come
  // What an action gives: the view after it; {pending: true} when a new document
  // is on its way, {request} when the driver is to bring it, {opened} when it
  // is to open a tab, {mistake} when it could not be done.
  const result = () => {
    if (request) return { request };
    if (pending) return { pending: true };
    if (opened) { const url = opened; opened = null; return { opened: url }; }
    return null;
  };
  // after lets the page come to rest and says how things stand.
  const after = async (have, ms = STEP) => {
    if (!said) return '{"pending":true}'; // this document has only come; it will speak for itself
    if (!plainDocument()) {
      await clock.run(ms, () => pending);
      await rest();
    }
    const next = result();
    return next ? JSON.stringify(next) : same(have);
  };
  // rest ends the animations that style sheets began.
  const rest = async () => {
    const moving = document.getAnimations ? document.getAnimations() : [];
    for (const a of moving) { try { a.finish(); } catch { a.pause(); } }
    if (moving.length) await clock.turn();
  };
  let said = false; // whether the driver knows of this document
  const begin = maySoft => { pending = false; request = null; opened = null; soft = maySoft && plainDocument(); };

  // act does one action by script events.
  const act = (have, verb, id, text, maySoft) => {
    const el = find(id);
    if (!el) return JSON.stringify(gone(id));
    begin(maySoft);
    switch (verb) {
      case 'click': case 'dblclick': case 'hover': press(el, verb); break;
      case 'fill': case 'clear': el.focus({ preventScroll: true }); set(el, text); changed(el); break;
      case 'focus': el.focus({ preventScroll: true }); break;
      case 'upload_file': {
        const chosen = new DataTransfer();
        chosen.items.add(new File(['This is ' + text + '.'], text, { type: 'text/plain' }));
        el.files = chosen.files;
        changed(el); break;
      }
      case 'select_option': {
        el.focus({ preventScroll: true });
        const want = text.split('\n');
        for (const o of el.options) {
          const on = want.includes(squeeze(o.textContent));
          if (el.multiple) o.selected = on;
          else if (on) { el.value = o.value; o.selected = true; break; }
        }
        changed(el); break;
      }
    }
    if (!plainDocument()) return after(have);
    const next = result();
    return next ? JSON.stringify(next) : look(have);
  };

  // aim makes an element ready for trusted input: it is scrolled to, and its
  // middle is said, where nothing covers it.
  const aim = (id, how) => {
    const el = find(id);
    if (!el) return JSON.stringify(gone(id));
    begin(false);
    if (el.disabled) return JSON.stringify({ mistake: `element ${id} is disabled; it cannot be used now` });
    el.scrollIntoViewIfNeeded ? el.scrollIntoViewIfNeeded() : el.scrollIntoView({ block: 'center' });
    const [, , w, h] = box(el);
    if (w <= 0 || h <= 0) return JSON.stringify({ mistake: `element ${id} is not drawn; it cannot be reached` });
    const at = how === 'loose' ? spots(el)[0] : spots(el).find(([x, y]) => meets(el, x, y));
    if (!at) {
      const top = hit(...spots(el)[0]), name = squeeze(textOf(top)).slice(0, 40);
      number();
      return JSON.stringify({ mistake: `element ${id} is covered by [${idOf(top)}] ${name ? "'" + name + "'" : top.tagName.toLowerCase()}; deal with that first` });
    }
    if (how === 'text') {
      el.focus({ preventScroll: true });
      if (el.select) el.select(); else getSelection().selectAllChildren(el);
    }
    return JSON.stringify({ x: at[0], y: at[1], still: how === '' && !felt() });
  };

  const where = id => { const el = find(id); return JSON.stringify(el ? box(el) : []); };
  // frozen is the document as HTML with its controls as they are now.
  const frozen = () => {
    const now = document.documentElement.cloneNode(true), live = document.querySelectorAll('input,textarea,option');
    now.querySelectorAll('input,textarea,option').forEach((el, i) => {
      const from = live[i];
      if (el.tagName === 'TEXTAREA') el.textContent = from.value;
      else if (el.tagName === 'OPTION') el.toggleAttribute('selected', from.selected);
      else { el.setAttribute('value', from.value); el.toggleAttribute('checked', from.checked); }
    });
    const base = document.createElement('base');
    base.href = location.href;
    now.querySelector('head').prepend(base);
    return now.innerHTML;
  };
  const focus = id => { const el = find(id); begin(false); if (el) el.focus({ preventScroll: true }); return ''; };
  const ticked = id => { const el = find(id); return el && el.checked !== undefined ? String(el.checked) : ''; };
  const scroll = (have, dx, dy) => { begin(false); window.scrollBy(dx, dy); return after(have); };

  Object.defineProperty(window, '__gym', { value: Object.freeze({
    view: look, act, aim, where, frozen, after, focus, ticked, scroll, renumber, begin, write,
    show: (withBoxes, withBids) => { boxes = withBoxes; bids = withBids; return ''; },
  }) });
  const say = async () => {
    if (!window.__gymReady) return;
    const tell = window.__gymReady;
    if (!plainDocument()) { pending = false; await clock.run(COME, () => pending); await rest(); if (pending) return; }
    said = true;
    let first;
    try { first = look(0); } catch (e) { first = '!' + e.stack; }
    tell(first);
  };
  document.addEventListener('DOMContentLoaded', () => {
    if (plainDocument()) say(); else window.addEventListener('load', () => clock.turn().then(say));
  });
})();
