/* A story from practice is kept while it is typed, as the reading room keeps its notes, and sent once. */

import { start } from "../app.js";
import { mergeUnsent, unsentStore } from "../lib/keeping.js";
import { explain, fetchUnsent, post } from "../lib/sending.js";

const AFTER = 2000; // ms after the last key
const FIELDS = ["kind", "body", "chapter", "visibility", "discipline", "quote_permission"];

start("story", async (form) => {
  const words = form.dataset;
  const store = unsentStore(localStorage, words.member);
  const state = form.querySelector("[data-state]");
  const error = form.querySelector(".error");
  const kept = mergeUnsent(await fetchUnsent(words.unsentListUrl), store.all());
  const earlier = kept.find((note) => note.place.startsWith("story:") && note.fields?.body?.trim());
  const fresh = () => `story:${Date.now().toString(36)}${Math.random().toString(36).slice(2, 10)}`;
  let place = earlier?.place ?? fresh();
  let timer;

  function content() {
    const data = new FormData(form);
    const fields = Object.fromEntries(FIELDS.filter((name) => data.has(name)).map((name) => [name, data.get(name)]));
    return { body: fields.body, chapter: fields.chapter, fields };
  }

  async function toServer() {
    try {
      await post(words.unsentUrl, { place, content: JSON.stringify(content()) });
      state.textContent = words.kept;
    } catch {
      state.textContent = words.notKept;
    }
  }

  if (earlier) {
    for (const [name, value] of Object.entries(earlier.fields)) if (form.elements[name]) form.elements[name].value = value;
    state.textContent = words.kept;
  }

  form.addEventListener("input", () => {
    store.keep(place, content());
    clearTimeout(timer);
    timer = setTimeout(toServer, AFTER);
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(timer);
    error.hidden = true;
    try {
      await post(form.action, { ...content().fields, place });
      store.forget(place);
      location.reload();
    } catch (problem) {
      if (problem.data?.code === "already_sent") {
        store.forget(place);
        place = fresh();
      }
      store.keep(place, content());
      explain(error, problem, words.notSaved);
    }
  });
});
