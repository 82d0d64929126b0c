/* A story from practice is kept while it is typed, as the reading room keeps its notes, and sent once. */

import { start } from "../app.js";
import { sendsOnce } from "../lib/forms.js";
import { keeper, newPlace } from "../lib/keeper.js";
import { unsentOf } from "../lib/outbox.js";
import { words } from "../lib/words.js";

const FIELDS = ["kind", "body", "chapter", "visibility", "discipline", "quote_permission"];

const SENT = "story-sent"; // that the page is there anew because a story went

start("story", async (form) => {
  const state = form.querySelector("[data-state]");
  const content = () => {
    const data = new FormData(form);
    const fields = Object.fromEntries(FIELDS.filter((name) => data.has(name)).map((name) => [name, data.get(name)]));
    return { body: fields.body, chapter: fields.chapter, fields };
  };
  const fill = (fields) => {
    for (const [name, value] of Object.entries(fields)) if (form.elements[name]) form.elements[name].value = value;
  };
  const anew = () => keeping.rename(newPlace("story"));
  const keeping = keeper({ url: form.dataset.unsentUrl, place: newPlace("story"), content, state, taken: anew, show: (other) => fill(other.fields) });
  const sending = sendsOnce(form, {
    keeping,
    request: () => ({ url: form.action, fields: { ...content().fields, place: keeping.place } }),
    sent: () => {
      sessionStorage.setItem(SENT, "1");
      location.reload();
    },
    refused: (error) => {
      if (error.data?.code === "already_sent") anew();
      return [];
    },
  });
  if (sessionStorage.getItem(SENT)) {
    sessionStorage.removeItem(SENT);
    state.textContent = form.dataset.sent;
    form.querySelector("[type=submit]").focus({ preventScroll: true });
  }
  form.addEventListener("input", () => {
    if (state.textContent === form.dataset.sent) state.textContent = "";
    keeping.keep();
  });
  if (form.elements.body.value) keeping.keep(); // typed before this began

  const kept = await unsentOf(form.dataset.unsentListUrl, form.dataset.unsentUrl);
  const earlier = kept.find((note) => note.place.startsWith("story:") && note.fields?.body?.trim());
  if (!earlier || form.elements.body.value) return;
  keeping.rename(earlier.place, false);
  fill(earlier.fields);
  state.textContent = words.kept;
  if (earlier.waits) sending.waits();
});
