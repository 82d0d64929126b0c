/* How far someone has read: the line under the bar, and now and then a word to the server. */

import { beacon } from "../../lib/sending.js";

const EVERY = 10_000; // ms between two words to the server
const WORTH = 0.02; // of the chapter

const share = (number) => Math.min(1, Math.max(0, number));

export function startProgress(room) {
  const bar = document.querySelector(".progress");
  let most = 0;
  let told = 0;

  function measure() {
    const text = room.text.getBoundingClientRect();
    if (!text.height) return;
    const shown = share((160 - text.top) / Math.max(1, text.height - innerHeight * 0.55));
    document.documentElement.style.setProperty("--p", shown.toFixed(3));
    bar.setAttribute("aria-valuenow", Math.round(shown * 100));
    most = Math.max(most, share((innerHeight - text.top) / text.height));
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
