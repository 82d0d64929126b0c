/* Single keys of the reading room. They never fire in fields, and can be switched off. */

import { leave } from "./composer.js";
import { filter, step } from "./notes.js";
import { giveFocus, say } from "./room.js";

const REACTIONS = { 1: "confusing", 2: "valuable", 3: "slow", 4: "disagree", 5: "missing" };

export function startKeys(room) {
  const dialog = document.querySelector("#keys");
  const on = document.querySelector("#keys-on");
  on.checked = room.data.keysOn === "1" && localStorage.getItem("single-keys") !== "off";
  on.addEventListener("change", () => {
    if (on.checked) localStorage.removeItem("single-keys");
    else localStorage.setItem("single-keys", "off");
  });
  document.querySelector("[data-keys]").addEventListener("click", () => dialog.showModal());
  dialog.querySelector("[data-close-dialog]").addEventListener("click", () => dialog.close());

  /* Selected words, else the passage whose margin has the focus. */
  function mark(kind) {
    if (!room.mayWrite || room.mark?.(kind)) return;
    const unit = room.focusedUnit();
    if (unit) room.note(kind, unit, unit.button);
    else if (kind === "experience") room.note(kind, null); // a story needs no words
    else say(room.words.nothing_to_mark);
  }
  const go = (name) => document.querySelector(`link[rel=${name}]`) && (location.href = document.querySelector(`link[rel=${name}]`).href);
  /* To the first question that has no answer yet, ready for the keys. */
  function rate() {
    const verdict = document.querySelector("#verdict");
    const asked = [...(verdict?.querySelectorAll("fieldset.ask") ?? [])];
    const open = asked.find((question) => !question.querySelector(":checked")) ?? asked[0];
    verdict?.scrollIntoView();
    (open?.querySelector(":checked") ?? open?.querySelector("input") ?? verdict?.querySelector("a, textarea"))?.focus();
  }
  let shown = "all"; // before the notes were hidden
  const actions = {
    j: () => step(room, 1),
    k: () => step(room, -1),
    c: () => mark("comment"),
    e: () => mark("suggest"),
    x: () => mark("experience"),
    r: () => room.active?.element.querySelector("[data-reply] textarea, form textarea")?.focus(),
    v: rate,
    z: () => document.querySelector(".toast:not([hidden]) [data-undo]")?.click(),
    d: () => room.toggleChanges?.(),
    h: () => {
      const select = document.querySelector("#show");
      if (select.value !== "none") shown = select.value;
      select.value = select.value === "none" ? shown : "none";
      filter(room, select.value);
    },
    "[": () => go("prev"),
    "]": () => go("next"),
    "/": () => room.search?.(),
    "?": () => dialog.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !dialog.open) return escape(event);
    if (event.metaKey || event.ctrlKey || event.altKey || !on.checked) return;
    const key = event.key.toLowerCase();
    const choice = event.target.matches("input[type=radio]"); // letters do nothing there, numbers rate
    if (choice ? key in REACTIONS : event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.target.closest("dialog")) return;
    const act = REACTIONS[key] ? () => mark(REACTIONS[key]) : actions[key];
    if (!act) return;
    event.preventDefault();
    act();
  });

  /* Closes the selection, else the contents, else the open note; the focus goes back to where it was. */
  function escape() {
    if (room.hasSelection?.()) return room.dropSelection();
    if (room.closeContents?.()) return;
    const item = room.active;
    if (!item) return;
    const inside = item.element.contains(document.activeElement);
    leave(room);
    if (inside) giveFocus(item.draft || !room.wide.matches ? item.opener : item.element.querySelector(".open"));
  }
}
