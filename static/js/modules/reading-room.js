/* The reading room: text, marks, margin notes, composer. Each part is a module of ./room/. */

import { start } from "../app.js";
import { startActions } from "./room/actions.js";
import { startChanges } from "./room/changes.js";
import { leave, startComposer } from "./room/composer.js";
import { startFrame } from "./room/frame.js";
import { startKeys } from "./room/keys.js";
import { startLive } from "./room/live.js";
import { fetchCrowd } from "./room/crowd.js";
import { itemById, itemOf, visible } from "./room/item.js";
import { forgetPlaces, layOut } from "./room/layout.js";
import { noteAt, paint, paintActive } from "./room/marks.js";
import { startNaming } from "./room/naming.js";
import { collect, drawSuggestions, filter, open, step } from "./room/notes.js";
import { describeUnits, startParagraphs } from "./room/paragraphs.js";
import { startPlacing } from "./room/placing.js";
import { startProgress } from "./room/progress.js";
import { giveFocus, makeRoom, say } from "./room/room.js";
import { startSearch } from "./room/search.js";
import { startSelection } from "./room/selection.js";
import { startStrip } from "./room/strip.js";

/* What scrolls sideways can be reached, and scrolled, by keys. */
function reachWide(room) {
  const wide = [...room.text.querySelectorAll("pre, .formula, table")];
  const scrolls = wide.map((each) => each.scrollWidth > each.clientWidth);
  wide.forEach((each, i) => {
    if (scrolls[i]) each.tabIndex = 0;
    else each.removeAttribute("tabindex");
  });
}

/* Until the reader moves, the place that the address names stands where it was asked for: what comes late (fonts, the
   questions of the chapter) would push it away, or leave too little below it to scroll to. */
function holdPlace() {
  let moved = false;
  const asked = () => !/^#(note|unsent)-/.test(location.hash) && document.getElementById(location.hash.slice(1));
  for (const kind of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    addEventListener(kind, () => (moved = true), { once: true, passive: true });
  }
  const goThere = () => {
    const place = !moved && asked();
    if (place) place.scrollIntoView({ behavior: "instant" });
  };
  document.addEventListener("htmx:afterSettle", goThere, { once: true });
  return goThere;
}

function startRoom(element) {
  const goThere = holdPlace();
  const room = makeRoom(element);
  const crowd = fetchCrowd(room);
  let waiting = 0;
  const relay = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => layOut(room));
  };
  const note = (mark, place, opener) => (room.putHere ? room.putHere(place) : room.note(mark, place, opener));

  room.on("notes", () => {
    describeUnits(room);
    paint(room);
    relay();
  });
  room.on("drawn", () => {
    describeUnits(room);
    drawSuggestions(room);
  });
  room.on("open", () => paintActive(room));
  room.on("shown", () => paint(room));
  room.on("grown", relay);

  reachWide(room);
  startParagraphs(room, note);
  startStrip(room);
  startActions(room);
  startPlacing(room);
  collect(room);
  if (room.mayWrite) {
    startComposer(room);
    startSelection(room, note);
  }
  startNaming(room);
  startFrame(room, relay);
  startKeys(room);
  startChanges(room);
  startProgress(room);

  room.list.addEventListener("click", (event) => {
    const pressed = event.target.closest(".open");
    if (!pressed) return;
    const item = itemOf(room, pressed.closest(".note"));
    open(room, item === room.active && room.wide.matches ? null : item);
  });
  room.text.addEventListener("click", (event) => {
    if (!getSelection().isCollapsed || event.target.closest("a")) return;
    const item = noteAt(room, event.clientX, event.clientY);
    if (item) open(room, item, { scroll: !room.wide.matches }); // the sheet would cover words that are low
    else if (room.active && !room.active.draft) open(room, null);
  });
  const on = (selector, act) => document.querySelectorAll(selector).forEach((b) => b.addEventListener("click", () => act(b)));
  on("[data-prev]", () => step(room, -1));
  on("[data-next]", () => step(room, 1));
  on("[data-first]", () => (visible(room).length ? step(room, 1) : say(document.querySelector("[data-empty]").textContent)));
  on("[data-close]", () => {
    const { opener } = room.active ?? {};
    leave(room);
    giveFocus(opener);
  });
  on("[data-note-chapter]", (button) => note("comment", null, button));
  const showAll = () => {
    document.querySelector("#show").value = "all";
    filter(room, "all");
  };
  on("[data-show-all]", showAll);
  document.querySelector("#show").addEventListener("change", (event) => filter(room, event.target.value));

  /* The note that the address names, whatever is shown. */
  function openAsked({ focus = false } = {}) {
    const asked = itemById(room, location.hash.match(/^#note-(\d+)$/)?.[1]);
    if (asked?.hidden) showAll();
    if (asked) open(room, asked, { focus });
  }
  const relayAnew = () => {
    reachWide(room);
    forgetPlaces(room);
    relay();
  };
  /* Comes once a frame, before anything is written in it; measured once, or the browser lays the page out twice. */
  addEventListener("scroll", () => room.tell("scrolled", room.text.getBoundingClientRect()), { passive: true });
  new ResizeObserver(relayAnew).observe(room.text);
  addEventListener("resize", () => {
    room.list.classList.toggle("up", Boolean(room.active) && !room.wide.matches);
    relayAnew();
  });
  Promise.all([crowd, document.fonts.ready]).then(() => {
    forgetPlaces(room);
    layOut(room);
    goThere();
    openAsked();
    room.on("came", openAsked); // where the list of a crowd did not come at first
    addEventListener("hashchange", () => openAsked({ focus: true }));
    startSearch(room);
    startLive(room);
    element.dataset.ready = "1";
    document.documentElement.dataset.settled = "1";
  });
}

start("reading-room", startRoom);
