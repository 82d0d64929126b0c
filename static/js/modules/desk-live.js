/* The author's desk says how many notes came since it was loaded; it is loaded again when asked to. */

import { start } from "../app.js";
import { listen } from "../lib/live.js";

start("desk-live", (line) => {
  const came = new Set();
  listen(line.dataset.url, line.dataset.cursor, ({ notes }) => {
    for (const note of notes) if (note.new) came.add(note.id);
    if (!came.size) return;
    line.textContent = line.dataset[came.size === 1 ? "one" : "many"].replace("%n", came.size);
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: line.dataset.show });
    button.addEventListener("click", () => location.reload());
    line.append(button);
  });
});
