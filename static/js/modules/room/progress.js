/* How far someone has read: the line under the bar, and now and then a word to the server. A passage counts as read
   when it has been in the window for a while; running past it does not count. */

import { isClosed } from "../../lib/keeping.js";
import { beacon } from "../../lib/sending.js";
import { shareSeen } from "../../lib/reading.js";

const EVERY = 1000; // ms between two looks at what is in the window
const WORD_EVERY = 10; // looks between two words to the server
const WORTH = 0.02; // of the chapter

/* What was seen of these passages at an earlier time, in this browser: a chapter is often read in several goes. Kept
   until its owner signs out, as in lib/keeping.js, but with no words in it. */
function seenBefore(name, passages) {
  try {
    const seen = localStorage.getItem(name) ?? "";
    if (seen.length === passages.length) passages.forEach((passage, i) => (passage.looks = Number(seen[i])));
  } catch {
    // nothing was kept
  }
  return () => {
    if (isClosed()) return;
    try {
      localStorage.setItem(name, passages.map(({ looks }) => Math.min(looks, 9)).join(""));
    } catch {
      // nothing is kept
    }
  };
}

export function startProgress(room) {
  const bar = document.querySelector(".progress");
  const passages = room.units.map((unit) => ({ length: unit.end - unit.start, looks: 0 }));
  const { member, slug } = document.body.dataset;
  const { draft, chapter } = room.data;
  let keep = () => {};
  let told = 0;
  let percent = null;
  let looks = 0;

  function measure(text) {
    const part = (160 - text.top) / Math.max(1, text.height - innerHeight * 0.55);
    const shown = Math.min(1, Math.max(0, part));
    bar.style.setProperty("--p", shown.toFixed(3));
    if (percent === Math.round(shown * 100)) return; // after each change of an attribute a browser goes through all marks
    percent = Math.round(shown * 100);
    bar.setAttribute("aria-valuenow", percent);
  }

  function look() {
    if (document.visibilityState !== "visible") return;
    room.units.forEach((unit, i) => {
      const { top, bottom } = unit.element.getBoundingClientRect();
      if (bottom > 60 && top < innerHeight - 40) passages[i].looks += 1;
    });
    looks += 1;
    if (looks % WORD_EVERY === 0) tell();
  }

  function tell() {
    const seen = shareSeen(passages);
    keep();
    if (seen - told < WORTH) return;
    told = seen;
    beacon(room.data.readingUrl, { chapter: room.data.chapter, share: seen.toFixed(3) });
  }

  room.on("scrolled", measure);
  measure(room.text.getBoundingClientRect());
  if (room.data.counts !== "1" || !room.units.length) return;
  keep = seenBefore(`widemargin:${member}::seen:${slug}:${draft}:${chapter}`, passages);
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && tell());
}
