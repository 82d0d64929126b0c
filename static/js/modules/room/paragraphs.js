/* The margin of each passage is a button: a note on all of it, without selecting. Outside the text, so that the text
   stays what offsets count. One tab stop; arrow keys go from passage to passage. */

import { fill, icon } from "./room.js";

export function startParagraphs(room, note) {
  const layer = room.spread.querySelector(".pms");
  const blank = document.createElement("button");
  blank.type = "button";
  blank.className = "pm";
  blank.append(icon("plus"));
  const buttons = room.units.map((unit, i) => {
    const button = blank.cloneNode(true);
    button.tabIndex = i ? -1 : 0;
    button.setAttribute("aria-label", fill(room.words.on_paragraph, { t: unit.words.slice(0, 60) }));
    button.addEventListener("click", () => note("comment", unit, button));
    unit.button = button;
    return button;
  });
  if (room.mayWrite) layer.append(...buttons);

  const unitOf = (target) => room.units.find((unit) => unit.button === target);
  room.focusedUnit = () => unitOf(document.activeElement);

  layer.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = room.units.indexOf(unitOf(event.target));
    const next = by && room.units[at + by];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.button.tabIndex = 0;
    next.button.focus({ preventScroll: true });
    next.element.scrollIntoView({ block: "center" });
  });

  let near = null;
  room.text.addEventListener("pointerover", (event) => {
    const unit = room.units.find((u) => u.element.contains(event.target));
    if (unit?.button === near) return;
    near?.classList.remove("near");
    near = unit?.button ?? null;
    near?.classList.add("near");
  });

  room.on("whole", (items) => {
    for (const button of buttons) button.classList.remove("whole");
    for (const item of items) item.unit?.button.classList.add("whole");
  });
  let placed = null;
  room.on("laid", () => {
    if (placed !== room.layout) placeButtons(room);
    placed = room.layout;
  });
}

/* Half of the space between two passages, in px; at the ends, and where one lies in the other, little or none. */
function half(above, below) {
  return above && below ? Math.max(0, Math.min(24, (below.top - above.bottom) / 2)) : 8;
}

function placeButtons(room) {
  const top = room.text.getBoundingClientRect().top;
  const rects = room.units.map((unit) => unit.element.getBoundingClientRect());
  room.units.forEach((unit, i) => {
    unit.button.style.setProperty("--t", `${rects[i].top - top}px`);
    unit.button.style.setProperty("--b", `${rects[i].height}px`);
    unit.button.style.setProperty("--up", `${half(rects[i - 1], rects[i])}px`);
    unit.button.style.setProperty("--down", `${half(rects[i], rects[i + 1])}px`);
  });
}

/* Each passage says which note is the first on it: one id is all that aria-details may hold. */
export function describeUnits(room) {
  const details = new Map();
  for (const item of room.items) {
    if (item.unit && item.id && item.drawn && !details.has(item.unit)) details.set(item.unit, `note-${item.id}`);
  }
  for (const unit of room.units) {
    const id = details.get(unit);
    if ((unit.element.getAttribute("aria-details") ?? undefined) === id) continue;
    if (id) unit.element.setAttribute("aria-details", id);
    else unit.element.removeAttribute("aria-details");
  }
}
