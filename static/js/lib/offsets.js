// Offsets of anchors count Unicode code points of a section's textContent; JavaScript and the DOM count UTF-16 units.

const BLANK = /\s/;

function isPair(text, unit) {
  const high = text.charCodeAt(unit);
  if (!(high >= 0xd800 && high <= 0xdbff)) return false;
  const low = text.charCodeAt(unit + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}

/** The number of code points in a string. A lone surrogate counts as one. */
export function countCodePoints(text) {
  return toCodePoints(text, text.length);
}

/** The offset in code points of an offset in UTF-16 units; one inside a surrogate pair counts as its start. */
export function toCodePoints(text, units) {
  const end = Math.min(units, text.length);
  let points = 0;
  for (let unit = 0; unit < end; points += 1) {
    unit += isPair(text, unit) ? 2 : 1;
    if (unit > end) return points;
  }
  return points;
}

/** The offset in UTF-16 units of an offset in code points; past the end it is the text's length. */
export function toUtf16(text, points) {
  let unit = 0;
  for (let point = 0; point < points && unit < text.length; point += 1) unit += isPair(text, unit) ? 2 : 1;
  return unit;
}

/** text[start:end] as Python counts. */
export function slice(text, start, end) {
  const first = toUtf16(text, start);
  return text.slice(first, first + toUtf16(text.slice(first), end - start));
}

/** The range without the blanks at its ends, as { start, end } in code points; null when nothing else is in it. */
export function trim(text, start, end) {
  let first = toUtf16(text, start);
  let last = toUtf16(text, end);
  while (first < last && BLANK.test(text[first])) first += 1;
  while (last > first && BLANK.test(text[last - 1])) last -= 1;
  return first < last ? { start: toCodePoints(text, first), end: toCodePoints(text, last) } : null;
}

/**
 * The pieces of a text with where each begins, to find many offsets fast: `units` and `points` of each piece's start.
 * `find(point, side)` gives { piece, unit }. An offset between two pieces belongs to the later one for "start" and to
 * the earlier one for "end", so that a range never begins or ends on the wrong side of a border.
 */
export function indexPieces(pieces) {
  const points = [0];
  for (const piece of pieces) points.push(points.at(-1) + countCodePoints(piece));
  const length = points.at(-1);
  function find(point, side) {
    if (point < 0 || point > length || pieces.length === 0) return null;
    let low = 0;
    let high = pieces.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const before = side === "end" ? points[middle + 1] >= point : points[middle + 1] > point;
      if (before) high = middle;
      else low = middle + 1;
    }
    const inside = point - points[low];
    const plain = points[low + 1] - points[low] === pieces[low].length; // no surrogates
    return { piece: low, unit: plain ? inside : toUtf16(pieces[low], inside) };
  }
  return { length, find };
}

function textNodes(root) {
  const walker = root.ownerDocument.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

/**
 * A section's text nodes, indexed once for many notes. `range(start, end)` gives a DOM Range for code points, or null
 * when they are not a range of this text; `staticRange(start, end)` the same as a StaticRange, for those that are many and
 * kept: at each change of the page a browser goes through every Range there is. Make a new index after the section's
 * nodes have changed.
 */
export function indexSection(root) {
  const nodes = textNodes(root);
  const index = indexPieces(nodes.map((node) => node.data));
  function staticRange(start, end) {
    if (!(Number.isInteger(start) && Number.isInteger(end) && start < end)) return null;
    const first = index.find(start, "start");
    const last = index.find(end, "end");
    if (!first || !last) return null;
    return new StaticRange({
      startContainer: nodes[first.piece],
      startOffset: first.unit,
      endContainer: nodes[last.piece],
      endOffset: last.unit,
    });
  }
  function range(start, end) {
    const ends = staticRange(start, end);
    return ends && setEnds(root.ownerDocument.createRange(), ends);
  }
  return { length: index.length, range, staticRange };
}

/** Gives the Range `range` the ends of another one. */
export function setEnds(range, { startContainer, startOffset, endContainer, endOffset }) {
  range.setStart(startContainer, startOffset);
  range.setEnd(endContainer, endOffset);
  return range;
}

/** The DOM Range of { start, end } in code points of a section's text, or null. */
export function toRange(root, start, end) {
  return indexSection(root).range(start, end);
}

function unitsBefore(root, node, offset) {
  const before = root.ownerDocument.createRange();
  before.selectNodeContents(root);
  before.setEnd(node, offset);
  return before.toString().length;
}

/**
 * A DOM Range as { start, end } in code points of the section's textContent, blanks at its ends left out; null when
 * it holds no words of the section. What reaches beyond the section is cut off.
 */
export function toOffsets(root, range) {
  const inside = intersection(root, range);
  if (!inside) return null;
  const text = root.textContent;
  const first = unitsBefore(root, inside.startContainer, inside.startOffset);
  let last = unitsBefore(root, inside.endContainer, inside.endOffset);
  if (last > 0 && isPair(text, last - 1)) last += 1;
  return trim(text, toCodePoints(text, first), toCodePoints(text, last));
}

function intersection(root, range) {
  const whole = root.ownerDocument.createRange();
  whole.selectNodeContents(root);
  if (range.compareBoundaryPoints(Range.END_TO_START, whole) >= 0) return null;
  if (range.compareBoundaryPoints(Range.START_TO_END, whole) <= 0) return null;
  const inside = range.cloneRange();
  if (inside.compareBoundaryPoints(Range.START_TO_START, whole) < 0) {
    inside.setStart(whole.startContainer, whole.startOffset);
  }
  if (inside.compareBoundaryPoints(Range.END_TO_END, whole) > 0) inside.setEnd(whole.endContainer, whole.endOffset);
  return inside;
}

/**
 * The first of the sections (elements in document order) that a selection has words of, as
 * { root, start, end, clipped }; `clipped` says that it went on into another one. Null when it has words of none.
 */
export function clipToSection(roots, range) {
  let found = null;
  for (const root of roots) {
    const offsets = toOffsets(root, range);
    if (offsets && found) return { ...found, clipped: true };
    if (offsets) found = { root, ...offsets, clipped: false };
  }
  return found;
}
