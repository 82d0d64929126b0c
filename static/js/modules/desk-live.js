/* The author's desk says how many notes came since it was loaded; it is loaded again when asked to. */

import { start } from "../app.js";
import { listen, listening } from "../lib/live.js";

start("desk-live", (line) => {
  const { url, cursor, words } = listening();
  const came = new Set();
  listen(url, cursor, ({ notes }) => {
    for (const note of notes) if (note.new) came.add(note.id);
    if (!came.size) return;
    line.textContent = words[came.size === 1 ? "one" : "many"].replace("%n", came.size);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: words.show });
    button.addEventListener("click", () => location.reload());
    line.append(button);
  }, ({ detail }) => (line.textContent = detail));
});
