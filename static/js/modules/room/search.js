/* Search: the dialog that `/` opens, and going to words that were found: #at-TEXT-START-END, in code points. */

import { giveFocus } from "./room.js";

export function startSearch(room) {
  const dialog = document.querySelector("#search");
  const field = dialog.querySelector("input[type=search]");
  let opener = null;
  room.search = () => {
    opener = document.activeElement;
    dialog.showModal();
    field.select();
  };
  for (const link of document.querySelectorAll("[data-search]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      room.search();
    });
  }
  dialog.querySelector("[data-close-search]").addEventListener("click", () => dialog.close());
  field.addEventListener("keydown", (event) => event.key === "Escape" && dialog.close()); // some browsers empty it first
  dialog.addEventListener("close", () => opener && giveFocus(opener));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const link = event.target.closest("a");
    if (!link) return;
    opener = null;
    dialog.close();
    if (link.href === location.href) setTimeout(() => dispatchEvent(new Event("hashchange"))); // no browser tells of it
  });
  addEventListener("hashchange", () => showFound(room));
  showFound(room);
}

/** Goes to the words that the address names. */
export function showFound(room) {
  CSS.highlights?.delete("m-found");
  const [, textId, start, end] = location.hash.match(/^#at-(\d+)-(\d+)-(\d+)$/) ?? [];
  const section = room.byText.get(textId);
  const range = section?.index.range(Number(start), Number(end));
  if (!range) return;
  CSS.highlights?.set("m-found", new Highlight(range));
  const unit = room.units.findLast((one) => one.section === section && one.start <= Number(start))?.element ?? section.element;
  const top = range.getBoundingClientRect().top;
  scrollBy({ top: top - innerHeight * 0.3, behavior: "instant" });
  unit.tabIndex = -1;
  unit.focus({ preventScroll: true });
}
