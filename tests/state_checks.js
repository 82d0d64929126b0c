/* What can be computed of a page as it stands: each check gives sentences, none where all is well. */

(() => {
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const name = (element) => {
    const own = element.id ? `#${element.id}` : [...element.classList].map((each) => `.${each}`).join("");
    const words = (element.getAttribute("aria-label") || element.textContent || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `${element.localName}${own} “${words}”`;
  };
  const up = function* (element) {
    for (let each = element; each; each = each.parentElement) yield each;
  };
  const styleOf = (element) => getComputedStyle(element);
  /* A dialog makes the rest of the page inert. */
  const modal = () => document.querySelector("dialog:modal");
  /* Words for ears alone stand in a box of one pixel. */
  const forEars = (element) => {
    for (const each of up(element)) if (each.clientWidth === 1 && each.clientHeight === 1) return true;
    return false;
  };
  const there = (element) => seen(element) && (!modal() || modal().contains(element)) && !forEars(element);
  const scrolls = (element) => {
    for (const each of up(element.parentElement)) {
      if (each === document.body) return false;
      if (/auto|scroll/.test(styleOf(each).overflowX)) return true;
    }
    return false;
  };

  /* Text nodes that show, each with its element and the boxes of its lines. */
  function lines() {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const element = node.parentElement;
      if (!node.data.trim() || !there(element) || element.closest("script, style, template, noscript, option, math")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      found.push({ node, element, boxes: [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1) });
    }
    return found;
  }

  function sideways() {
    const over = document.scrollingElement.scrollWidth - Math.round(visualViewport.width * visualViewport.scale); // innerWidth grows with the page on a phone
    if (over <= 0) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((each) => there(each) && !scrolls(each));
    wide.sort((a, b) => b.getBoundingClientRect().right - a.getBoundingClientRect().right);
    return [`the page scrolls sideways by ${over} px, for ${name(wide[0])}`];
  }

  /* Words cut by a box that neither scrolls nor says with an ellipsis or a clamp that there is more. */
  function cut(all) {
    const found = new Set();
    for (const { element, boxes } of all) {
      for (const box of boxes) {
        const part = shown(element, box);
        if ((part.left < -1 || part.right > innerWidth + 1) && part.height > 0 && !scrolls(element)) found.add(`words outside the window: ${name(element)}`);
      }
      for (const each of up(element)) {
        const style = styleOf(each);
        if (style.display === "inline" || each === document.documentElement || each === document.body) continue;
        if (/auto|scroll/.test(style.overflowY) || style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none") break;
        if (!/hidden|clip/.test(`${style.overflowX} ${style.overflowY}`)) continue;
        const own = each.getBoundingClientRect();
        const over = boxes.some((box) => box.right > own.right + 1.5 || box.left < own.left - 1.5 || box.bottom > own.bottom + 4 || box.top < own.top - 4);
        if (over) found.add(`words cut off: ${name(element)} in ${name(each)}`);
      }
    }
    return [...found];
  }

  /* What floats over the page covers it rightly: words are compared with words of the same layer. */
  function layerOf(element) {
    for (const each of up(element)) {
      if (/fixed|sticky/.test(styleOf(each).position) || each.matches("dialog, .note.on, .names-offered, details.more > div")) return each;
    }
    return null;
  }

  /* The part of a box that the boxes around it let through. */
  function shown(element, { left, top, right, bottom }) {
    const box = { left, top, right, bottom };
    for (const each of up(element)) {
      const style = styleOf(each);
      if (style.display === "inline" || `${style.overflowX}${style.overflowY}` === "visiblevisible" || each.matches("html, body")) continue;
      const own = each.getBoundingClientRect();
      box.left = Math.max(box.left, own.left);
      box.right = Math.min(box.right, own.right);
      box.top = Math.max(box.top, own.top);
      box.bottom = Math.min(box.bottom, own.bottom);
    }
    return { ...box, height: box.bottom - box.top };
  }

  function overlaps(all) {
    const boxes = all.flatMap(({ element, boxes }) => {
      const layer = layerOf(element);
      return boxes.map((box) => ({ element, box: shown(element, box), layer })).filter(({ box }) => box.height > 2);
    });
    boxes.sort((a, b) => a.box.top - b.box.top);
    const found = new Set();
    for (let i = 0; i < boxes.length; i += 1) {
      const a = boxes[i];
      for (let j = i + 1; j < boxes.length && boxes[j].box.top < a.box.bottom - 6; j += 1) {
        const b = boxes[j];
        if (a.layer !== b.layer || a.element === b.element || a.element.contains(b.element) || b.element.contains(a.element)) continue;
        const width = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const height = Math.min(a.box.bottom, b.box.bottom) - b.box.top;
        if (width > 3 && height > 0.45 * Math.min(a.box.height, b.box.height)) found.add(`words over words: ${name(a.element)} and ${name(b.element)}`);
      }
    }
    return [...found];
  }

  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=option]";

  /* A link in a sentence may be as high as its line (WCAG 2.5.8, inline). */
  function inSentence(element) {
    if (!element.matches("a, button.linkish") || styleOf(element).display !== "inline") return false;
    return [...up(element.parentElement)].slice(0, 3).some((each) => {
      const around = each.textContent.replace(element.textContent, "").trim();
      return /^(block|list-item|table-cell|flow-root|inline|grid|flex)/.test(styleOf(each).display) && around.length > 0;
    });
  }

  /* Whether a square of `size` px around the middle of the control, its label included, belongs to it. */
  function reaches(element, size) {
    const labels = element.labels ? [...element.labels] : [];
    const areas = [element, ...labels].map((each) => each.getBoundingClientRect()).filter((box) => box.width && box.height);
    if (areas.some((box) => box.width >= size - 0.5 && box.height >= size - 0.5)) return true;
    element.scrollIntoView({ block: "center", behavior: "instant" });
    const box = element.getBoundingClientRect();
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const hit = (dx, dy) => {
      const at = document.elementFromPoint(x + dx, y + dy);
      // Where something floats over it now, it is looked at in another state.
      return at && (element.contains(at) || labels.some((label) => label.contains(at)) || layerOf(at) !== layerOf(element));
    };
    const reach = (dx, dy) => {
      let far = 0;
      while (far < size && hit(dx * (far + 1), dy * (far + 1))) far += 1;
      return far;
    };
    return reach(1, 0) + reach(-1, 0) >= size - 2 && reach(0, 1) + reach(0, -1) >= size - 2;
  }

  function small(size) {
    const [x, y] = [scrollX, scrollY];
    const found = new Set();
    for (const element of document.querySelectorAll(CONTROLS)) {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.closest(".vh, .skip") || element.matches(".skip, .vh")) continue;
      if (modal() && !modal().contains(element)) continue;
      if (element.disabled || inSentence(element)) continue;
      if (element.matches(".strip a")) continue; // for a finger the ticks at the other side of the text lead there as well
      if (!reaches(element, size)) {
        const box = element.getBoundingClientRect();
        found.add(`smaller than ${size} px: ${name(element)} ${Math.round(box.width)}x${Math.round(box.height)}`);
      }
    }
    scrollTo({ left: x, top: y, behavior: "instant" });
    return [...found];
  }

  /* Where someone asked for less motion nothing moves. */
  function moves() {
    const long = (times) => times.split(",").some((time) => Number.parseFloat(time) > 0.01);
    const found = new Set();
    if (styleOf(document.documentElement).scrollBehavior === "smooth") found.add("scrolling is smooth");
    for (const element of document.querySelectorAll("*")) {
      const style = styleOf(element);
      if (long(style.animationDuration) && style.animationName !== "none") found.add(`moves: ${name(element)}`);
      if (long(style.transitionDuration)) found.add(`glides: ${name(element)}`);
    }
    return [...found];
  }

  /* The colours of a control that are forced: it must still have an edge, an underline, a picture or the system's look. */
  function vanishes() {
    const found = new Set();
    for (const element of document.querySelectorAll("button, .btn, .input, input, select, textarea")) {
      if (!there(element)) continue;
      const style = styleOf(element);
      const bare = !element.textContent.trim() && !element.querySelector("svg, img") && element.matches("button, a");
      if (bare && style.borderStyle === "none" && style.forcedColorAdjust === "auto") found.add(`vanishes: ${name(element)}`);
    }
    return [...found];
  }

  window.lookedInForcedColours = vanishes;
  window.looked = (size) => {
    const all = lines();
    return [...sideways(), ...cut(all), ...overlaps(all), ...small(size)];
  };
  window.lookedForMotion = moves;
})();
