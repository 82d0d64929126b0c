/* Writing a note. Every word is kept in the browser at once and on the server two seconds after the last key. */

import { describe } from "../../lib/selectors.js";
import { slice } from "../../lib/offsets.js";
import { explain, NotSaved, post, Refusal } from "../../lib/sending.js";
import { collect, diffNodes, drop, open, put } from "./notes.js";
import { fill, giveFocus, say } from "./room.js";

const KEEP_AFTER = 2000; // ms after the last key
const REACTIONS = { confusing: "confusing", valuable: "valuable", slow: "too_slow", disagree: "disagree", missing: "missing" };

/** A name for a composer that no other has. */
export function newPlace() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `note:${[...bytes].map((b) => b.toString(16).padStart(2, "0")).join("")}`;
}

/** Keeps what a field holds, here at once and on the server after a while; `state` says so. */
export function keeper(room, place, content, state) {
  let timer;
  let waits = false; // whether there is something that the server does not have
  async function toServer() {
    try {
      await post(room.data.unsentUrl, { place, content: JSON.stringify(content()) });
      waits = false;
      state.textContent = room.words.kept;
    } catch (error) {
      if (error.data?.way_back) {
        state.textContent = room.words.kept_in_browser;
        explain(state.closest("form").querySelector(".error"), error);
        room.tell("grown");
      } else state.textContent = error instanceof Refusal ? error.message : room.words.not_kept;
      if (error instanceof NotSaved) addEventListener("online", () => waits && toServer(), { once: true });
    }
  }
  return {
    keep() {
      room.store.keep(place, content());
      waits = true;
      clearTimeout(timer);
      timer = setTimeout(toServer, KEEP_AFTER);
    },
    stop() {
      waits = false;
      clearTimeout(timer);
    },
    forget() {
      this.stop();
      room.store.forget(place);
    },
    discard() {
      this.forget();
      post(room.data.unsentUrl, { place, discard: "1" }).catch(() => {});
    },
  };
}

/** Says in the form why something was not saved; both texts where the words are no longer there. */
export function showError(room, form, error) {
  const more = [];
  if (error instanceof Refusal && error.data.code === "selector_mismatch") {
    more.push(fill(room.words.expected, { t: error.data.expected }), fill(room.words.found, { t: error.data.found }));
  }
  form.dataset.refused = error.data?.code ?? "";
  explain(form.querySelector(".error"), error, navigator.onLine ? room.words.not_saved : room.words.offline, more);
  if (error instanceof NotSaved && !navigator.onLine) sendWhenBack(form);
}

/* What was to be sent without a connection goes when there is one, unless it was thrown away or sent meanwhile. */
function sendWhenBack(form) {
  const submitter = form.querySelector("[type=submit]");
  const waiting = () => form.isConnected && !form.querySelector(".error").hidden;
  addEventListener("online", () => waiting() && form.requestSubmit(submitter), { once: true });
}

/** The fields of a post, of what a composer holds; kept with it, so that it can be sent from elsewhere. */
function fieldsOf(content) {
  const reaction = REACTIONS[content.mark];
  const fields = {
    kind: reaction ? "reaction" : content.mark === "suggest" ? "suggestion" : content.mark,
    reaction,
    body: content.body,
    replacement: content.mark === "suggest" ? content.replacement : undefined,
    discipline: content.discipline,
    visibility: content.visibility,
    quote_permission: content.quote_permission,
  };
  if (content.belongs === "book") return fields;
  if (content.belongs === "chapter" || !content.text_id) return { ...fields, chapter: content.chapter };
  return { ...fields, text_id: content.text_id, selector: content.selector && JSON.stringify(content.selector) };
}

export function startComposer(room) {
  const template = document.querySelector("#composer");

  /** Notes a place as `mark`: { section, start, end, clipped }, or null for the chapter. Reactions go at once. */
  room.note = (mark, place, opener = null) => {
    const content = describePlace(room, mark, place);
    if (REACTIONS[mark]) return react(content);
    return compose(content, newPlace(), { opener, clipped: place?.clipped });
  };

  async function react(content) {
    const place = newPlace();
    try {
      const data = await post(room.data.notesUrl, { ...fieldsOf(content), place });
      open(room, put(room, data.html), { scroll: false, focus: true });
      say(fill(room.words.marked, { t: room.words.titles[content.mark] }));
    } catch (error) {
      const draft = compose(content, place, {});
      showError(room, draft.querySelector("form"), error);
    }
  }

  function compose(content, place, { opener = null, clipped = false, focus = true, kept = false } = {}) {
    const element = template.content.firstElementChild.cloneNode(true);
    const form = element.querySelector("form");
    element.dataset.place = place;
    fillIn(room, element, content, clipped);
    room.list.append(element);
    collect(room);
    const item = room.items.find((i) => i.element === element);
    item.opener = opener ?? item.unit?.button ?? null;
    const read = () => {
      const held = { ...content, ...Object.fromEntries(new FormData(form)), place };
      return { ...held, fields: fieldsOf(held) };
    };
    const keeping = keeper(room, place, read, form.querySelector(".kept"));
    form.addEventListener("input", () => {
      element.querySelector("[data-voice]")?.replaceChildren(form.discipline?.selectedOptions[0].dataset.code ?? element.querySelector("[data-voice]").textContent);
      drawOldAndNew(room, element, content);
      keeping.keep();
    });
    if (kept) form.querySelector(".kept").textContent = room.words.kept;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      keeping.stop();
      form.querySelector(".error").hidden = true;
      const button = form.querySelector("[type=submit]");
      button.disabled = true;
      try {
        const data = await post(room.data.notesUrl, { ...read().fields, place });
        keeping.forget();
        if (read().belongs === "book" && room.data.chapter) {
          drop(room, element);
          open(room, null);
        } else {
          open(room, put(room, data.html, element), { scroll: false, focus: true });
        }
        say(room.words.saved);
      } catch (error) {
        button.disabled = false;
        if (error.data?.code === "already_sent") return sendApart(read(), error);
        keeping.keep();
        showError(room, form, error);
        collect(room);
      }
    });
    /* Its composer went from another window with other words: these become a note of their own. */
    function sendApart(left, error) {
      keeping.forget();
      drop(room, element);
      const again = compose(left, newPlace(), { opener: item.opener }).querySelector("form");
      again.dispatchEvent(new Event("input"));
      showError(room, again, error);
    }
    const close = () => {
      drop(room, element);
      open(room, null);
      giveFocus(item.opener);
    };
    form.querySelector("[data-discard]").addEventListener("click", () => {
      const left = read();
      keeping.discard();
      close();
      const empty = !left.body?.trim() && (content.mark !== "suggest" || left.replacement === content.exact);
      if (!empty) say(room.words.discarded, { label: room.words.undo, act: () => compose(left, newPlace(), {}) });
    });
    if (focus) {
      open(room, item, { scroll: !room.wide.matches });
      const field = content.mark === "suggest" ? form.replacement : form.body;
      field.focus({ preventScroll: true });
      field.setSelectionRange(field.value.length, field.value.length);
    }
    return element;
  }

  room.unsent.then((notes) => {
    for (const note of notes) {
      if (note.mark && note.chapter === room.data.chapter && !room.list.querySelector(`[data-place="${CSS.escape(note.place)}"]`)) {
        compose(replace(room, note), note.place, { focus: false, kept: true });
      }
    }
  });
}

/* What a new composer holds before anything is typed. */
function describePlace(room, mark, place) {
  const content = { mark, chapter: room.data.chapter, draft: room.data.draft, body: "" };
  if (!place) return { ...content, belongs: room.data.chapter ? "chapter" : "book" };
  const text = place.section.element.textContent;
  const exact = slice(text, place.start, place.end);
  return {
    ...content,
    text_id: place.section.textId,
    section: place.section.key,
    start: place.start,
    end: place.end,
    exact,
    selector: describe(text, place.start, place.end),
    replacement: mark === "suggest" ? exact : undefined,
  };
}

/* An unsent note whose text is another draft's: on the same words where they stand once, else on the chapter. */
function replace(room, note) {
  if (!note.text_id || room.byText.has(note.text_id)) return note;
  const section = room.byKey.get(note.section);
  const text = section?.element.textContent ?? "";
  const at = text.indexOf(note.exact);
  if (at >= 0 && text.indexOf(note.exact, at + 1) < 0) {
    const start = [...text.slice(0, at)].length;
    return { ...note, ...describePlace(room, note.mark, { section, start, end: start + [...note.exact].length }), body: note.body, replacement: note.replacement };
  }
  return { ...note, text_id: undefined, selector: undefined, belongs: "chapter", lost: note.exact };
}

function fillIn(room, element, content, clipped) {
  const form = element.querySelector("form");
  const { mark } = content;
  const unit = room.units.find((u) => u.section.textId === content.text_id && u.start === content.start && u.end === content.end);
  Object.assign(element.dataset, { kind: mark, mine: "1", status: "open" });
  if (content.text_id) Object.assign(element.dataset, { text: content.text_id, start: content.start, end: content.end });
  element.querySelector(".k use").setAttribute("href", `${room.data.icons}#i-${mark}`);
  const where = content.text_id ? (unit ? room.words.on.paragraph : "") : room.words.on[room.data.chapter ? "chapter" : "book"];
  element.querySelector("[data-title]").textContent = `${room.words.titles[mark]} ${where}`.trim();
  const quote = element.querySelector(".quote");
  quote.textContent = content.lost ? fill(room.words.moved_words, { t: content.lost }) : (content.exact ?? "");
  quote.hidden = !quote.textContent;
  quote.classList.toggle("lost", Boolean(content.lost));
  form.querySelector(".clipped").hidden = !clipped;
  for (const field of form.querySelectorAll("[data-for]")) {
    const used = field.dataset.for === mark;
    field.hidden = !used;
    for (const control of field.querySelectorAll("textarea, select")) control.disabled = !used;
  }
  const why = mark === "suggest" || REACTIONS[mark];
  form.querySelector("[data-label]").textContent = why ? room.words.labels.why : mark === "experience" ? room.words.labels.story : room.words.labels.note;
  form.body.placeholder = room.words.placeholders[mark] ?? room.words.placeholders.reaction;
  form.body.rows = mark === "experience" ? 7 : 2;
  if (!content.text_id) form.belongs.querySelector("[value=passage]").remove();
  if (!room.data.chapter) form.belongs.querySelector("[value=chapter]").remove();
  for (const name of ["body", "replacement", "discipline", "visibility", "quote_permission", "belongs"]) {
    if (content[name] !== undefined && form[name]) form[name].value = content[name];
  }
  drawOldAndNew(room, element, content);
}

function drawOldAndNew(room, element, content) {
  if (content.mark !== "suggest") return;
  const shown = element.querySelector(".sugg");
  shown.hidden = false;
  shown.replaceChildren(...diffNodes(content.exact, element.querySelector("form").replacement.value));
  room.tell("grown");
}
