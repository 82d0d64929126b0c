/* What the parts of the reading room share: its elements, its sections and their indexes, its notes. */

import { indexSection } from "../../lib/offsets.js";
import { keeper } from "../../lib/keeper.js";
import { store, unsentOf } from "../../lib/outbox.js";

const UNITS = "p, h2, h3, h4, h5, h6, li, dt, dd, pre, tr, figcaption";

/** One passage that can be noted as a whole: `start` and `end` in code points of its section's text. */
function unitsOf(section, indexOf) {
  const found = [];
  for (const element of section.element.querySelectorAll(UNITS)) {
    const blocks = element.matches("[data-b]") ? [element] : [...element.querySelectorAll(":scope > [data-b]")];
    if (!blocks.length || element.closest(".footnotes")) continue;
    const start = Number(blocks[0].dataset.b);
    const range = document.createRange();
    range.setStartBefore(blocks[0]);
    range.setEndAfter(blocks.at(-1));
    const words = range.toString();
    const end = start + [...words.trimEnd()].length;
    if (end > start) found.push({ element, section, start, end, order: indexOf, words: words.trim() });
  }
  return found;
}

/** Makes the room of `[data-module=reading-room]`. */
export function makeRoom(element) {
  const find = (selector) => document.querySelector(selector);
  const sections = [...element.querySelectorAll("section.sec")].map((root, order) => ({
    element: root,
    order,
    textId: root.dataset.textId,
    key: root.dataset.key,
    index: indexSection(root),
    reindex: () => indexSection(root),
  }));
  const room = {
    element,
    data: element.dataset,
    words: JSON.parse(find("#room-words").textContent),
    text: find("#text"),
    spread: find(".spread"),
    margin: find(".margin"),
    list: find(".notes"),
    sections,
    byText: new Map(sections.map((section) => [section.textId, section])),
    byKey: new Map(sections.map((section) => [section.key, section])),
    store,
    mayWrite: element.dataset.mayWrite === "1",
    wide: matchMedia("(min-width:1280px)"),
    phone: matchMedia("(max-width:719px)"),
    items: [],
    ahead: [], // of notes whose cards are still to come: their places
    layout: 0, // another number once the text may be laid out differently
    active: null,
    listeners: new Map(),
  };
  /* What is unsent here, of the server and of this browser; promised, since the server is asked for it. */
  room.unsent = unsentOf(room.data.unsentListUrl, room.data.unsentUrl);
  /** A keeper of what is typed in the composer `place`; `more` as in lib/keeper.js. */
  room.keeper = (place, content, more) => keeper({ url: room.data.unsentUrl, place, content, ...more });
  for (const section of sections) section.units = unitsOf(section, section.order);
  room.units = sections.flatMap((section) => section.units);
  /** Says that something happened: "notes" (set or places changed), "came" (the list of a crowd), "open" (another note is
      open), "scrolled" (the page, with the text's place in the window). */
  room.tell = (what, detail) => (room.listeners.get(what) ?? []).forEach((listener) => listener(detail));
  room.on = (what, listener) => room.listeners.set(what, [...(room.listeners.get(what) ?? []), listener]);
  return room;
}

/** `text` with %n, %m and %t put in. */
export function fill(text, { n = "", m = "", t = "" } = {}) {
  return text.replaceAll("%n", n).replaceAll("%m", m).replaceAll("%t", t);
}

/** `sentence` in the bar of a phone, its %n in bold. */
export function tellInBar(element, sentence, n) {
  const [before, after] = sentence.split("%n");
  element?.replaceChildren(before, Object.assign(document.createElement("b"), { textContent: n }), after);
}

const toast = () => document.querySelector(".toast");
let hide;

/** A short sentence at the foot of the page, with what can be done about it: { label, act, undoes }. It stays while it
    is pointed at or has the focus; what `undoes` can be done by Z as well. */
export function say(sentence, ...actions) {
  const box = toast();
  clearTimeout(hide);
  box.textContent = sentence;
  box.hidden = false;
  for (const action of actions) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn small";
    button.textContent = action.label;
    if (action.undoes) button.dataset.undo = "1";
    button.addEventListener("click", () => {
      box.hidden = true;
      action.act();
    });
    box.append(button);
  }
  hideAfter(box, actions.length ? 9000 : 4000);
}

function hideAfter(box, ms) {
  hide = setTimeout(() => (box.matches(":hover, :focus-within") ? hideAfter(box, 1000) : (box.hidden = true)), ms);
}

/** Says `question` and puts the focus on its answer { label, act }; Escape gives it back. */
export function ask(question, answer) {
  const before = document.activeElement;
  say(question, answer);
  const button = toast().querySelector("button");
  button.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    toast().hidden = true;
    giveFocus(before);
  });
  button.focus({ preventScroll: true });
}

/** Focuses `element` where it can be seen, else the chapter: a keyboard never falls back to the top of the page. */
export function giveFocus(element) {
  const seen = element?.isConnected && element.checkVisibility({ visibilityProperty: true });
  (seen ? element : document.querySelector("#main")).focus({ preventScroll: true });
}

/** Whether the focus is in a field. */
export const isWriting = () => document.activeElement.matches("textarea, input, select");

/** The icon `name`, as an element. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.querySelector("[data-icons]").dataset.icons}#i-${name}`);
  svg.append(use);
  return svg;
}
