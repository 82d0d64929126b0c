/* Writing a note. Every word is kept in the browser at once and on the server two seconds after the last key. */

import { describe } from "../../lib/selectors.js";
import { notSaved, sendsOnce } from "../../lib/forms.js";
import { newPlace } from "../../lib/keeper.js";
import { slice } from "../../lib/offsets.js";
import { explain, post, Refusal } from "../../lib/sending.js";
import { words } from "../../lib/words.js";
import { itemById, itemOf } from "./item.js";
import { collect, diffNodes, drop, open, put, putAnswer } from "./notes.js";
import { fill, giveFocus, isWriting, say } from "./room.js";

export const REACTIONS = { confusing: "confusing", valuable: "valuable", slow: "too_slow", disagree: "disagree", missing: "missing" };
const TYPED = ["body", "replacement", "discipline", "visibility", "quote_permission", "belongs"];

/** Says in the form why something was not saved; both texts where the words are no longer there. */
export function showError(room, form, error) {
  explain(form.querySelector(".error"), error, notSaved(), bothTexts(room, error));
}

function bothTexts(room, error) {
  if (error.data?.code !== "selector_mismatch") return [];
  return [fill(room.words.expected, { t: error.data.expected }), fill(room.words.found, { t: error.data.found })];
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

  const marking = new Set(); // reactions on their way

  /** Notes a place as `mark`: { section, start, end, clipped }, or null for the chapter. Reactions go at once; a note
   * that was begun there and is not sent yet is gone on with. */
  room.note = (mark, place, opener = null) => {
    const content = describePlace(room, mark, place);
    if (REACTIONS[mark]) return react(content);
    const begun = room.items.find((item) => item.begun && isSamePlace(item.begun, content));
    if (begun) return resume(begun);
    return compose(content, newPlace("note"), { opener, clipped: place?.clipped });
  };

  /* A reaction is kept as what is on its way too; the same one on the same words is not sent beside itself. */
  async function react(content) {
    const same = JSON.stringify([content.mark, content.text_id, content.start, content.end]);
    if (marking.has(same)) return;
    marking.add(same);
    const place = newPlace("note");
    const before = room.active;
    const goneOn = () => isWriting() || room.active !== before;
    const fields = { ...fieldsOf(content), place };
    room.store.keep(place, { ...content, waits: { url: room.data.notesUrl, fields } });
    try {
      const data = await post(room.data.notesUrl, fields);
      room.store.forget(place);
      const writes = goneOn();
      const item = put(room, data.html);
      if (writes) room.tell("grown");
      else open(room, item, { scroll: !room.wide.matches && Boolean(content.text_id), focus: true });
      say(fill(room.words.marked, { t: room.words.titles[content.mark] }));
    } catch (error) {
      compose(content, place, { failed: error });
    } finally {
      marking.delete(same);
    }
  }

  function compose(content, place, { opener = null, clipped = false, focus = true, kept = false, typed = false, failed = null } = {}) {
    const element = template.content.firstElementChild.cloneNode(true);
    const form = element.querySelector("form");
    element.dataset.place = place;
    fillIn(room, element, content, clipped);
    room.list.append(element);
    collect(room);
    const item = itemOf(room, element);
    item.opener = opener ?? item.unit?.button ?? null;
    item.begun = content;
    item.isBlank = () => !REACTIONS[content.mark] && isBlank(read(), content);
    const read = () => {
      const held = { ...content, waits: undefined, ...Object.fromEntries(new FormData(form)) };
      return { ...held, fields: fieldsOf(held) };
    };
    /* Its composer went from another window with other words: these become a note of their own. */
    const setApart = () => {
      keeping.rename(newPlace("note"));
      element.dataset.place = keeping.place;
    };
    const keeping = room.keeper(place, read, {
      state: form.querySelector(".kept"),
      taken: setApart,
      show: (other) => {
        setTyped(form, other);
        drawTyped(room, element, content);
      },
    });
    form.addEventListener("input", () => {
      drawTyped(room, element, content);
      keeping.keep();
      room.tell("grown");
    });
    if (kept) form.querySelector(".kept").textContent = words.kept;
    if (typed) keeping.keep();
    const sending = sendsOnce(form, {
      keeping,
      request: () => ({ url: room.data.notesUrl, fields: { ...read().fields, place: keeping.place } }),
      sent: (data) => {
        if (read().belongs === "book" && room.data.chapter) {
          goes();
        } else putAnswer(room, data.html, element, form);
        say(room.words.saved);
      },
      refused: (error) => {
        if (error.data?.code === "already_sent") setApart();
        return bothTexts(room, error);
      },
      told: () => collect(room),
    });
    const close = () => {
      drop(room, element);
      open(room, null);
      giveFocus(item.opener);
    };
    /* It went elsewhere. Who has gone on to something else meanwhile stays there. */
    const goes = () => {
      if (room.active !== item) return drop(room, element);
      const goneOn = isWriting() && !element.contains(document.activeElement);
      drop(room, element);
      open(room, null);
      if (!goneOn) giveFocus(item.opener);
    };
    form.querySelector("[data-discard]").addEventListener("click", () => {
      const left = read();
      keeping.discard();
      close();
      if (!isBlank(left, content)) say(room.words.discarded, { label: room.words.undo, undoes: true, act: () => compose(left, newPlace("note"), { typed: true }) });
    });
    if (focus) {
      open(room, item, { scroll: !room.wide.matches && Boolean(content.text_id) }); // the chapter's head is no place to go to
      const field = content.mark === "suggest" ? form.replacement : form.body;
      field.focus({ preventScroll: true });
      field.setSelectionRange(field.value.length, field.value.length);
    }
    if (failed instanceof Refusal) showError(room, form, failed);
    else if (failed || content.waits) sending.waits();
    return element;
  }

  addEventListener("arrived", ({ detail: { note, data } }) => {
    const composer = room.list.querySelector(`[data-place="${CSS.escape(note.place)}"]`);
    const stands = composer ?? itemById(room, data.id);
    if (note.chapter === room.data.chapter && note.belongs !== "book" && data.html) (stands ? putAnswer : put)(room, data.html, composer);
    else if (composer) drop(room, composer);
    say(words.arrived);
  });

  room.unsent.then((notes) => {
    for (const note of notes) {
      if (note.mark && note.chapter === room.data.chapter && !room.list.querySelector(`[data-place="${CSS.escape(note.place)}"]`)) {
        compose(replace(room, note), note.place, { focus: false, kept: true });
      }
    }
    document.fonts.ready.then(openAsked);
  });

  /* The unsent note that the address names. */
  function openAsked() {
    const named = ({ dataset }) => location.hash === `#unsent-${encodeURIComponent(dataset.place)}`;
    const item = room.items.find(({ draft, element }) => draft && named(element));
    if (item) resume(item);
  }

  function resume(item) {
    open(room, item);
    item.element.querySelector("textarea:enabled").focus({ preventScroll: true });
    return item.element;
  }
}

/** Closes the open note. A composer in which nothing was typed goes; what was typed is kept, and that is said. */
export function leave(room) {
  const item = room.active;
  if (item?.draft && item.isBlank()) return item.element.querySelector("[data-discard]").click();
  open(room, null);
  if (item?.draft) say(room.words.kept_here);
}

function isSamePlace(one, other) {
  return ["mark", "text_id", "start", "end"].every((name) => one[name] === other[name]);
}

/* Whether nothing was typed into a composer that began with `content`. */
function isBlank(held, content) {
  return !held.body?.trim() && (content.mark !== "suggest" || held.replacement === content.exact);
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
  setTyped(form, content);
  drawTyped(room, element, content);
}

function setTyped(form, content) {
  for (const name of TYPED) if (content[name] !== undefined && form[name]) form[name].value = content[name];
}

function drawTyped(room, element, content) {
  const voice = element.querySelector("[data-voice]");
  const { discipline } = element.querySelector("form");
  if (voice && discipline) voice.textContent = discipline.selectedOptions[0].dataset.code;
  drawOldAndNew(room, element, content);
}

function drawOldAndNew(room, element, content) {
  if (content.mark !== "suggest") return;
  const shown = element.querySelector(".sugg");
  shown.hidden = false;
  shown.replaceChildren(...diffNodes(content.exact, element.querySelector("form").replacement.value));
  room.tell("grown");
}
