/* Where notes cluster: a strip beside the text on wide pages, numbered ticks where the notes leave the margin. */

import { ahead, visible } from "./item.js";
import { topOf } from "./layout.js";
import { open } from "./notes.js";
import { fill } from "./room.js";

const MOST = 4; // notes on a passage that the strip tells apart
const APART = 46; // px between two ticks

export function startStrip(room) {
  const nav = room.spread.querySelector(".strip");
  const seen = document.createElement("i");
  seen.className = "win";
  let bars = null;
  let placed = "";
  let counted = -1;
  let changes = 0;
  const changed = () => (changes += 1);
  room.on("notes", changed);
  room.on("shown", changed);
  room.on("laid", () => {
    if (room.phone.matches) nav.replaceChildren();
    else drawStrip();
    drawTicks(room);
  });
  addEventListener("scroll", () => drawWindow(room, seen), { passive: true }); // comes once a frame, before its writes

  /* What is read of the page comes before what is written, or the browser lays the page out twice. */
  function drawStrip() {
    const now = `${room.layout} ${innerWidth} ${innerHeight}`;
    const anew = now !== placed || !nav.hasChildNodes();
    const text = anew ? room.text.getBoundingClientRect() : null;
    const rects = anew ? room.units.map((unit) => unit.element.getBoundingClientRect()) : [];
    bars ??= room.units.map((unit) => makeBar(room, unit));
    rects.forEach((rect, i) => {
      bars[i].style.setProperty("--y", ((rect.top - text.top) / text.height) * 100);
      bars[i].style.setProperty("--h", (rect.height / text.height) * 100);
    });
    if (counted !== changes) countNotes(room, bars);
    if (anew) {
      nav.replaceChildren(...bars, seen);
      drawWindow(room, seen, text);
    }
    placed = now;
    counted = changes;
  }
}

function makeBar(room, unit) {
  const bar = document.createElement("a");
  bar.addEventListener("click", (event) => {
    event.preventDefault();
    unit.element.scrollIntoView({ block: "center" });
    if (room.mayWrite) unit.button.focus({ preventScroll: true });
  });
  return bar;
}

function countNotes(room, bars) {
  const counts = new Map();
  for (const item of [...visible(room), ...ahead(room)]) if (item.unit) counts.set(item.unit, (counts.get(item.unit) ?? 0) + 1);
  room.units.forEach((unit, i) => {
    const n = counts.get(unit) ?? 0;
    const label = fill(room.words[n === 1 ? "notes_one" : "notes_many"], { n });
    const whole = n ? `${fill(room.words.passage, { n: i + 1 })}: ${label}` : "";
    if (bars[i].dataset.n !== undefined && (bars[i].getAttribute("aria-label") ?? "") === whole) return;
    bars[i].dataset.n = Math.min(n, MOST);
    bars[i].style.setProperty("--n", Math.min(n, MOST));
    // a passage without notes is a place for the mouse alone
    for (const [name, value] of [["href", `#s-${unit.section.key}`], ["aria-label", whole]]) {
      if (n) bars[i].setAttribute(name, value);
      else bars[i].removeAttribute(name);
    }
  });
}

/* The part of the chapter that is in the window. */
function drawWindow(room, seen, text = room.text.getBoundingClientRect()) {
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
