/* Draft against draft: J and K go from one changed passage to the next; a link to words that are folded opens them. */

import { start } from "../app.js";

const MARKS = ".now, .was, .moved, .whither, .whole";

function startChanges(root) {
  const places = [...new Set([...root.querySelectorAll(MARKS)].map((mark) => mark.closest(".whole, .sec > *")))];
  let at = -1;

  function go(by) {
    if (!places.length) return;
    const head = innerHeight * 0.3;
    const near = places.findIndex((place) => place.getBoundingClientRect().top > head - 4);
    const seen = at >= 0 && document.activeElement === places[at];
    const next = seen ? at + by : by > 0 ? near : (near < 0 ? places.length : near) - 1;
    if (next < 0 || next >= places.length) return;
    at = next;
    const place = places[at];
    place.tabIndex = -1;
    place.focus({ preventScroll: true });
    scrollBy({ top: place.getBoundingClientRect().top - head });
  }

  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || localStorage.getItem("single-keys") === "off") return;
    if (event.target.closest("input, textarea, select")) return;
    const by = { j: 1, k: -1 }[event.key.toLowerCase()];
    if (by) go(by);
  });

  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const folded = target?.closest("details:not([open])");
    if (folded) {
      folded.open = true;
      target.scrollIntoView();
    }
  }
  addEventListener("hashchange", reveal);
  reveal();
}

start("changes", startChanges);
