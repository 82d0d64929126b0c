/* Where notes cluster: a strip beside the text on wide pages, numbered ticks where the notes leave the margin. */

import { ahead, visible } from "./item.js";
import { topOf } from "./layout.js";
import { open } from "./notes.js";
import { fill } from "./room.js";

const MOST = 4; // notes on a passage that the strip tells apart
const LEAST = 24; // px: the height of a link, however thin its passages are
const APART = 46; // px between two ticks

export function startStrip(room) {
  const nav = room.spread.querySelector(".strip");
  const seen = document.createElement("i");
  seen.className = "win";
  const bars = room.units.map((unit) => makeBar(room, unit));
  const links = [];
  let spots = []; // of each passage: where it begins and how high it is, in px of the strip
  let counts = []; // of notes on each passage
  let height = 0;
  let placed = "";
  let counted = -1;
  let changes = 0;
  const changed = () => (changes += 1);
  room.on("notes", changed);
  room.on("shown", changed);
  room.on("laid", () => {
    if (room.phone.matches) nav.replaceChildren();
    else drawStrip();
    drawTicks(room);
  });
  room.on("scrolled", (text) => drawWindow(seen, height, text));

  /* What is read of the page comes before what is written, or the browser lays the page out twice. */
  function drawStrip() {
    const now = `${room.layout} ${innerWidth} ${innerHeight}`;
    const anew = now !== placed || !nav.hasChildNodes();
    const text = anew ? room.text.getBoundingClientRect() : null;
    if (anew) {
      height = nav.clientHeight;
      const part = height / text.height;
      spots = room.units.map((unit) => unit.element.getBoundingClientRect()).map((r) => [(r.top - text.top) * part, r.height * part]);
      spots.forEach(([top, size], i) => {
        bars[i].style.setProperty("--y", `${top}px`);
        bars[i].style.setProperty("--h", `${size}px`);
      });
    }
    if (counted !== changes) counts = countNotes(room, bars);
    if (anew || counted !== changes) placeLinks();
    if (anew) {
      nav.replaceChildren(...bars, ...links, seen);
      drawWindow(seen, height, text);
    }
    placed = now;
    counted = changes;
  }

  /* Passages are thinner there than what can be pressed: a link leads to as many as lie under it. */
  function placeLinks() {
    const groups = groupsOf(counts, spots, height);
    while (links.length < groups.length) links.push(makeLink());
    for (const link of links.splice(groups.length)) link.remove();
    groups.forEach((group, k) => {
      links[k].group = group;
      links[k].style.setProperty("--y", `${group.top}px`);
      links[k].style.setProperty("--h", `${group.end - group.top}px`);
      const [first, last] = [group.units[0], group.units.at(-1)];
      const where = fill(room.words[first === last ? "passage" : "passages"], { n: first + 1, m: last + 1 });
      const label = `${where}: ${fill(room.words[group.n === 1 ? "notes_one" : "notes_many"], { n: group.n })}`;
      if (links[k].getAttribute("aria-label") !== label) links[k].setAttribute("aria-label", label);
      links[k].href = `#s-${room.units[first].section.key}`;
      if (nav.hasChildNodes() && !links[k].isConnected) seen.before(links[k]);
    });
  }

  function makeLink() {
    const link = document.createElement("a");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const { units } = link.group;
      const y = event.detail ? event.clientY - nav.getBoundingClientRect().top : -1; // of a key: the first
      const off = (i) => Math.abs(spots[i][0] + spots[i][1] / 2 - y);
      const unit = room.units[y < 0 ? units[0] : units.reduce((best, i) => (off(i) < off(best) ? i : best))];
      goTo(room, unit);
    });
    return link;
  }
}

/* A passage as it is drawn, with or without notes; a mouse goes there. */
function makeBar(room, unit) {
  const bar = Object.assign(document.createElement("i"), { className: "passage" });
  bar.addEventListener("click", () => goTo(room, unit));
  return bar;
}

function goTo(room, unit) {
  unit.element.scrollIntoView({ block: "center" });
  if (room.mayWrite) unit.button.focus({ preventScroll: true });
}

/* The passages with notes, those together that would lie under one link: { units, n, top, end }. */
function groupsOf(counts, spots, height) {
  const groups = [];
  counts.forEach((n, i) => {
    if (!n) return;
    const top = Math.min(spots[i][0], height - LEAST);
    const end = top + Math.max(LEAST, spots[i][1]);
    const last = groups.at(-1);
    if (!last || top >= last.end) groups.push({ units: [i], n, top, end });
    else Object.assign(last, { units: [...last.units, i], n: last.n + n, end: Math.max(last.end, spots[i][0] + spots[i][1]) });
  });
  return groups;
}

/* How many notes are on each passage. */
function countNotes(room, bars) {
  const counts = new Map();
  for (const item of [...visible(room), ...ahead(room)]) if (item.unit) counts.set(item.unit, (counts.get(item.unit) ?? 0) + 1);
  return room.units.map((unit, i) => {
    const n = counts.get(unit) ?? 0;
    const shown = String(Math.min(n, MOST));
    if (bars[i].dataset.n !== shown) {
      bars[i].dataset.n = shown;
      bars[i].style.setProperty("--n", shown);
    }
    return n;
  });
}

/* The part of the chapter that is in the window; in the midst of it its height stays, and nothing is laid out anew. */
function drawWindow(seen, height, text) {
  const from = Math.max(0, 56 - text.top) / text.height;
  const to = Math.min(1, (innerHeight - text.top) / text.height);
  seen.style.setProperty("translate", `0 ${from * height}px`);
  seen.style.setProperty("height", `${Math.round(Math.max(0, to - from) * height)}px`);
}

/* A tick stays the same element as long as the same note is its first: it may have the focus, or get it back. */
function drawTicks(room) {
  const old = new Map([...room.spread.querySelectorAll(".tick")].map((tick) => [tick.dataset.first, tick]));
  const groups = room.wide.matches || room.phone.matches ? [] : ticksOf(room);
  let last = null;
  for (const { y, items } of groups) {
    const first = items[0].id ?? items[0].data.place;
    const tick = old.get(first) ?? makeTick(room, first);
    old.delete(first);
    tick.style.setProperty("top", `${y}px`);
    tick.setAttribute("aria-expanded", items.includes(room.active));
    tick.setAttribute("aria-label", fill(room.words[items.length === 1 ? "here_one" : "here_many"], { n: items.length }));
    tick.firstChild.textContent = items.length;
    if (!last && !tick.isConnected) room.spread.append(tick);
    else if (last && last.nextSibling !== tick) last.after(tick);
    last = tick;
  }
  for (const tick of old.values()) tick.remove();
}

/* The notes that are too close to one another for a tick each, together. */
function ticksOf(room) {
  const spread = room.spread.getBoundingClientRect();
  const groups = [];
  for (const item of visible(room)) {
    const y = topOf(room, item) - spread.top - 8;
    if (groups.length && y - groups.at(-1).y < APART) groups.at(-1).items.push(item);
    else groups.push({ y, items: [item] });
  }
  return groups;
}

function makeTick(room, first) {
  const tick = document.createElement("button");
  tick.type = "button";
  tick.className = "tick";
  tick.dataset.first = first;
  tick.append(document.createElement("span"));
  tick.addEventListener("click", () => {
    const item = room.items.find(({ id, data }) => (id ?? data.place) === first);
    if (item) open(room, item, { focus: true });
  });
  return tick;
}
