/* Changes shown in a section's text. What is no longer there is drawn by the style sheet from an attribute of an empty
   element, so that the text stays what offsets count; new words are wrapped, which changes no text either. */

const NEW = { inserted: ["ins", "now"], moved: ["span", "moved"] };
const OLD = { deleted: ["del", "was"], left: ["span", "away"], whence: ["span", "away"] };

function wrap(range, [name, css]) {
  const document = range.startContainer.ownerDocument;
  const { startContainer, startOffset, endContainer, endOffset } = range;
  const root = range.commonAncestorContainer;
  const nodes = [];
  if (root.nodeType === Node.TEXT_NODE) nodes.push(root);
  else {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (range.intersectsNode(walker.currentNode)) nodes.push(walker.currentNode);
  }
  for (const node of nodes) {
    let part = node;
    if (node === endContainer) part.splitText(endOffset);
    if (node === startContainer) part = part.splitText(startOffset);
    if (!part.data.trim() || part.parentElement.closest("math")) continue;
    const element = document.createElement(name);
    element.className = css;
    part.replaceWith(element);
    element.append(part);
  }
}

/* Where deleted words stood: after the character before them, in its passage, else before the one after them. */
function place(index, points, at) {
  const after = at > 0 && points[at - 1] !== "\n";
  const range = after ? index.range(at - 1, at) : index.range(at, at + 1);
  if (!range) return null;
  range.collapse(!after);
  return range;
}

/* What is drawn from an attribute; where it says where words went or came from, a link to go there. */
function drawn(document, [kind, , , words, whole, address]) {
  const [name, css] = OLD[kind];
  const element = document.createElement(address ? "a" : name);
  const struck = whole ? words : words.trim() || words;
  const spaced = !whole && struck !== words && /^\s/.test(words);
  element.className = whole ? `${css} whole` : spaced ? `${css} spaced` : css;
  element.dataset.was = struck;
  if (address) {
    element.href = address;
    element.setAttribute("aria-label", words);
  }
  return element;
}

/**
 * Draws `changes`, each [kind, start, end, words, whole, address] in code points, into a section's element;
 * `indexSection` is that of offsets.js. The section must be indexed anew afterwards.
 */
export function showChanges(root, changes, indexSection) {
  const document = root.ownerDocument;
  const points = [...root.textContent];
  const before = indexSection(root);
  // From the end, so that what was indexed before stays where it is.
  for (const [kind, start, end] of [...changes].reverse()) {
    const range = NEW[kind] && before.range(start, end);
    if (range) wrap(range, NEW[kind]);
  }
  const index = indexSection(root);
  const gone = changes.filter(([kind]) => OLD[kind]).map((change) => ({ change, range: place(index, points, change[1]) }));
  // Of several at one place the first stays first.
  for (const { change, range } of gone.reverse()) {
    if (!range) continue;
    const element = drawn(document, change);
    const { startContainer: node, startOffset: offset } = range;
    if (node.nodeType === Node.TEXT_NODE && node.parentElement.closest("math")) {
      node.parentElement.closest("math").after(element);
      continue;
    }
    // New words in the place of old ones follow them.
    const inside = node.parentElement.closest("ins.now, span.moved");
    if (inside && inside.firstChild === node && offset === 0) inside.before(element);
    else if (inside && inside.lastChild === node && offset === node.data.length) inside.after(element);
    else range.insertNode(element);
  }
}

/** Takes all that away again; the section must be indexed anew afterwards. */
export function hideChanges(root) {
  for (const element of root.querySelectorAll("[data-was]")) element.remove();
  for (const element of root.querySelectorAll("ins.now, span.moved")) element.replaceWith(...element.childNodes);
  root.normalize();
}
