/* The notes beside the text: which there are, in the order of the text, which is open, where each stands. */

import { placeAround } from "../../lib/placing.js";
import { diffWords } from "../../lib/worddiff.js";
import { fill } from "./room.js";

const GAP = 6; // px between notes
const OPEN_WEIGHT = 1_000_000;

/** Where a note stands: its section, offsets, DOM range, and whether it is on a whole passage or section. */
function locate(room, data) {
  const section = room.byText.get(data.text);
  if (!section) return { order: -1, at: 0 };
  const number = (value) => (value === undefined ? null : Number(value));
  const [start, end, near] = [number(data.start), number(data.end), number(data.near)];
  if (start === null) {
    const at = near ?? 0;
    const unit = room.units.findLast((u) => u.section === section && u.start <= at) ?? null;
    return { order: section.order, at, section, unit, range: null, wholeSection: near === null };
  }
  const unit = room.units.findLast((u) => u.section === section && u.start <= start) ?? null;
  const whole = unit !== null && unit.start === start && unit.end === end;
  return { order: section.order, at: start, end, section, unit, range: section.index.range(start, end), whole };
}

/** Reads the list again, sorts it by place, puts the DOM in the same order. */
export function collect(room) {
  const before = new Map(room.items.map((item) => [item.element, item]));
  room.items = [...room.list.querySelectorAll(":scope > .note")].map((element) => {
    const known = before.get(element);
    return Object.assign(known ?? { element, id: element.dataset.id ?? null }, locate(room, element.dataset));
  });
  room.items.sort((a, b) => a.order - b.order || a.at - b.at || (a.end ?? 0) - (b.end ?? 0) || (a.id ?? 1e12) - (b.id ?? 1e12));
  let last = room.list.querySelector(".sheetbar");
  for (const item of room.items) {
    if (last.nextElementSibling !== item.element) last.after(item.element);
    last = item.element;
    drawSuggestion(item.element);
  }
  if (room.active && !room.items.includes(room.active)) room.active = null;
  count(room);
  room.tell("notes");
}

/* The server writes old and new words whole; with script the words that differ are shown. */
function drawSuggestion(element) {
  for (const shown of element.querySelectorAll(".sugg:not([data-drawn])")) {
    const old = shown.querySelector("del");
    const next = shown.querySelector("ins");
    if (!old || !next) continue;
    const label = shown.querySelector(".vh");
    shown.replaceChildren(...(label ? [label] : []), ...diffNodes(old.textContent, next.textContent));
    shown.dataset.drawn = "1";
  }
}

/** Text, <del> and <ins> nodes that show what changed. */
export function diffNodes(before, after) {
  return diffWords(before, after).map(({ op, text }) => {
    if (op === "same") return document.createTextNode(text);
    const node = document.createElement(op);
    node.textContent = text;
    return node;
  });
}

export const visible = (room) => room.items.filter((item) => !item.element.hidden);

/** The top of a note's words in the window, in px. */
export function topOf(room, item) {
  if (item.range) return (item.range.getClientRects()[0] ?? item.range.getBoundingClientRect()).top;
  if (item.unit) return item.unit.element.getBoundingClientRect().top;
  if (item.section) return item.section.element.getBoundingClientRect().top;
  return room.text.getBoundingClientRect().top;
}

/** Puts every note level with its words, and draws the line from the open one. */
export function layOut(room) {
  if (room.wide.matches) {
    const margin = room.margin.getBoundingClientRect();
    const shown = visible(room);
    const wanted = shown.map((item) => ({
      want: topOf(room, item) - margin.top - 9,
      height: item.element.offsetHeight,
      weight: item === room.active ? OPEN_WEIGHT : 1,
    }));
    const head = room.margin.querySelector(".mhead").offsetHeight;
    const tops = placeAround(wanted, GAP, head, shown.indexOf(room.active));
    shown.forEach((item, i) => {
      item.element.classList.toggle("aside", tops[i] === null);
      if (tops[i] === null) return;
      item.top = tops[i];
      item.element.style.setProperty("--y", `${tops[i]}px`);
    });
    const last = tops.length - 1;
    room.list.style.setProperty("--need", last < 0 ? "0px" : `${tops[last] + wanted[last].height - head}px`);
  }
  drawWire(room);
  room.tell("laid");
}

function drawWire(room) {
  const path = room.spread.querySelector(".wire path");
  const item = room.active;
  const rects = [...(item?.range?.getClientRects() ?? [])];
  const rect = rects.findLast((r) => r.bottom - rects[0].top < rects[0].height * 1.5);
  if (!room.wide.matches || !rect || item.element.hidden) return path.setAttribute("d", "");
  const spread = room.spread.getBoundingClientRect();
  const text = room.text.getBoundingClientRect();
  const margin = room.margin.getBoundingClientRect();
  const rtl = getComputedStyle(room.spread).direction === "rtl";
  const from = (rtl ? rect.left : rect.right) - spread.left;
  const edge = (rtl ? text.left - 8 : text.right + 8) - spread.left;
  const to = (rtl ? margin.right : margin.left) - spread.left;
  const y1 = rect.bottom - spread.top + 1;
  const y2 = item.top + margin.top - spread.top + 20;
  path.setAttribute("d", `M${from} ${y1}H${edge}L${rtl ? to + 6 : to - 6} ${y2}H${to}`);
}

/* What had the focus before a note opened, and gets it back when the note closes. */
function openerOf(item, before) {
  const at = document.activeElement;
  if (at && at !== document.body && !at.closest(".notes, .marker")) return at;
  return item.opener ?? before?.opener ?? null;
}

/** Opens a note (null closes the open one); `scroll` brings its words into view. */
export function open(room, item, { scroll = true, focus = false } = {}) {
  const before = room.active;
  if (item) item.opener = openerOf(item, before);
  if (before && before !== item) {
    before.element.classList.remove("on");
    before.element.querySelector(".open")?.setAttribute("aria-expanded", "false");
  }
  room.active = item;
  if (item) {
    item.element.classList.add("on");
    item.element.querySelector(".open")?.setAttribute("aria-expanded", "true");
  }
  room.tell("open", { item, before });
  room.list.classList.toggle("up", Boolean(item) && !room.wide.matches);
  if (item) {
    const shown = visible(room);
    const n = shown.indexOf(item) + 1;
    room.list.querySelector(".sheetbar b").textContent = fill(room.words.note_of, { n, m: shown.length });
    if (scroll) reveal(room, item);
  }
  layOut(room);
  if (item?.element.classList.contains("draft")) bringIn(room, item.element);
  if (focus && item) (item.element.querySelector(".open") ?? item.element.querySelector("textarea"))?.focus({ preventScroll: true });
}

/* A composer stands whole in the window where it can. */
function bringIn(room, element) {
  if (!room.wide.matches) return;
  const margin = room.margin.getBoundingClientRect().top;
  const top = margin + Number.parseFloat(element.style.getPropertyValue("--y"));
  const over = top + element.offsetHeight - innerHeight + 12;
  if (over > 0) scrollBy({ top: Math.min(over, top - 80) });
}

function reveal(room, item) {
  const top = topOf(room, item);
  const space = room.wide.matches ? innerHeight : innerHeight - room.list.offsetHeight;
  if (top < 90 || top > space - 40) scrollBy({ top: top - (room.wide.matches ? innerHeight * 0.38 : Math.max(90, space * 0.4)) });
}

/** Opens the next (1) or previous (-1) note. */
export function step(room, by) {
  const shown = visible(room);
  if (!shown.length) return;
  const at = shown.indexOf(room.active);
  const next = at < 0 ? (by > 0 ? 0 : shown.length - 1) : (at + by + shown.length) % shown.length;
  open(room, shown[next], { focus: true });
}

/** Puts the HTML of a note as it stands now in the place of what it was, or adds it; gives its item. */
export function put(room, html, instead = null) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const element = template.content.querySelector(".note");
  const old = instead?.isConnected ? instead : room.list.querySelector(`#${element.id}`);
  const opener = room.items.find((item) => item.element === old)?.opener;
  if (old) old.replaceWith(element);
  else room.list.append(element);
  collect(room);
  return Object.assign(room.items.find((item) => item.element === element), { opener });
}

/** Takes a note out of the list. */
export function drop(room, element) {
  element.remove();
  collect(room);
}

/** Shows the notes of one kind: all, discipline, mine, open, none. */
export function filter(room, value) {
  const own = new Set(room.data.own.split(" ").filter(Boolean));
  for (const { element } of room.items) {
    const data = element.dataset;
    const shown = {
      all: true,
      discipline: own.has(data.discipline),
      mine: data.mine === "1",
      open: data.status === "open",
      none: false,
    }[value];
    element.hidden = !(shown || element.classList.contains("draft"));
  }
  room.shows = value;
  count(room);
  if (room.active?.element.hidden) open(room, null);
  room.tell("shown");
  layOut(room);
}

/* How many notes show, in the head of the margin and in the bar of a phone; what to say where there are none. */
function count(room) {
  const n = visible(room).filter((item) => !item.element.classList.contains("draft")).length;
  const sentence = fill(room.words[n === 1 ? "notes_one" : "notes_many"], { n });
  room.margin.querySelector("[data-count]").textContent = sentence;
  const short = document.querySelector("[data-count-short]");
  if (short) short.textContent = sentence;
  const empty = room.margin.querySelector("[data-empty]");
  empty.hidden = n > 0 || room.shows === "none" || room.items.length > n;
  const nothing = room.margin.querySelector("[data-nothing]");
  nothing.hidden = n > 0 || room.shows === "none" || room.items.length === 0;
}
