/* What changed since the reader last read this chapter: bars beside changed passages, and a mode that shows the words.
   Asked for once the page is there, and only where something changed. */

import { hideChanges, showChanges } from "../../lib/changing.js";
import { indexSection } from "../../lib/offsets.js";
import { collect } from "./notes.js";
import { fill } from "./room.js";

export async function startChanges(room) {
  const box = document.querySelector(".since");
  if (!box) return;
  let marks;
  try {
    const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) return; // what was said without script stays: a link to the page of changes
    const found = await answer.json();
    marks = found.marks;
    box.querySelector("[data-told]").textContent = found.told;
  } catch {
    return;
  }
  drawBars(room, marks);
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
      if (on) showChanges(section.element, changes, indexSection, (t) => fill(room.words.moved_away, { t }));
      else hideChanges(section.element);
      section.index = section.reindex();
    }
    room.element.classList.toggle("show-changes", on);
    for (const button of buttons) button.setAttribute("aria-pressed", on);
    box.querySelector("[data-label]").textContent = room.words[on ? "hide_changes" : "show_changes"];
    collect(room);
    room.tell("grown");
  }
  room.toggleChanges = toggle;
}

/* The printer's bar beside each passage that is other than before; a short one where a passage was taken out. */
function drawBars(room, marks) {
  for (const section of room.sections) {
    for (const [kind, start, , , whole] of marks[section.textId] ?? []) {
      const unit = room.units.findLast((u) => u.section === section && u.start <= start);
      const gone = whole && (kind === "deleted" || kind === "left");
      unit?.element.classList.add(gone ? "cut" : "changed");
    }
  }
}
