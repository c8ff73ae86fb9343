// The page's state, the list and the keyboard. What one turn shows is in
// turn.js. The server's words come from strange pages: they are only ever put
// on the screen as textContent.

import { $, make, show, signed } from "./turn.js";

const filters = ["scenario", "outcome", "folder", "min", "max", "step"];
const perPage = 100;
const pollEvery = 5000; // ms between looks for new episodes

const state = {
  filter: {},    // of the list, by name; what is not there is all
  offset: 0,     // of the list's page
  key: "",       // the episode that is shown
  turn: 0,       // of it; its last one is the end
  found: null,   // the list's page as /api/episodes gave it
  episode: null, // as /api/episode gave it
};

async function ask(path) {
  const reply = await fetch(path);
  if (!reply.ok) throw new Error((await reply.text()).trim());
  return reply.json();
}

// attempt runs what asks the server and says on the page what went wrong.
async function attempt(work) {
  try {
    await work();
    $("#failure").hidden = true;
  } catch (err) {
    $("#failure").textContent = err instanceof TypeError ? "gym view does not answer: is it still running?" : err.message;
    $("#failure").hidden = false;
  }
}

const url = (key) => key.split("/").map(encodeURIComponent).join("/");

// The address keeps the place.

function remember() {
  const q = new URLSearchParams();
  if (state.key) {
    q.set("episode", state.key);
    q.set("turn", state.turn + 1);
  }
  for (const name of filters) if (state.filter[name]) q.set(name, state.filter[name]);
  history.replaceState(null, "", "#" + q);
}

async function recall() {
  const q = new URLSearchParams(location.hash.slice(1));
  state.filter = {};
  for (const name of filters) if (q.get(name)) state.filter[name] = q.get(name);
  await list({ at: q.get("episode") || "" });
  const key = q.get("episode") || state.found.episodes[0]?.key;
  if (key) await open(key, Number(q.get("turn")) - 1 || 0);
  else show(null);
}

// The list.

let lists = 0; // answers to older questions are dropped

async function list({ offset = 0, at = "" }) {
  const mine = ++lists;
  const q = new URLSearchParams({ ...state.filter, offset, limit: perPage, at });
  const found = await ask("api/episodes?" + q);
  if (mine !== lists) return;
  const same = JSON.stringify(found) === JSON.stringify(state.found);
  state.found = found;
  state.offset = found.offset;
  if (!same) drawList();
  drawFilters();
}

function drawList() {
  const f = state.found;
  document.title = f.run + " – gym view";
  $("#run").textContent = f.run;
  $("#all").textContent = f.all.toLocaleString() + " episodes";
  $("#summary").textContent = `${f.total.toLocaleString()} shown, ${f.solved.toLocaleString()} solved` + (f.total ? ` (${Math.round(100 * f.solved / f.total)} %)` : "");
  $("#list").replaceChildren(...f.episodes.map(line));
  const last = f.offset + f.episodes.length;
  $("#pager").hidden = f.total <= f.episodes.length;
  $("#pager span").textContent = `${f.offset + 1}–${last} of ${f.total.toLocaleString()}`;
  $("#before").disabled = f.offset === 0;
  $("#after").disabled = last >= f.total;
  $("#damaged").hidden = f.damaged.length === 0;
  $("#damaged summary").textContent = `${f.damaged.length} damaged`;
  $("#damaged ul").replaceChildren(...f.damaged.map((d) => make("li", "", d)));
  pointOut(false);
}

function line(e) {
  const button = make("button");
  button.append(
    make("span", "", `${e.scenario} ${e.level}`),
    make("span", e.outcome >= 1 ? "good" : "bad", (e.outcome >= 1 ? "✓ " : "✗ ") + (e.outcome ?? 0).toFixed(2)),
    make("span", "quiet", `${e.key} · ${e.turns} turn${e.turns === 1 ? "" : "s"}`),
    make("span", "quiet", signed(e.reward)),
  );
  button.addEventListener("click", () => attempt(() => open(e.key)));
  const li = make("li");
  li.dataset.key = e.key;
  li.append(button);
  return li;
}

// pointOut marks the episode that is shown in the list.
function pointOut(scroll) {
  for (const li of $("#list").children) {
    const here = li.dataset.key === state.key;
    li.toggleAttribute("aria-current", here);
    if (here && scroll) li.scrollIntoView({ block: "nearest" });
  }
}

function drawFilters() {
  const form = $("#filters");
  const counted = (t) => [t.name, `${t.name} (${t.solved}/${t.count})`];
  choices(form.scenario, "all scenarios", state.found.scenarios.map(counted));
  choices(form.folder, "all folders", state.found.folders.map(counted));
  for (const name of filters) {
    if (form[name] !== document.activeElement) form[name].value = state.filter[name] || "";
  }
}

function choices(select, all, list) {
  const options = [["", all], ...list];
  if (select.dataset.is === JSON.stringify(options)) return;
  select.dataset.is = JSON.stringify(options);
  select.replaceChildren(...options.map(([value, text]) => Object.assign(make("option", "", text), { value })));
}

// filter changes what is listed; the first of the list is shown where the one
// at hand is no longer in it.
function filter(change) {
  return attempt(async () => {
    Object.assign(state.filter, change);
    for (const name of filters) if (!state.filter[name]) delete state.filter[name];
    await list({ at: state.key });
    const keys = state.found.episodes.map((e) => e.key);
    if (keys.length && !keys.includes(state.key)) await open(keys[0]);
    else remember();
  });
}

// The episode.

let opens = 0;

async function open(key, turn = 0) {
  const mine = ++opens;
  const episode = await ask("api/episode/" + url(key));
  if (mine !== opens) return;
  Object.assign(state, { key, episode });
  goTo(turn);
  pointOut(true);
}

function goTo(turn) {
  if (!state.episode) return;
  state.turn = Math.max(0, Math.min(turn, state.episode.turns.length));
  show(state.episode, state.turn, goTo, (t) => ask(`api/picture/${t}/${url(state.key)}`));
  remember();
}

// step goes to the next episode of the list (1) or the one before (-1).
function step(by) {
  return attempt(async () => {
    const at = state.found.episodes.findIndex((e) => e.key === state.key) + by;
    const offset = state.found.offset;
    if (at < 0 && offset > 0) await list({ offset: Math.max(0, offset - perPage) });
    else if (at >= state.found.episodes.length && offset + at < state.found.total) await list({ offset: offset + perPage });
    const page = state.found.episodes;
    const next = state.found.offset > offset ? page[0] : state.found.offset < offset ? page.at(-1) : page[at];
    if (next) await open(next.key);
  });
}

// The keyboard.

const keys = {
  j: () => goTo(state.turn + 1), ArrowDown: () => goTo(state.turn + 1), ArrowRight: () => goTo(state.turn + 1),
  k: () => goTo(state.turn - 1), ArrowUp: () => goTo(state.turn - 1), ArrowLeft: () => goTo(state.turn - 1),
  J: () => step(1), K: () => step(-1),
  Home: () => goTo(0), End: () => goTo(Infinity),
  f: () => filter({ outcome: state.filter.outcome === "failed" ? "" : "failed" }),
  "/": () => $("#filters").scenario.focus(),
  "?": () => $("#help").showModal(),
};
const shifted = { ArrowDown: "J", ArrowRight: "J", ArrowUp: "K", ArrowLeft: "K" };

addEventListener("keydown", (ev) => {
  const typing = ev.target.matches("input:not([type=radio]), select");
  if (ev.key === "Escape" && typing) return ev.target.blur();
  if (typing || ev.ctrlKey || ev.metaKey || ev.altKey || $("#help").open) return;
  const run = keys[(ev.shiftKey && shifted[ev.key]) || ev.key];
  if (!run) return;
  ev.preventDefault();
  run();
});

$("#keys").addEventListener("click", () => $("#help").showModal());
$("#help").addEventListener("click", (ev) => ev.target === $("#help") && $("#help").close());
$("#before").addEventListener("click", () => attempt(() => list({ offset: Math.max(0, state.offset - perPage) })));
$("#after").addEventListener("click", () => attempt(() => list({ offset: state.offset + perPage })));
$("#filters").addEventListener("submit", (ev) => ev.preventDefault());
$("#filters").addEventListener("change", (ev) => {
  filter({ [ev.target.name]: ev.target.value.trim() });
  if (ev.target.matches("select, [type=radio]")) ev.target.blur(); // so that keys turn pages again
});
addEventListener("hashchange", () => attempt(recall));
setInterval(() => document.hidden || attempt(() => list({ offset: state.offset })), pollEvery);
attempt(recall);
