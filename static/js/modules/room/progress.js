/* How far someone has read: the line under the bar, and now and then a word to the server. */

import { beacon } from "../../lib/sending.js";

const EVERY = 10_000; // ms between two words to the server
const WORTH = 0.02; // of the chapter

export function startProgress(room) {
  const bar = document.querySelector(".progress");
  let most = 0;
  let told = 0;

  function measure() {
    const text = room.text.getBoundingClientRect();
    if (!text.height) return;
    const seen = Math.min(1, Math.max(0, (innerHeight - text.top) / text.height));
    document.documentElement.style.setProperty("--p", seen.toFixed(3));
    bar.setAttribute("aria-valuenow", Math.round(seen * 100));
    most = Math.max(most, seen);
  }

  function tell() {
    if (room.data.counts !== "1" || most - told < WORTH) return;
    told = most;
    beacon(room.data.readingUrl, { chapter: room.data.chapter, share: most.toFixed(3) });
  }

  addEventListener("scroll", () => requestAnimationFrame(measure), { passive: true });
  setInterval(tell, EVERY);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && tell());
  measure();
}
