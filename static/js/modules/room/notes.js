/* The notes beside the text: which there are, in the order of the text, which is open, where each stands. */

import { diffWords } from "../../lib/worddiff.js";
import { Item, itemById, itemOf, visible } from "./item.js";
import { draw, layOut, topOf } from "./layout.js";
import { fill, tellInBar } from "./room.js";

export { visible };

const BLANK = { y: undefined, end: undefined, section: null, unit: null, range: null, whole: false, wholeSection: false };

/** Where a note stands: its section, offsets, StaticRange, and whether it is on a whole passage or section. */
export function locate(room, data) {
  const section = room.byText.get(data.text);
  if (!section) return { order: -1, at: 0 };
  const number = (value) => (value === undefined ? null : Number(value));
  const [start, end, near] = [number(data.start), number(data.end), number(data.near)];
  if (start === null) {
    const at = near ?? 0;
    const unit = section.units.findLast((u) => u.start <= at) ?? null;
    return { order: section.order, at, section, unit, range: null, wholeSection: near === null };
  }
  const unit = section.units.findLast((u) => u.start <= start) ?? null;
  const whole = unit !== null && unit.start === start && unit.end === end;
  return { order: section.order, at: start, end, section, unit, range: section.index.staticRange(start, end), whole };
}

/** Takes in the cards that stand in the list now, sorts all notes by place, puts the cards in the same order. */
export function collect(room) {
  const before = new Map(room.items.map((item) => [item.made, item]));
  const standing = [...room.list.querySelectorAll(":scope > .note")].map(
    (element) => before.get(element) ?? new Item({ element }),
  );
  const undrawn = room.items.filter((item) => item.html && !item.drawn);
  room.items = [...standing, ...undrawn];
  for (const item of room.items) {
    if (item.index && item.index === item.section?.index) continue;
    Object.assign(item, BLANK, locate(room, item.data));
    item.index = item.section?.index;
  }
  room.items.sort((a, b) => a.order - b.order || a.at - b.at || (a.end ?? 0) - (b.end ?? 0) || (a.id ?? 1e12) - (b.id ?? 1e12));
  let last = room.list.querySelector(".sheetbar");
  for (const item of room.items) {
    if (!item.drawn) continue;
    if (last.nextElementSibling !== item.made) last.after(item.made);
    last = item.made;
  }
  drawSuggestions(room);
  if (room.active && !room.items.includes(room.active)) room.active = null;
  count(room);
  room.tell("notes");
}

/** The server writes old and new words whole; with script the words that differ are shown. */
export function drawSuggestions(room) {
  for (const shown of room.list.querySelectorAll(".sugg:not([data-drawn])")) {
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
  if (item) room.leading = item; // its words may not be in the window yet, and a field that is aside takes no focus
  if (item && !item.drawn) draw(room, new Set(room.items.filter((other) => other.drawn)));
  if (item) {
    item.element.classList.add("on");
    item.element.querySelector(".open")?.setAttribute("aria-expanded", "true");
  }
  room.tell("open", { item, before });
  room.list.classList.toggle("up", Boolean(item) && !room.wide.matches);
  if (item) {
    room.list.querySelector(".sheetbar b").textContent = whichOf(room, item);
    if (scroll) reveal(room, item);
  }
  layOut(room);
  if (item?.draft) bringIn(room, item.element);
  if (focus && item) (item.element.querySelector(".open") ?? item.element.querySelector("textarea"))?.focus({ preventScroll: true });
}

function whichOf(room, item) {
  if (item.draft) return room.words.new_note;
  const shown = visible(room).filter((other) => !other.draft);
  return fill(room.words.note_of, { n: shown.indexOf(item) + 1, m: shown.length });
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

/** Opens the next (1) or previous (-1) note; in a crowd the first is the one that leads those in sight. */
export function step(room, by) {
  const shown = visible(room);
  if (!shown.length) return;
  const at = shown.indexOf(room.active);
  const next = at < 0 ? (by > 0 ? Math.max(0, shown.indexOf(room.leading)) : shown.length - 1) : (at + by + shown.length) % shown.length;
  open(room, shown[next], { focus: true });
}

/** Puts the HTML of a note as it stands now in the place of what it was, or adds it; gives its item. */
export function put(room, html, instead = null) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const element = template.content.querySelector(".note");
  const item = new Item({ element, html: room.crowded ? element.outerHTML : null });
  const known = itemById(room, item.id); // it may have come from others before the answer to what was sent here
  const old = itemOf(room, instead?.isConnected ? instead : null) ?? known;
  if (known !== old) known?.made?.remove();
  room.items = [...room.items.filter((other) => other !== old && other !== known), item];
  if (old?.drawn) old.made.replaceWith(element);
  else room.list.append(element);
  collect(room);
  return Object.assign(item, { opener: old?.opener });
}

const FORMS = ["form.edit", "[data-reply]", "[data-decide]"];

/** Puts the note that came with the answer to what was sent from `form` in the place of what it was; opens it and gives
 * it the focus, but not where its writer has gone on to something else meanwhile. */
export function putAnswer(room, html, instead = null, form = null) {
  const at = document.activeElement;
  const id = html.match(/data-id="(\d+)"/)?.[1];
  const old = itemOf(room, instead?.isConnected ? instead : null) ?? itemById(room, id);
  const inside = Boolean(old?.drawn && old.made.contains(at));
  const writes = at.matches("textarea, input, select") && !form?.contains(at);
  const { selectionStart, selectionEnd } = at;
  const here = old ? room.active === old || (inside && !writes) : !writes; // what was elsewhere comes here
  const item = put(room, html, instead);
  if (!here) return layOut(room);
  open(room, item, { scroll: false, focus: !writes && (!old || inside || at === document.body) });
  if (!inside || !writes) return;
  const of = FORMS.find((each) => at.form?.matches(each));
  const field = of && item.element.querySelector(`${of} [name=${at.name}]`);
  field?.focus({ preventScroll: true });
  field?.setSelectionRange?.(selectionStart, selectionEnd);
}

/** Takes a note out of the list: by its card, or by its id where its card may not be drawn. */
export function drop(room, element, id = element?.dataset.id) {
  const gone = itemOf(room, element) ?? itemById(room, id);
  room.items = room.items.filter((item) => item !== gone);
  (element ?? gone?.made)?.remove();
  collect(room);
}

/** Shows the notes of one kind: all, discipline, mine, open, none. */
export function filter(room, value) {
  const own = new Set(room.data.own.split(" ").filter(Boolean));
  for (const item of room.items) {
    const { data } = item;
    const shown = {
      all: true,
      discipline: own.has(data.discipline),
      mine: data.mine === "1",
      open: data.status === "open",
      none: false,
    }[value];
    item.hidden = !(shown || item.draft);
  }
  room.shows = value;
  count(room);
  if (room.active?.hidden) open(room, null);
  room.tell("shown");
  layOut(room);
}

/* How many notes show, in the head of the margin and in the bar of a phone; what to say where there are none. */
function count(room) {
  if (room.waiting) return; // the page says how many there will be
  const n = visible(room).filter((item) => !item.draft).length;
  const sentence = room.words[n === 1 ? "notes_one" : "notes_many"];
  room.margin.querySelector("[data-count]").textContent = fill(sentence, { n });
  tellInBar(document.querySelector("[data-count-short]"), sentence, n);
  const empty = room.margin.querySelector("[data-empty]");
  empty.hidden = n > 0 || room.shows === "none" || room.items.length > n;
  const nothing = room.margin.querySelector("[data-nothing]");
  nothing.hidden = n > 0 || room.shows === "none" || room.items.length === 0;
}
