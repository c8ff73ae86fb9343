// What one turn of an episode shows.

export const $ = (selector) => document.querySelector(selector);

// make is an element with a class and a text.
export function make(name, className = "", text = "") {
  const el = document.createElement(name);
  if (className) el.className = className;
  if (text) el.textContent = text;
  return el;
}

const short = (x) => (x == null ? "not a number" : Number(x.toFixed(3)).toString().replace("-", "−"));

// signed is a number with its sign: +0.5, −1, 0.
export const signed = (x) => (x > 0 ? "+" : "") + short(x);

const total = (paid) => paid.reduce((sum, p) => sum + p.value, 0);

// show draws a turn, or the end where turn is the number of turns; go(turn) is
// called for a turn that is clicked on, picture(turn) asks for its picture.
export function show(ep, turn, go, picture) {
  $("#nothing").hidden = ep !== null;
  for (const id of ["head", "turns", "picture", "right"]) $("#" + id).hidden = ep === null;
  if (ep === null) return;
  const t = ep.turns[turn];
  const seen = t || ep.end;
  document.body.dataset.turn = turn;
  drawHead(ep);
  drawTurns(ep, turn, go);
  $("#note").textContent = seen.note ? "! " + seen.note : "";
  $("#text").textContent = seen.text || "";
  $("#elements").replaceChildren(...seen.elements.map(element));
  $("#elements .acted")?.scrollIntoView({ block: "nearest" });
  $("#goal").textContent = ep.goal;
  $("#hint").textContent = seen.hint || "";
  drawAction(t);
  drawPay(ep, t);
  drawSignals(t);
  drawPicture(ep, turn, picture);
  if (!$("#elements .acted")) $("#middle").scrollTop = 0;
}

function drawHead(ep) {
  const task = ep.task;
  $("#head h2").textContent = `${ep.env}/${task.scenario} ${task.level}`;
  const solved = ep.outcome >= 1;
  $("#head .badge").textContent = `${solved ? "solved" : "failed"} ${short(ep.outcome)}`;
  $("#head .badge").className = "badge " + (solved ? "good" : "bad");
  const more = [ep.key, `seed ${task.seed} (${task.split})`, ep.reason];
  if (task.hint) more.push(`hints ${task.hint}`);
  if (task.start) more.push(`begins after ${task.start.split("\n").length} actions`);
  $("#head .quiet").textContent = more.join(" · ");
}

function drawTurns(ep, turn, go) {
  const item = (i, text, sum) => {
    const li = make("li", sum > 0 ? "plus" : sum < 0 ? "minus" : "");
    const button = make("button", "", text);
    button.title = text;
    button.addEventListener("click", () => go(i));
    li.append(button);
    li.toggleAttribute("aria-current", i === turn);
    return li;
  };
  const items = ep.turns.map((t, i) => item(i, `${i + 1} ${t.action}`, t.paid ? total(t.paid) : 0));
  items.push(item(ep.turns.length, "end", 0));
  $("#turns").replaceChildren(...items);
  items[turn].scrollIntoView({ block: "nearest" });
}

function element(e) {
  const li = make("li", e.acted ? "acted" : "");
  const rest = make("span", "", e.name || "");
  const more = [];
  if (e.value) more.push(`= ${e.value}`);
  if (e.state) more.push(e.state);
  if (e.options) more.push(e.options.join(" | "));
  if (more.length) rest.append(make("span", "quiet", (e.name ? "  " : "") + more.join(" · ")));
  li.append(make("span", "id", e.id || ""), make("span", "quiet", e.role), rest);
  return li;
}

function drawAction(t) {
  for (const id of ["did", "prompt", "signals"]) $("#" + id).hidden = !t;
  if (!t) return;
  $("#action").textContent = t.action;
  $("#written").textContent = t.written ? "written: " + t.written : "";
  const sampled = t.tokens.filter((x) => x.sampled), read = t.tokens.filter((x) => !x.sampled);
  $("#did h3 .quiet").textContent = sampled.length ? `log-prob ${short(t.logprob)}, p ${percent(Math.exp(t.logprob))}, weights ${sampled[0].version || 0}` : "";
  $("#sampled").replaceChildren(...spans(sampled));
  $("#prompt").hidden = read.length === 0;
  $("#prompt h3 .quiet").textContent = `${read.length} tokens read in this turn`;
  $("#prompt .tokens").replaceChildren(...spans(read));
}

const percent = (p) => (p < 0.001 ? p.toExponential(1) : p < 0.1 ? (100 * p).toFixed(1) + " %" : Math.round(100 * p) + " %");
const special = (text) => /^ ?<[^<>]+> ?$/.test(text);

// spans are tokens one by one; a line begins where a special token follows a
// word.
function spans(tokens) {
  return tokens.flatMap((t, i) => {
    const span = make("span", t.sampled ? "sampled" : t.type ? "read typed" : "read", t.text);
    span.tabIndex = -1;
    if (t.sampled) span.style.setProperty("--p", Math.exp(t.logprob ?? 0));
    span.tip = tip(t);
    const fresh = !t.sampled && i > 0 && special(t.text) && !special(tokens[i - 1].text);
    return fresh ? [make("br"), span] : [span];
  });
}

function tip(t) {
  const head = `${t.text.trim() || "space"}  #${t.id}`;
  if (!t.sampled) return head + (t.type ? `\ntype ${t.type}` : "");
  const p = t.logprob === null ? "not a number" : percent(Math.exp(t.logprob ?? 0));
  let text = `${head}\np ${p}, log-prob ${short(t.logprob ?? 0)}`;
  if (t.allowed) text += `\n1 of ${t.allowed} allowed: ${t.among.map((a) => a.trim()).join("  ")}${t.allowed > t.among.length ? "  …" : ""}`;
  return text;
}

addEventListener("mouseover", (ev) => {
  const text = ev.target.tip;
  $("#tip").hidden = !text;
  if (!text) return;
  $("#tip").textContent = text;
  const at = ev.target.getBoundingClientRect(), size = $("#tip").getBoundingClientRect();
  $("#tip").style.left = Math.max(8, Math.min(at.left, innerWidth - size.width - 8)) + "px";
  $("#tip").style.top = (at.bottom + size.height + 12 > innerHeight ? at.top - size.height - 6 : at.bottom + 6) + "px";
});

// drawPay draws what the turn was paid, on the scale of the whole episode; at
// the end, what each reward paid in all turns together.
function drawPay(ep, t) {
  const all = ep.turns.flatMap((x) => x.paid || []);
  $("#pay").hidden = all.length === 0 && !ep.payError;
  $("#pay .note").textContent = ep.payError || "";
  let rows = t?.paid || [];
  if (!t) {
    const sums = new Map();
    for (const p of all) sums.set(p.name, (sums.get(p.name) || 0) + p.value);
    rows = [...sums].map(([name, value]) => ({ name, value }));
  }
  const scale = Math.max(...all.map((p) => Math.abs(p.value)), ...rows.map((p) => Math.abs(p.value)), 1e-9);
  $("#pay h3 .quiet").textContent = t ? `of this turn; the episode's is ${signed(total(all))}` : "of the episode";
  const lines = rows.map((p) => row(p.name, bar(p.value / scale), signed(p.value)));
  if (rows.length > 1) {
    const sum = row("sum", "", signed(total(rows)));
    sum.className = "sum";
    lines.push(sum);
  }
  $("#pay table").replaceChildren(...lines);
}

function bar(share) {
  const box = make("div", "bar"), fill = make("i", share < 0 ? "minus" : "plus");
  fill.style.width = 50 * Math.abs(share) + "%";
  box.append(fill);
  return box;
}

function row(...cells) {
  const tr = make("tr");
  for (const c of cells) {
    const td = make("td");
    td.append(c); // a string becomes text
    tr.append(td);
  }
  return tr;
}

function drawSignals(t) {
  if (!t) return;
  $("#signals").hidden = t.signals.length === 0;
  $("#signals table").replaceChildren(...t.signals.map((s) => row(s.name, "", short(s.value))));
}

// The picture is drawn by playing the episode again: who leafs through turns
// quickly asks for none of them.
const patience = 80; // ms that a turn must be looked at
let pictures = 0;

function drawPicture(ep, turn, picture) {
  const mine = ++pictures;
  $("#picture").hidden = !ep.pictures;
  if (!ep.pictures) return;
  const img = $("#picture img"), caption = $("#picture figcaption"), mark = $("#mark");
  mark.hidden = true;
  caption.textContent = img.src ? "" : "drawing …";
  setTimeout(async () => {
    if (mine !== pictures) return;
    let shown = null, wrong = "";
    try {
      shown = await picture(turn);
    } catch (err) {
      wrong = "no picture: " + err.message;
    }
    if (mine !== pictures) return;
    caption.textContent = wrong;
    $("#picture .frame").hidden = !shown;
    if (!shown) return img.removeAttribute("src");
    img.src = `data:${shown.type};base64,${shown.image}`;
    await img.decode().catch(() => (caption.textContent = "no picture: the image is damaged"));
    if (mine === pictures && shown.mark && img.naturalWidth) place(mark, shown.mark, img);
  }, patience);
}

function place(mark, box, img) {
  mark.style.left = (100 * box.x) / img.naturalWidth + "%";
  mark.style.top = (100 * box.y) / img.naturalHeight + "%";
  mark.style.width = (100 * box.w) / img.naturalWidth + "%";
  mark.style.height = (100 * box.h) / img.naturalHeight + "%";
  mark.hidden = false;
}
