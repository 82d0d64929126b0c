/* Changes shown in a section's text. What is no longer there is drawn by the style sheet from an attribute of an empty
   element, so that the text stays what offsets count; new words are wrapped, which changes no text either. */

const NEW = { inserted: ["ins", "now"], moved: ["span", "moved"] };
const OLD = { deleted: ["del", "was"], left: ["span", "away"] };

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

/**
 * Draws `changes`, each [kind, start, end, words, whole] in code points, into a section's element; `indexSection` is
 * that of offsets.js. `label` makes the words for those that moved away. The section must be indexed anew afterwards.
 */
export function showChanges(root, changes, indexSection, label = (words) => words) {
  const document = root.ownerDocument;
  const points = [...root.textContent];
  for (const [kind, start, end] of changes) {
    const range = NEW[kind] && indexSection(root).range(start, end);
    if (range) wrap(range, NEW[kind]);
  }
  const index = indexSection(root);
  const gone = changes.filter(([kind]) => OLD[kind]).map((change) => ({ change, range: place(index, points, change[1]) }));
  // From the end, so that what was found before stays where it is; of several at one place the first stays first.
  for (const { change, range } of gone.reverse()) {
    if (!range) continue;
    const [kind, , , words, whole] = change;
    const [name, css] = OLD[kind];
    const element = document.createElement(name);
    element.className = whole ? `${css} whole` : css;
    element.dataset.was = kind === "left" ? label(words) : words;
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
