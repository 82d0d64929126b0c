/* What changed since the reader last read this chapter: bars beside changed passages, and a mode that shows the words.
   Asked for once the page is there, and only where something changed. */

import { hideChanges, showChanges } from "../../lib/changing.js";
import { indexSection } from "../../lib/offsets.js";
import { collect } from "./notes.js";
import { tellInBar } from "./room.js";
import { showFound } from "./search.js";

export async function startChanges(room) {
  const box = document.querySelector(".since");
  if (!box) return;
  let found;
  try {
    const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) return; // what was said without script stays: a link to the page of changes
    found = await answer.json();
    box.querySelector("[data-told]").textContent = found.told;
    box.querySelector("[data-went]").append(...found.went.map(linkTo).flatMap((link) => [link, " "]));
  } catch {
    return;
  }
  const { marks } = found;
  if (!Object.keys(marks).length) return;
  drawBars(room, marks);
  tellHowMany(room, found.passages);
  const buttons = [...document.querySelectorAll("[data-changes]")];
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => toggle());
  }
  let on = false;

  function toggle() {
    on = !on;
    room.dropSelection?.();
    for (const section of room.sections) {
      const changes = marks[section.textId];
      if (!changes) continue;
      if (on) showChanges(section.element, changes, indexSection);
      else hideChanges(section.element);
      section.index = section.reindex();
    }
    room.element.classList.toggle("show-changes", on);
    for (const button of buttons) button.setAttribute("aria-pressed", on);
    box.querySelector("[data-label]").textContent = room.words[on ? "hide_changes" : "show_changes"];
    collect(room);
    room.tell("grown");
    if (on) goToChange(room);
  }
  room.toggleChanges = toggle;
  if (new URLSearchParams(location.search).has("changes")) {
    toggle();
    showFound(room);
  }
}

function linkTo([words, address]) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = words;
  return link;
}

/* Where no change is in the window: to the next one below, else to the first. */
function goToChange(room) {
  const changed = [...room.text.querySelectorAll(".changed, .cut")];
  const tops = changed.map((unit) => unit.getBoundingClientRect());
  if (tops.some(({ top, bottom }) => bottom > 0 && top < innerHeight)) return;
  const below = tops.findIndex(({ top }) => top > 0);
  changed[Math.max(below, 0)].scrollIntoView({ block: "center" });
}

/* How many passages changed, in the bar of a phone; of those taken out several may share one bar in the text. */
function tellHowMany(room, n) {
  if (n) tellInBar(document.querySelector("[data-changes-short]"), room.words[n === 1 ? "changes_one" : "changes_many"], n);
}

/* The printer's bar beside each passage that is other than before; a short one where a passage was taken out. */
function drawBars(room, marks) {
  for (const section of room.sections) {
    for (const [kind, start, , , whole] of marks[section.textId] ?? []) {
      const unit = room.units.findLast((u) => u.section === section && u.start <= start);
      const gone = whole && (kind === "deleted" || kind === "left");
      const passage = unit?.element ?? section.element.querySelector("[data-b]"); // the chapter's title is no unit
      passage?.classList.add(gone ? "cut" : "changed");
    }
  }
}
