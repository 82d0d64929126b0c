/* Naming someone by @ while writing: who fits is offered below the field. Whom one may name is asked for once a minute:
   who has written meanwhile is among them. */

import { fill } from "./room.js";

const AT = /(?:^|[^\w.+/@-])@([^@\n]{0,60})$/u;
const MOST = 8;
const FRESH = 60_000; // ms

export function startNaming(room) {
  let everyone = null; // promised when asked for
  let since = 0; // when it was asked for
  let shown = null; // what is open: { field, list, options, at, from }

  function names() {
    if (everyone && performance.now() - since < FRESH) return everyone;
    since = performance.now();
    everyone = fetch(room.data.namesUrl, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
      .then((data) => data.names)
      .catch(() => {
        everyone = null;
        return [];
      });
    return everyone;
  }

  /* What stands after the @ before the caret, and where; null where nobody is being named. */
  function asked(field) {
    if (field.selectionStart !== field.selectionEnd) return null;
    const found = AT.exec(field.value.slice(0, field.selectionStart));
    return found && { words: found[1].toLowerCase(), from: field.selectionStart - found[1].length };
  }

  /* Those whose handle, a word of it, or what is known of them begins so. */
  function fitting(all, words) {
    const begins = (text) => ` ${text.toLowerCase()}`.includes(` ${words}`);
    return all.filter(({ handle, about }) => begins(handle) || (words && begins(about))).slice(0, MOST);
  }

  async function offer(field) {
    if (!asked(field)) return close();
    const all = await names();
    const now = field.isConnected && document.activeElement === field && asked(field);
    const found = now ? fitting(all, now.words) : [];
    if (!found.length) return close();
    show(field, found, now.from);
  }

  function show(field, found, from) {
    const before = shown;
    if (before?.field !== field) close();
    const list = shown?.list ?? makeList(field);
    const options = found.map((one, n) => makeOption(one, n));
    list.replaceChildren(...options);
    shown = { field, list, options, from, found, at: 0 };
    point(0);
    if (!before) {
      const n = found.length;
      list.nextElementSibling.textContent = fill(n === 1 ? room.words.names_one : room.words.names_many, { n });
      list.scrollIntoView({ block: "nearest" });
    }
    room.tell("grown");
  }

  function makeList(field) {
    const list = document.createElement("ul");
    Object.assign(list, { id: "names", className: "names-offered" });
    list.setAttribute("role", "listbox");
    list.tabIndex = 0; // it scrolls; in the field Tab takes a name and does not come here
    list.setAttribute("aria-label", room.words.names);
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (!option) return;
      event.preventDefault();
      choose(shown.options.indexOf(option));
    });
    const told = document.createElement("p");
    told.className = "vh";
    told.setAttribute("role", "status");
    (field.closest("label") ?? field).after(list, told);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    return list;
  }

  function makeOption({ handle, about }, n) {
    const option = document.createElement("li");
    option.id = `name-${n}`;
    option.setAttribute("role", "option");
    option.append(Object.assign(document.createElement("b"), { textContent: handle }));
    if (about) option.append(" ", Object.assign(document.createElement("span"), { textContent: about }));
    return option;
  }

  function point(at) {
    shown.options.forEach((option, n) => option.setAttribute("aria-selected", n === at));
    shown.at = at;
    shown.field.setAttribute("aria-activedescendant", shown.options[at].id);
    const { list } = shown;
    const option = shown.options[at];
    if (option.offsetTop < list.scrollTop) list.scrollTop = option.offsetTop;
    const below = option.offsetTop + option.offsetHeight - list.clientHeight;
    if (below > list.scrollTop) list.scrollTop = below;
  }

  function choose(at) {
    const { field, from, found } = shown;
    close();
    field.focus({ preventScroll: true });
    field.setRangeText(`${found[at].handle} `, from, field.selectionStart, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
  }

  function close() {
    if (!shown) return;
    const { field, list } = shown;
    shown = null;
    list.nextElementSibling.remove();
    list.remove();
    for (const name of ["aria-autocomplete", "aria-controls", "aria-activedescendant"]) field.removeAttribute(name);
    room.tell("grown");
  }

  const KEYS = {
    ArrowDown: () => point((shown.at + 1) % shown.options.length),
    ArrowUp: () => point((shown.at + shown.options.length - 1) % shown.options.length),
    Enter: () => choose(shown.at),
    Tab: () => choose(shown.at),
    Escape: close,
  };
  const writes = (target) => target instanceof HTMLTextAreaElement && target.name === "body" && room.margin.contains(target);

  document.addEventListener("input", (event) => {
    if (!writes(event.target)) return;
    if (event.inputType === "insertReplacementText") close();
    else offer(event.target);
  });
  document.addEventListener("click", (event) => shown && event.target === shown.field && offer(shown.field));
  document.addEventListener("focusout", (event) => shown && event.target === shown.field && close());
  // Before the room's own keys, of which Escape would close the note.
  document.addEventListener(
    "keydown",
    (event) => {
      if (!shown || event.target !== shown.field || event.isComposing) return;
      const act = event.shiftKey || event.ctrlKey || event.metaKey || event.altKey ? null : KEYS[event.key];
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    },
    true,
  );
}
