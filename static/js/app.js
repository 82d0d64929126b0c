/* Starts the small modules of a page: `start("name", fn)` runs fn once for each element with data-module="name",
   now and whenever a fragment is put into the page. */

import { closeStores, forgetAll } from "./lib/keeping.js";
import "./lib/outbox.js";
import { tellWindows } from "./lib/renewing.js";
import { token } from "./lib/token.js";

const starters = new Map();
const started = new WeakMap();

function run(root) {
  for (const element of root.querySelectorAll("[data-module]")) {
    const done = started.get(element) ?? new Set();
    for (const name of element.dataset.module.split(" ")) {
      const fn = starters.get(name);
      if (fn && !done.has(name)) {
        done.add(name);
        fn(element);
      }
    }
    started.set(element, done);
  }
}

export function start(name, fn) {
  starters.set(name, fn);
  run(document);
}

document.addEventListener("htmx:afterSettle", () => run(document));

start("theme", (button) => {
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const next = (root.dataset.theme || system) === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`;
  });
});

/* At sign-out this browser forgets what was typed, in every window. The server asks it to clear its storage as well,
   which browsers do over HTTPS alone. */
document.addEventListener("submit", (event) => {
  if (!event.target.matches('form[action$="/logout/"]')) return;
  event.target.elements.csrfmiddlewaretoken.value = token();
  closeStores(true);
  forgetAll(localStorage);
  tellWindows([]);
});

/* Whoever is here now leaves nothing in this browser of somebody whose session just ended. */
const { members } = document.body.dataset;
if (members !== undefined) {
  const here = members.trim().split(" ");
  forgetAll(localStorage, here);
  tellWindows(here);
}
