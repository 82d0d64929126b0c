/* Where notes cluster: a strip beside the text on wide pages, numbered ticks where the notes leave the margin. */

import { visible } from "./item.js";
import { topOf } from "./layout.js";
import { open } from "./notes.js";
import { fill } from "./room.js";

const MOST = 4; // notes on a passage that the strip tells apart
const APART = 46; // px between two ticks

export function startStrip(room) {
  let drawn = "";
  let changes = 0;
  const changed = () => (changes += 1);
  room.on("notes", changed);
  room.on("shown", changed);
  room.on("laid", () => {
    const now = `${room.layout} ${changes} ${innerWidth} ${innerHeight}`;
    if (now !== drawn) drawStrip(room);
    drawn = now;
    drawTicks(room);
  });
  addEventListener("scroll", () => requestAnimationFrame(() => drawWindow(room)), { passive: true });
}

function drawStrip(room) {
  const nav = room.spread.querySelector(".strip");
  if (room.phone.matches) return nav.replaceChildren();
  const text = room.text.getBoundingClientRect();
  const counts = new Map();
  for (const item of visible(room)) if (item.unit) counts.set(item.unit, (counts.get(item.unit) ?? 0) + 1);
  const rects = room.units.map((unit) => unit.element.getBoundingClientRect());
  const bars = room.units.map((unit, i) => {
    const n = counts.get(unit) ?? 0;
    const bar = document.createElement("a");
    bar.href = `#s-${unit.section.key}`;
    bar.dataset.n = Math.min(n, MOST);
    bar.tabIndex = n ? 0 : -1;
    bar.style.setProperty("--y", ((rects[i].top - text.top) / text.height) * 100);
    bar.style.setProperty("--h", (rects[i].height / text.height) * 100);
    bar.style.setProperty("--n", Math.min(n, MOST));
    const label = n ? fill(room.words[n === 1 ? "notes_one" : "notes_many"], { n }) : room.words.no_notes;
    bar.setAttribute("aria-label", `${fill(room.words.passage, { n: i + 1 })}: ${label}`);
    bar.addEventListener("click", (event) => {
      event.preventDefault();
      unit.element.scrollIntoView({ block: "center" });
      if (room.mayWrite) unit.button.focus({ preventScroll: true });
    });
    return bar;
  });
  const seen = document.createElement("i");
  seen.className = "win";
  nav.replaceChildren(...bars, seen);
  drawWindow(room);
}

/* The part of the chapter that is in the window. */
function drawWindow(room) {
  const seen = room.spread.querySelector(".strip .win");
  if (!seen) return;
  const text = room.text.getBoundingClientRect();
  const from = Math.max(0, 56 - text.top) / text.height;
  const to = Math.min(1, (innerHeight - text.top) / text.height);
  seen.style.setProperty("top", `${from * 100}%`);
  seen.style.setProperty("height", `${Math.max(0, to - from) * 100}%`);
}

function drawTicks(room) {
  for (const tick of room.spread.querySelectorAll(".tick")) tick.remove();
  if (room.wide.matches || room.phone.matches) return;
  const spread = room.spread.getBoundingClientRect();
  const groups = [];
  for (const item of visible(room)) {
    const y = topOf(room, item) - spread.top - 8;
    if (groups.length && y - groups.at(-1).y < APART) groups.at(-1).items.push(item);
    else groups.push({ y, items: [item] });
  }
  for (const { y, items } of groups) {
    const n = items.length;
    const tick = document.createElement("button");
    tick.type = "button";
    tick.className = "tick";
    tick.style.setProperty("top", `${y}px`);
    tick.setAttribute("aria-expanded", items.includes(room.active));
    tick.setAttribute("aria-label", fill(room.words[n === 1 ? "here_one" : "here_many"], { n }));
    const number = document.createElement("span");
    number.textContent = n;
    tick.append(number);
    tick.addEventListener("click", () => open(room, items[0], { focus: true }));
    room.spread.append(tick);
  }
}
