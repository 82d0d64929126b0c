/* The marks of notes in the text: CSS highlights, or <mark> elements where a browser has none. */

import { ahead, visible, wordsOf } from "./item.js";

const AROUND = 0.6; // of a window, above and below what is seen, in which a crowd's marks are drawn; more than crowd.js scrolls
const KINDS = ["comment", "suggest", "valuable", "confusing", "slow", "disagree", "missing", "experience"];

/** Draws all marks again. */
export function paint(room) {
  if (CSS.highlights) paintNear(room);
  else paintElements(room, marked(room));
  const whole = visible(room).filter((item) => item.whole || item.wholeSection);
  room.tell("whole", whole);
}

const marked = (room) => [...visible(room), ...ahead(room)].filter((item) => item.range && !item.whole);

/** Draws the marks near what is in the window, and all others where there is no crowd or `everywhere` is asked for:
    after any change of the page, a letter typed included, a browser goes through every mark that is drawn. */
export function paintNear(room, everywhere = false) {
  if (!CSS.highlights) return;
  const all = marked(room);
  paintHighlights(room, room.crowded && !everywhere ? all.filter(isNear(room)) : all);
}

/* Passages begin one below the other, so a few of them tell which notes are near: those that end after the last passage
   above and begin before the first one below, however long they are and whatever stands between two passages. */
function isNear(room) {
  const { units } = room;
  const first = (isThere) => {
    let [low, high] = [0, units.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isThere(units[middle].element.getBoundingClientRect())) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const above = units[first(({ bottom }) => bottom >= -AROUND * innerHeight) - 1];
  const below = units[first(({ top }) => top > (1 + AROUND) * innerHeight)];
  const endsAfter = ({ order, end }, unit) => order > unit.order || (order === unit.order && end > unit.end);
  const beginsBefore = ({ order, at }, unit) => order < unit.order || (order === unit.order && at < unit.start);
  return (item) => (!above || endsAfter(item, above)) && (!below || beginsBefore(item, below));
}

function paintHighlights(room, shown) {
  for (const kind of KINDS) {
    const ranges = shown.filter((item) => item.data.kind === kind && !item.draft).map((item) => item.range);
    change(`m-${kind}`, new Set(ranges));
  }
  markActive(room);
  const pendings = room.items.filter((item) => item.draft && item.range && !item.whole);
  const pending = new Highlight(...pendings.map((item) => item.range));
  pending.priority = 6;
  CSS.highlights.set("m-pending", pending);
}

/** Draws the mark of the open note alone, where a browser has highlights. */
export function paintActive(room) {
  if (CSS.highlights) markActive(room);
  else paint(room);
}

function markActive(room) {
  const on = room.active?.range && !room.active.whole;
  const active = new Highlight(...(on ? [new StaticRange(room.active.range)] : [])); // WebKit paints one of two highlights only once
  active.priority = 5;
  CSS.highlights.set("m-active", active);
}

/* Of hundreds of marks mostly one is new. */
function change(name, ranges) {
  const marks = CSS.highlights.get(name) ?? new Highlight();
  for (const range of marks) if (!ranges.has(range)) marks.delete(range);
  for (const range of ranges) if (!marks.has(range)) marks.add(range);
  if (marks.size) CSS.highlights.set(name, marks);
  else CSS.highlights.delete(name);
}

/* Wraps each text node of a range. The words stay the same, so offsets do too; the indexes are made anew. */
function paintElements(room, shown) {
  const key = shown.map((item) => `${item.id}${item === room.active}`).join();
  if (room.painted === key) return;
  room.painted = key;
  for (const section of room.sections) {
    for (const mark of section.element.querySelectorAll("mark.m")) mark.replaceWith(...mark.childNodes);
    section.element.normalize();
    section.index = section.reindex();
  }
  for (const item of shown) {
    wrap(item.section.index.range(item.at, item.end), item.data.kind, item === room.active);
    item.section.index = item.section.reindex();
  }
  for (const item of room.items) if (item.range) item.range = item.section.index.staticRange(item.at, item.end);
}

function wrap(range, kind, active) {
  if (!range) return;
  const walker = document.createTreeWalker(range.commonAncestorContainer, NodeFilter.SHOW_TEXT);
  const nodes = [];
  if (range.commonAncestorContainer.nodeType === Node.TEXT_NODE) nodes.push(range.commonAncestorContainer);
  while (walker.nextNode()) if (range.intersectsNode(walker.currentNode)) nodes.push(walker.currentNode);
  const { startContainer, startOffset, endContainer, endOffset } = range;
  for (const node of nodes) {
    if (!node.data.trim()) continue;
    let part = node;
    if (node === endContainer) part.splitText(endOffset);
    if (node === startContainer) part = part.splitText(startOffset);
    if (!part.data) continue;
    const mark = document.createElement("mark");
    mark.className = `m m-${kind}${active ? " m-active" : ""}`;
    part.replaceWith(mark);
    mark.append(part);
  }
}

/** The smallest note whose words are under a point of the window, or null. */
export function noteAt(room, x, y) {
  const at = document.caretPositionFromPoint?.(x, y);
  const old = at ? null : document.caretRangeFromPoint?.(x, y);
  const [node, offset] = at ? [at.offsetNode, at.offset] : [old?.startContainer, old?.startOffset];
  if (!node) return null;
  const hit = visible(room)
    .filter((item) => item.range && !item.whole && wordsOf(item).isPointInRange(node, offset))
    .filter((item) => [...wordsOf(item).getClientRects()].some((r) => x >= r.left && x <= r.right && y >= r.top && y <= r.bottom));
  hit.sort((a, b) => a.end - a.at - (b.end - b.at));
  return hit[0] ?? null;
}
