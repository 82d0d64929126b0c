/* Notes of others as they come: put beside the text without moving what is read or taking what is typed. */

import { listen, listening } from "../../lib/live.js";
import { loseSession, renew } from "../../lib/renewing.js";
import { itemById } from "./item.js";
import { drop, filter, open, put } from "./notes.js";
import { fill, giveFocus } from "./room.js";

const TOGETHER = 200; // ms, at most, that what happens is gathered: not all pages ask in the same moment
const AGAIN = 6000; // ms, at most, until cards that did not come are asked for again
const AT_ONCE = 100; // cards in one request
const SHOWN = 30000; // ms that the line about new notes stands
const CONTROLS = "a[href], button, summary";

const stampOf = (item) => item.data.stamp ?? item.html?.match(/data-stamp="(\w+)"/)?.[1];

/* Whether someone writes in a card, or has written something there that is not sent. */
function isTyping(item) {
  if (!item.drawn) return false;
  const fields = [...item.element.querySelectorAll("textarea, select, input")];
  return fields.some((field) => field === document.activeElement || (field.matches("textarea") && field.value.trim()));
}

export function startLive(room) {
  const live = listening();
  if (!live) return;
  const line = document.querySelector("[data-arrived]");
  const { words } = live;
  let stale = false; // whether the page is better loaded again
  const wanted = new Map(); // id → stamp: what is to be fetched
  const later = new Map(); // the same, of cards in which someone writes
  let fresh = []; // ids of new notes that were not looked at
  let timer = null;

  listen(live.url, live.cursor, ({ notes, frame }) => {
    if (frame && frame !== live.frame) return outOfDate();
    for (const note of notes) {
      const ours = itemById(room, note.id) || (note.chapter ?? "") === room.data.chapter;
      if (ours && !hasCome(note.id, note.stamp)) wanted.set(note.id, note.stamp);
    }
    soon();
  }, ended);

  function hasCome(id, stamp) {
    const item = itemById(room, id);
    return item !== undefined && stampOf(item) === stamp;
  }

  function soon(wait = TOGETHER) {
    if (wanted.size) timer ??= setTimeout(update, Math.random() * wait);
  }

  /* While a note of one's own is on its way its card comes with the answer, which is then not to be put twice. */
  const isSending = () => room.list.querySelector(".draft [type=submit]:disabled") !== null;

  async function update() {
    for (const [id, stamp] of wanted) if (hasCome(id, stamp)) wanted.delete(id); // with the answer to what was sent here
    const ids = [...wanted.keys()].slice(0, AT_ONCE);
    const query = new URLSearchParams({ chapter: room.data.chapter, on: room.data.draft, ids });
    let wait = TOGETHER;
    try {
      const answer = isSending() || !ids.length ? null : await fetch(`${room.data.notesUrl}cards/?${query}`, { headers: { "X-Member": document.body.dataset.member } });
      if (answer?.ok && !isSending()) apply(ids, await answer.json());
      else if (answer && answer.status < 500) ids.forEach((id) => wanted.delete(id));
    } catch {
      wait = AGAIN;
    }
    timer = null;
    soon(wait);
  }

  function apply(ids, { html, frame }) {
    if (frame) return outOfDate();
    const template = document.createElement("template");
    template.innerHTML = html;
    const cards = new Map([...template.content.children].map((card) => [card.dataset.id, card]));
    for (const id of ids) {
      wanted.delete(id);
      const item = itemById(room, id);
      if (item && isTyping(item)) later.set(id, cards.get(id)?.dataset.stamp);
      else if (cards.has(id)) show(item, cards.get(id));
      else if (item) take(item);
    }
    if (room.shows && !(room.shows === "open" && room.active)) filter(room, room.shows);
    tell();
  }

  function show(item, card) {
    if (item && stampOf(item) === card.dataset.stamp) return;
    const active = item && item === room.active;
    const focused = item?.drawn ? [...item.element.querySelectorAll(CONTROLS)].indexOf(document.activeElement) : -1;
    const now = put(room, card.outerHTML, item?.made ?? null);
    if (!item && !now.data.mine) fresh.push(now.id);
    const { opener } = now;
    if (active) open(room, now, { scroll: false });
    now.opener = opener;
    if (focused >= 0) ([...now.element.querySelectorAll(CONTROLS)][focused] ?? now.element.querySelector(".open")).focus({ preventScroll: true });
  }

  function take(item) {
    const focused = item.drawn && item.made.contains(document.activeElement);
    if (item === room.active) open(room, null);
    drop(room, item.made, item.id);
    if (focused) giveFocus(item.opener);
    fresh = fresh.filter((id) => id !== item.id);
  }

  /* What had to wait for someone who wrote there. */
  function again() {
    for (const [id, stamp] of later) {
      const item = itemById(room, id);
      if (item && isTyping(item)) continue;
      later.delete(id);
      if (item && stampOf(item) !== stamp) wanted.set(id, stamp);
    }
    soon();
  }
  room.list.addEventListener("focusout", () => setTimeout(again));
  room.on("open", ({ item }) => {
    if (item?.id && fresh.includes(item.id)) {
      fresh = fresh.filter((id) => id !== item.id);
      tell();
    }
    setTimeout(again);
  });

  function tell() {
    fresh = fresh.filter((id) => itemById(room, id));
    if (stale) return;
    if (!fresh.length) return say("");
    say(fill(words[fresh.length === 1 ? "one" : "many"], { n: fresh.length }), words.show, () => {
      const first = room.items.find((item) => fresh.includes(item.id) && !item.hidden);
      fresh = [];
      say("");
      if (first) open(room, first, { focus: true });
    });
  }

  function outOfDate() {
    stale = true;
    say(words.changed, words.load, () => location.reload());
  }

  /* Nothing more is heard here; with a way back, not before it was gone. */
  function ended({ detail, way_back }) {
    if (way_back) loseSession();
    say(detail, way_back?.label, renew);
    clearTimeout(hide);
    line.dataset.ended = "1";
  }
  addEventListener("renewed", () => {
    delete line.dataset.ended;
    if (stale) outOfDate();
    else tell();
  });

  let said = "";
  let hide;
  function say(sentence, label, act) {
    if (sentence === said) return;
    clearTimeout(hide);
    said = sentence;
    line.textContent = sentence;
    if (!label) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: label });
    button.addEventListener("click", act);
    line.append(button);
    if (!stale) hide = setTimeout(() => say(""), SHOWN);
  }
}
