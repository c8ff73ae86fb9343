// The page's time and chance, in the driver's hands. A document's clock stands
// still while the agent thinks; when it has acted, the driver lets it run for a
// while, which takes no longer than the work that falls due. So a slow machine
// gives the same episode as a fast one, and nobody waits for an animation.
// Timers, Date, performance.now, animation frames and Math.random are set to
// it, in frames of the same site too, which share the clock of the top.
(() => {
  if (window.__gymClock) return;
  let above = null;
  try { above = window !== window.top && window.top.__gymClock; } catch { /* a frame of another site has its own */ }
  const real = { MessageChannel, setTimeout: window.setTimeout.bind(window), frame: window.requestAnimationFrame.bind(window), Date };
  const clock = above || (() => {
    const START = Date.UTC(2031, 4, 12, 9, 0, 0), FRAME = 1000 / 60, CALLS = 20000;
    const timers = new Map(); // number -> { at, seq, every, f, args, nest }
    let now = 0, seq = 0, net = 0, wake = null, nest = 0;
    const channel = new real.MessageChannel(), turns = [];
    channel.port1.onmessage = () => turns.shift()();
    const c = {
      born: Math.round((performance.timeOrigin + performance.now()) * 1000), // real time: no other document has the same
      now: () => now,
      date: () => START + Math.floor(now),
      add(f, delay, every, args) {
        delay = Math.max(Number(delay) || 0, nest > 5 ? 4 : 0); // HTML, timer initialization steps
        timers.set(++seq, { at: now + delay, seq, every: every ? Math.max(delay, 1) : 0, f, args, nest: nest + 1 });
        return seq;
      },
      frame(f) {
        const at = (Math.floor(now / FRAME + 1e-6) + 1) * FRAME;
        timers.set(++seq, { at, seq, every: 0, f, args: null, nest: 0 });
        return seq;
      },
      clear(id) { timers.delete(id); },
      // A request is on its way; the returned function says that it is over.
      busy() {
        net++;
        let over = false;
        return () => { if (!over) { over = true; net--; if (wake) wake(); } };
      },
      // turn waits until all tasks and promises that are due have run.
      turn: () => new Promise(r => { turns.push(r); channel.port2.postMessage(0); }),
      // run lets ms of page time pass, and waits for requests, which take real
      // time. stop ends it early.
      async run(ms, stop) {
        const end = now + ms;
        for (let calls = 0; calls < CALLS && !stop(); calls++) {
          await c.turn();
          if (net > 0) {
            await new Promise(r => { wake = r; real.setTimeout(r, 250); });
            wake = null;
            continue;
          }
          let next = null;
          for (const t of timers.values()) if (!next || t.at < next.at || (t.at === next.at && t.seq < next.seq)) next = t;
          if (!next || next.at > end) break;
          now = Math.max(now, next.at);
          if (next.every) next.at = now + next.every; else timers.delete(next.seq);
          nest = next.nest;
          try { next.args ? next.f(...next.args) : next.f(now); } catch (e) { reportError(e); }
          nest = 0;
        }
        if (!stop()) now = Math.max(now, end);
      },
    };
    return c;
  })();
  Object.defineProperty(window, '__gymClock', { value: clock });

  const code = f => typeof f === 'function' ? f : () => window.eval(String(f));
  window.setTimeout = (f, ms, ...args) => clock.add(code(f), ms, false, args);
  window.setInterval = (f, ms, ...args) => clock.add(code(f), ms, true, args);
  window.clearTimeout = window.clearInterval = window.cancelAnimationFrame = window.cancelIdleCallback = id => clock.clear(id);
  window.requestAnimationFrame = f => clock.frame(f);
  window.requestIdleCallback = f => clock.add(() => f({ didTimeout: false, timeRemaining: () => 50 }), 1, false, []);
  performance.now = () => clock.now();
  Object.defineProperty(performance, 'timeOrigin', { value: Date.UTC(2031, 4, 12, 9, 0, 0) });
  Object.defineProperty(Event.prototype, 'timeStamp', { get: () => clock.now() });
  window.Date = class Date extends real.Date {
    constructor(...args) { args.length ? super(...args) : super(clock.date()); }
    static now() { return clock.date(); }
  };

  // Chance: mulberry32 (Ettinger 2017), begun from the address.
  let s = 2166136261;
  for (const ch of location.pathname + location.search) s = Math.imul(s ^ ch.charCodeAt(0), 16777619);
  const random = () => {
    s = (s + 0x6D2B79F5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  Math.random = random;
  if (window.crypto) {
    crypto.getRandomValues = a => { const b = new Uint8Array(a.buffer, a.byteOffset, a.byteLength); for (let i = 0; i < b.length; i++) b[i] = random() * 256; return a; };
    if (crypto.randomUUID) crypto.randomUUID = () => '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, d => (d ^ (random() * 16 >> (d / 4))).toString(16));
  }

  // What a settled page waits for beside its timers.
  const fetchReal = window.fetch;
  window.fetch = (...args) => { const over = clock.busy(); return fetchReal(...args).finally(over); };
  for (const read of ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text']) {
    for (const proto of [Response.prototype, Blob.prototype]) {
      const f = proto[read];
      if (f) proto[read] = function () { const over = clock.busy(); return f.call(this).finally(over); };
    }
  }
  for (const read of ['readAsText', 'readAsDataURL', 'readAsArrayBuffer', 'readAsBinaryString']) {
    const f = FileReader.prototype[read];
    FileReader.prototype[read] = function (...args) {
      const over = clock.busy();
      this.addEventListener('loadend', () => over());
      return f.apply(this, args);
    };
  }
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    const over = clock.busy();
    this.addEventListener('loadend', () => over());
    return send.call(this, body);
  };
  const PATIENCE = 2000; // real ms; what is taken away while it loads never says so
  const loads = el => el.src && (el.tagName === 'SCRIPT' || el.tagName === 'IFRAME' || el.tagName === 'IMG' && !el.complete && el.loading !== 'lazy');
  const expect = el => {
    const over = clock.busy();
    el.addEventListener('load', over); el.addEventListener('error', over);
    real.setTimeout(over, PATIENCE);
  };
  new MutationObserver(list => {
    if (document.readyState !== 'complete') return; // the document's own load event waits for these
    for (const m of list) for (const el of m.addedNodes) {
      if (el.nodeType !== 1) continue;
      if (loads(el)) expect(el);
      for (const e of el.querySelectorAll('img[src],iframe[src]')) if (loads(e)) expect(e);
    }
  }).observe(document, { childList: true, subtree: true });
})();
