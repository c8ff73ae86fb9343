// What every document runs before its own scripts: it numbers elements, reads
// the page as an agent sees it, acts, and says when the document is ready.
// The static driver's view.go computes the same view from HTML alone; the
// suite compares the two.
(() => {
  if (window.__gym || window !== window.top) return;
  let ids = new WeakMap();     // element -> number, kept while the element lives
  const byID = new Map();      // number -> WeakRef
  let next = 0, pending = false, blocked = 0;
  const HTML = 'http://www.w3.org/1999/xhtml';
  const skip = () => window.__gymSkip || '';
  const squeeze = s => (s || '').replace(/\s+/g, ' ').trim();

  // Every HTML element gets a number in document order, html is 0; those that
  // come later get the next free ones.
  const number = () => {
    for (const el of document.getElementsByTagName('*')) {
      if (el.namespaceURI === HTML && !ids.has(el)) { ids.set(el, next); byID.set(next, new WeakRef(el)); next++; }
    }
  };

  const INLINE = new Set(['SPAN', 'B', 'I', 'EM', 'STRONG', 'CODE', 'SMALL', 'U', 'SUB', 'SUP', 'MARK', 'BR', 'LABEL', 'KBD', 'TIME', 'ABBR']);
  const NEVER = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'SVG', 'CANVAS', 'OPTION', 'OPTGROUP']);
  const TEXTUAL = new Set(['text', 'password', 'search', 'email', 'tel', 'url', 'number', 'date', 'time', '']);

  const role = el => {
    const given = el.getAttribute('role');
    if (given) return given;
    switch (el.tagName) {
      case 'BUTTON': return 'button';
      case 'A': return el.hasAttribute('href') ? 'link' : '';
      case 'TEXTAREA': return 'textbox';
      case 'SELECT': return 'combobox';
      case 'SUMMARY': return 'disclosure';
      case 'INPUT': {
        const t = (el.getAttribute('type') || '').toLowerCase();
        if (t === 'checkbox' || t === 'radio') return t;
        if (t === 'submit' || t === 'button' || t === 'reset' || t === 'image') return 'button';
        return TEXTUAL.has(t) ? 'textbox' : '';
      }
    }
    return '';
  };
  const ACTS = new Set(['button', 'link', 'textbox', 'combobox', 'checkbox', 'radio', 'tab', 'disclosure', 'menuitem', 'option', 'switch', 'slider', 'spinbutton', 'clickable']);

  // A script's own click target: nothing HTML says so, but a person sees a hand.
  const hand = el => el.hasAttribute('onclick') ||
    (getComputedStyle(el).cursor === 'pointer' && (!el.parentElement || getComputedStyle(el.parentElement).cursor !== 'pointer'));

  const labelled = el => {
    const aria = el.getAttribute('aria-label');
    if (aria) return squeeze(aria);
    if (el.labels && el.labels.length) return squeeze(Array.from(el.labels, l => textOf(l)).join(' '));
    return squeeze(el.getAttribute('placeholder') || el.getAttribute('title') || '');
  };
  // The text of a node without that of the controls in it.
  const textOf = n => {
    if (n.nodeType === 3) return n.data;
    if (n.nodeType !== 1 || NEVER.has(n.tagName.toUpperCase()) || n.tagName === 'SELECT' || n.tagName === 'TEXTAREA') return '';
    let s = '';
    for (const c of n.childNodes) s += textOf(c);
    return INLINE.has(n.tagName) && n.tagName !== 'BR' ? s : ' ' + s + ' ';
  };

  const shown = el => el.checkVisibility({ visibilityProperty: true });

  const count = () => { const n = blocked; blocked = 0; return n; };
  const view = () => {
    number();
    const out = [];
    let run = '';
    const flush = r => { const t = squeeze(run); run = ''; if (t) out.push(['', r || 'text', t]); };
    const control = (el, r) => {
      flush();
      const e = [String(ids.get(el)), r, '', '', '', null];
      const state = [];
      if (r === 'textbox') { e[2] = labelled(el); e[3] = el.value === undefined ? squeeze(el.textContent) : el.value; }
      else if (r === 'combobox' && el.options) {
        e[2] = labelled(el);
        e[5] = Array.from(el.options, o => squeeze(o.textContent));
        e[3] = el.selectedIndex >= 0 ? e[5][el.selectedIndex] : '';
      } else if (el.tagName === 'INPUT' && r === 'button') e[2] = squeeze(el.value || el.getAttribute('aria-label') || 'Submit');
      else if (el.tagName === 'INPUT') e[2] = labelled(el) || squeeze(el.value === 'on' ? '' : el.value);
      else e[2] = squeeze(el.getAttribute('aria-label') || textOf(el) || el.getAttribute('title') || el.getAttribute('value'));
      if (el.checked) state.push('checked');
      if (el.getAttribute('aria-selected') === 'true') state.push('selected');
      if (r === 'disclosure' && el.parentElement && el.parentElement.open) state.push('expanded');
      if (el.disabled) state.push('disabled');
      e[4] = state.join(' ');
      out.push(e);
    };
    const walk = n => {
      if (n.nodeType === 3) { run += n.data; return; }
      if (n.nodeType !== 1) return;
      const tag = n.tagName.toUpperCase();
      if (NEVER.has(tag)) return;
      if (tag === 'BR') { run += ' '; return; }
      const sel = skip();
      if ((sel && n.matches(sel)) || !shown(n)) return;
      let r = role(n);
      if (ACTS.has(r)) { control(n, r); return; }
      if (window.__gymHands && tag !== 'BODY' && tag !== 'HTML' && hand(n) && !n.querySelector('a[href],button,input,select,textarea')) {
        control(n, 'clickable'); return;
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
      if (INLINE.has(tag)) { for (const c of n.childNodes) walk(c); return; }
      flush();
      for (const c of n.childNodes) walk(c);
      flush(tag === 'LI' ? 'listitem' : '');
    };
    // Inside a label only the controls count: its text is their name.
    const walkControls = n => {
      for (const c of n.children) {
        const r = role(c);
        if (ACTS.has(r)) { if (shown(c)) control(c, r); } else walkControls(c);
      }
    };
    if (document.body) walk(document.body);
    flush();
    return { url: location.origin + location.pathname + location.search, title: document.title, plain: document.scripts.length === 0, blocked: count(),
      extra: window.__gymExtra ? window.__gymExtra() : null, elements: out };
  };

  // Where a page without scripts asks for another document (a link, a form),
  // soft is set and the request is handed to the driver, which asks the site
  // itself and writes the answer into this document: a real navigation costs
  // twenty times as much. With scripts in play the browser navigates.
  let soft = false, request = null;
  window.addEventListener('submit', e => {
    if (e.defaultPrevented) return;
    if (!soft) { pending = true; return; }
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
  window.alert = () => {}; window.confirm = () => true; window.prompt = () => null;

  // renumber forgets all numbers, for an episode that begins without a new document.
  const renumber = () => { ids = new WeakMap(); byID.clear(); next = 0; };

  // write replaces the document by another one of the same site.
  const write = (path, text, start) => {
    document.documentElement.innerHTML = text; // half the cost of document.write
    if (path !== location.origin + location.pathname + location.search) history[start ? 'replaceState' : 'pushState'](null, '', path);
    renumber();
    window.scrollTo(0, 0);
    return view();
  };

  const set = (el, value) => {
    const proto = el.tagName === 'TEXTAREA' ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype;
    Object.getOwnPropertyDescriptor(proto, 'value').set.call(el, value);
  };
  const press = el => {
    const o = { bubbles: true, cancelable: true, view: window, button: 0 };
    el.dispatchEvent(new PointerEvent('pointerdown', o));
    if (el.dispatchEvent(new MouseEvent('mousedown', o)) && el.focus) el.focus({ preventScroll: true });
    el.dispatchEvent(new PointerEvent('pointerup', o));
    el.dispatchEvent(new MouseEvent('mouseup', o));
    el.click();
  };
  const changed = el => {
    el.dispatchEvent(new Event('input', { bubbles: true }));
    el.dispatchEvent(new Event('change', { bubbles: true }));
  };

  // act does one action and returns the view after it; {pending: true} when a
  // new document is on its way, {request} when the driver is to bring it.
  const act = (verb, id, text, maySoft) => {
    const ref = byID.get(id), el = ref && ref.deref();
    if (!el || !el.isConnected) return { gone: true };
    pending = false; request = null; soft = maySoft && document.scripts.length === 0;
    switch (verb) {
      case 'click': press(el); break;
      case 'fill': el.focus({ preventScroll: true }); set(el, text); changed(el); break;
      case 'select_option': {
        el.focus({ preventScroll: true });
        for (const o of el.options) if (squeeze(o.textContent) === text) { el.value = o.value; o.selected = true; break; }
        changed(el); break;
      }
    }
    if (request) return { request };
    if (pending) return { pending: true };
    return view();
  };

  Object.defineProperty(window, '__gym', { value: Object.freeze({ view, act, write, renumber }) });
  const say = () => { if (window.__gymReady) window.__gymReady(JSON.stringify(view())); };
  document.addEventListener('DOMContentLoaded', () => {
    if (document.scripts.length === 0) say(); else window.addEventListener('load', () => setTimeout(say, 0));
  });
})();
