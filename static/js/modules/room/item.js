/* A note of the room: what is known of it, and its card. */

import { setEnds } from "../../lib/offsets.js";

/**
 * A note whose card stands in the page, or that came in a list as `data` (with the names of a card's data- attributes)
 * and `html`. The card of one from a list is made when it is first asked for, and let go when it is out of sight:
 * whoever goes through many notes asks for `data`, `draft`, `hidden` and `made`, which make nothing.
 */
export class Item {
  constructor({ element = null, html = null, label = "", data = { ...element.dataset } }) {
    this.id = data.id ?? null;
    this.label = label;
    this.data = data;
    this.html = html;
    this.made = element;
    this.draft = Boolean(element?.classList.contains("draft"));
    this.shown = true; // by the filter
  }

  /** The card, whether it stands in the page or not. */
  get element() {
    if (!this.made) {
      const template = document.createElement("template");
      template.innerHTML = this.html;
      this.made = template.content.firstElementChild;
      this.made.hidden = this.hidden;
    }
    return this.made;
  }

  get hidden() {
    return !this.shown;
  }

  set hidden(hidden) {
    this.shown = !hidden;
    if (this.made) this.made.hidden = hidden;
  }

  /** Whether its card stands in the page. */
  get drawn() {
    return Boolean(this.made?.isConnected);
  }

  /** Takes the card out of the page; it can be made again. */
  undraw() {
    this.made.remove();
    this.made = null;
  }
}

let words = null;

/** The words of a note as a Range that can be measured, until the next is asked for; null where it is on none. */
export function wordsOf(item) {
  if (!item?.range) return null;
  words ??= document.createRange();
  return setEnds(words, item.range);
}

/** The item of a card, undefined where there is none. */
export const itemOf = (room, element) => element && room.items.find((item) => item.made === element);

/** The notes that the filter shows, in the order of their places. */
export const visible = (room) => room.items.filter((item) => item.shown);

/** The notes that are still to come, of which the places are known; none where a filter may hide some of them. */
export const ahead = (room) => (room.shows === undefined || room.shows === "all" ? room.ahead : []);

/** The one with this id, undefined where there is none. */
export const itemById = (room, id) => room.items.find((item) => item.id !== null && item.id === id);

/** Whose note it is and how it begins. */
export function labelOf(item) {
  if (item.label) return item.label;
  const words = item.element.querySelector(".txt, .quote")?.textContent.trim().slice(0, 50) ?? "";
  return `${item.element.querySelector(".by span")?.textContent ?? ""}: ${words}`;
}
