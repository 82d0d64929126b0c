/* Where the notes stand beside the text, and in a crowd which of them are drawn: those near what is in the window. */

import { placeAround } from "../../lib/placing.js";
import { visible, wordsOf } from "./item.js";

const GAP = 6; // px between notes
const OPEN_WEIGHT = 1_000_000;
const GUESS = 96; // px: the height of a note while none was measured
const BAR = 90; // px at the head of the window where nothing is read
const AROUND = 0.6; // of a window, above and below what is seen, in which cards are drawn; more than crowd.js scrolls
const FIRST = 0.1; // the same for the cards that come in the first frame
const ROUNDS = 3; // of placing: what is drawn for the first time is higher or lower than was guessed

/** The top of a note's words in the window, in px; `text` is the text's. Asked of the browser once, until the text
    is laid out anew (`forgetPlaces`). */
export function topOf(room, item, text = room.text.getBoundingClientRect().top) {
  item.y ??= wordsTop(item, text) - text;
  return text + item.y;
}

function wordsTop(item, text) {
  const words = wordsOf(item);
  if (words) return (words.getClientRects()[0] ?? words.getBoundingClientRect()).top;
  const beside = item.unit?.element ?? item.section?.element;
  return beside ? beside.getBoundingClientRect().top : text;
}

/** To be called when the text may be laid out differently. */
export function forgetPlaces(room) {
  for (const item of room.items) item.y = undefined;
  room.layout += 1;
}

/** Puts every note level with its words, and draws the line from the open one; in a crowd cards are made within
    `around` of a window. */
export function layOut(room, around = AROUND) {
  const wire = wireEnds(room); // read before anything is written, or the browser lays the page out twice
  if (room.wide.matches) placeNotes(room, around);
  else if (room.crowded) draw(room, new Set());
  drawWire(room, wire);
  room.tell("laid");
}

function placeNotes(room, around) {
  const shown = visible(room);
  const text = room.text.getBoundingClientRect();
  const margin = room.margin.getBoundingClientRect().top;
  const head = room.margin.querySelector(".mhead").offsetHeight;
  const wanted = shown.map((item) => ({
    want: topOf(room, item, text.top) - margin - 9,
    height: 0,
    weight: item === room.active ? OPEN_WEIGHT : 1,
  }));
  let tops = [];
  let full = false;
  for (let round = 0; round < ROUNDS; round += 1) {
    measure(room, shown, wanted);
    full = room.crowded && wanted.reduce((sum, { height }) => sum + height + GAP, 0) > text.height;
    tops = placeAround(wanted, GAP, head, shown.indexOf(full ? levelNote(room, shown) : room.active));
    if (full) cutOff(tops, wanted, room.margin.clientHeight);
    if (full && holdsFocus(room.active)) tops = tops.map((top, i) => top ?? (shown[i] === room.active ? wanted[i].want : null));
    shown.forEach((item, i) => (item.top = tops[i]));
    if (!room.crowded) break;
    const kept = near(shown, wanted, margin, AROUND);
    if (!draw(room, around < AROUND ? near(shown, wanted, margin, around) : kept, kept)) break;
  }
  shown.forEach((item, i) => {
    if (!item.made) return;
    item.made.classList.toggle("aside", tops[i] === null);
    if (tops[i] !== null) item.made.style.setProperty("--y", `${tops[i]}px`);
  });
  const last = tops.length - 1;
  room.list.style.setProperty("--need", last < 0 || full ? "0px" : `${tops[last] + wanted[last].height - head}px`);
}

/* The heights of notes: as drawn, as they were drawn before, or what is usual here. */
function measure(room, shown, wanted) {
  const drawn = shown.filter((item) => item.drawn);
  for (const item of drawn) item.height = item.made.offsetHeight;
  const guess = drawn.length ? drawn.reduce((sum, { height }) => sum + height, 0) / drawn.length : GUESS;
  shown.forEach((item, i) => (wanted[i].height = item.height ?? guess));
}

/* In a margin that has no room for all its notes, one stands level with its words and the others follow it: the open
   one while it is in sight, else the one that leads. What is written in keeps its place out of sight, or would lose the
   focus. */
function levelNote(room, shown) {
  const { active } = room;
  const attended = active && (inWindow(room, active) || (holdsFocus(active) && cardInWindow(room, active)));
  if (attended) room.leading = active;
  else if (!shown.includes(room.leading)) room.leading = firstInWindow(room, shown);
  return room.leading;
}

const holdsFocus = (item) => Boolean(item?.made?.contains(document.activeElement));
const cardInWindow = (room, item) => topOf(room, item) + (item.height ?? 0) > BAR && topOf(room, item) < innerHeight;
const inWindow = (room, item) => topOf(room, item) > 0 && topOf(room, item) < innerHeight;

function firstInWindow(room, shown) {
  const text = room.text.getBoundingClientRect().top;
  return shown.find((item) => topOf(room, item, text) >= BAR) ?? shown.at(-1);
}

/* Notes for which there is no room down to `bottom` have no place. */
function cutOff(tops, wanted, bottom) {
  tops.forEach((top, i) => {
    if (top !== null && top + wanted[i].height > bottom) tops[i] = null;
  });
}

/* The notes in the window, and those within `around` of one above and below. */
function near(shown, wanted, margin, around) {
  const [from, to] = [-around * innerHeight - margin, (1 + around) * innerHeight - margin];
  return new Set(shown.filter(({ top }, i) => top !== null && top + wanted[i].height > from && top < to));
}

/**
 * Makes the cards of `wanted` stand in the page in their order and takes out those not in `kept`; what is open, being
 * written or has the focus stays. Whether there were new ones.
 */
export function draw(room, wanted, kept = wanted) {
  const total = visible(room).length;
  let last = room.list.querySelector(".sheetbar");
  let number = 0;
  let fresh = false;
  for (const item of room.items) {
    if (item.shown) number += 1;
    const stays = !item.html || item === room.active || item.made?.contains(document.activeElement);
    if (!stays && !kept.has(item) && item.drawn) item.undraw();
    if (!stays && !wanted.has(item) && !item.drawn) continue;
    if (!item.drawn) {
      last.after(item.element);
      fresh = true;
    }
    last = item.element;
    last.setAttribute("aria-posinset", number);
    last.setAttribute("aria-setsize", total);
  }
  if (fresh) room.tell("drawn");
  return fresh;
}

/** Draws the notes for where a crowded page has been scrolled to, those out of sight a frame later: whole anew only where
    the words of those in the window have left it. */
export function follow(room) {
  if (!room.crowded || !room.wide.matches) return;
  const margin = room.margin.getBoundingClientRect().top;
  const seen = visible(room).find((item) => item.drawn && item.top !== null && margin + item.top >= BAR);
  if (!seen || margin + seen.top > innerHeight || !inWindow(room, seen)) {
    room.leading = firstInWindow(room, visible(room));
  }
  layOut(room, FIRST);
  requestAnimationFrame(() => layOut(room));
}

/* Where the line from the open note begins at its words, where it bends and where it ends, in px of the spread. */
function wireEnds(room) {
  const rects = [...(wordsOf(room.active)?.getClientRects() ?? [])];
  const rect = rects.findLast((r) => r.bottom - rects[0].top < rects[0].height * 1.5);
  if (!room.wide.matches || !rect) return null;
  const spread = room.spread.getBoundingClientRect();
  const text = room.text.getBoundingClientRect();
  const margin = room.margin.getBoundingClientRect();
  const rtl = getComputedStyle(room.spread).direction === "rtl";
  return {
    from: (rtl ? rect.left : rect.right) - spread.left,
    edge: (rtl ? text.left - 8 : text.right + 8) - spread.left,
    to: (rtl ? margin.right : margin.left) - spread.left,
    gap: rtl ? 6 : -6,
    y: rect.bottom - spread.top + 1,
    margin: margin.top - spread.top,
  };
}

function drawWire(room, ends) {
  const path = room.spread.querySelector(".wire path");
  const item = room.active;
  if (!ends || !item || item.hidden || item.top === null) return path.setAttribute("d", "");
  const { from, edge, to, gap, y, margin } = ends;
  const end = item.top + margin + 20;
  path.setAttribute("d", `M${from} ${y}H${edge}L${to + gap} ${end}H${to}`);
}
