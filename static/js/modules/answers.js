/* Answers are saved as they are given: a choice at once, words two seconds after the last key and on leaving them. */

import { start } from "../app.js";
import { unsentStore } from "../lib/keeping.js";
import { explain, NotSaved, post } from "../lib/sending.js";

const AFTER = 2000; // ms

start("answers", (element) => {
  const form = element.querySelector("form");
  const state = element.querySelector("[data-state]");
  const words = element.dataset;
  const timers = new Map();
  const store = unsentStore(localStorage, words.member);
  const saved = new Map([...form.querySelectorAll("textarea")].map((field) => [field.name, field.value]));

  async function save(field) {
    clearTimeout(timers.get(field.name));
    const box = field.closest(".ask").querySelector(".error");
    const value = field.value;
    state.textContent = words.saving;
    try {
      const data = await post(form.action, { [field.name]: value });
      saved.set(field.name, value);
      if (field.value === value) store.forget(field.name);
      box.hidden = true;
      state.textContent = `${words.saved} ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;
      if (data.reveals) location.reload();
    } catch (error) {
      explain(box, error, words.notSaved);
      if (error instanceof NotSaved && !navigator.onLine) addEventListener("online", () => !box.hidden && save(field), { once: true });
      state.textContent = words.notSaved;
    }
  }

  form.addEventListener("change", (event) => {
    const field = event.target;
    if (field.type === "radio") save(field);
    else if (field.matches("textarea") && saved.get(field.name) !== field.value) save(field);
  });
  form.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches("textarea")) return;
    store.keep(field.name, { body: field.value });
    clearTimeout(timers.get(field.name));
    timers.set(field.name, setTimeout(() => saved.get(field.name) !== field.value && save(field), AFTER));
  });

  /* Words that were typed here and never reached the server. */
  for (const kept of store.all()) {
    const field = saved.has(kept.place) && form.elements[kept.place];
    if (field && kept.body !== field.value) {
      field.value = kept.body;
      save(field);
    }
  }
});
