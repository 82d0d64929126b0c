/* The toolbar that comes up beside selected words. */

import { clipToSection } from "../../lib/offsets.js";

const SETTLE = 160; // ms without a change before the toolbar comes

export function startSelection(room, note) {
  const bar = document.querySelector(".marker");
  if (!bar) return;
  let selected = null;
  let timer;

  function take() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    if (!room.text.contains(range.commonAncestorContainer) && !range.intersectsNode(room.text)) return null;
    const found = clipToSection(room.sections.map((section) => section.element), range);
    if (!found) return null;
    const section = room.sections.find((s) => s.element === found.root);
    return { section, start: found.start, end: found.end, clipped: found.clipped };
  }

  function offer() {
    if (document.activeElement?.closest(".note form, dialog")) return;
    selected = take();
    bar.hidden = !selected;
    if (!selected) return;
    bar.querySelector(".clipped").hidden = !selected.clipped;
    if (room.phone.matches) return;
    const words = selected.section.index.range(selected.start, selected.end).getBoundingClientRect();
    const own = bar.getBoundingClientRect();
    const above = words.top - own.height - 10;
    const top = above < 66 ? Math.min(words.bottom + 10, innerHeight - own.height - 8) : above;
    const left = Math.max(8, Math.min(innerWidth - own.width - 8, words.left + words.width / 2 - own.width / 2));
    bar.style.setProperty("left", `${left}px`);
    bar.style.setProperty("top", `${top}px`);
  }

  document.addEventListener("selectionchange", () => {
    clearTimeout(timer);
    timer = setTimeout(offer, SETTLE);
  });
  addEventListener("scroll", () => !bar.hidden && !room.phone.matches && offer(), { passive: true });
  bar.addEventListener("pointerdown", (event) => event.preventDefault());
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) room.mark(button.dataset.do);
  });

  /** Whether words are selected now. */
  room.hasSelection = () => Boolean(take());
  /** Notes the selected words as `kind`; false when nothing is selected. */
  room.mark = (kind) => {
    const place = take() ?? (bar.hidden ? null : selected);
    if (!place) return false;
    getSelection().removeAllRanges();
    bar.hidden = true;
    note(kind, place);
    return true;
  };
  room.dropSelection = () => {
    getSelection().removeAllRanges();
    bar.hidden = true;
  };
}
