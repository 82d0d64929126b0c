/* Answers are saved as they are given: a choice at once, words two seconds after the last key and on leaving them.
   One at a time for each question, so that an earlier one never arrives after a later one. */

import { start } from "../app.js";
import { notSaved } from "../lib/forms.js";
import { flushed, store } from "../lib/outbox.js";
import { explain, NotSaved, post, whenBack } from "../lib/sending.js";

const AFTER = 2000; // ms

start("answers", async (element) => {
  const form = element.querySelector("form");
  const state = element.querySelector("[data-state]");
  const said = element.dataset;
  const fields = [...form.querySelectorAll("textarea, input[type=radio]")];
  const now = (name) => form.elements[name].value;
  const saved = new Map(fields.map(({ name }) => [name, served(name)])); // not as it is now: they may have begun before
  const timers = new Map();
  const under = new Set(); // names of what is on its way
  const held = new Set(); // names of what stands otherwise in another window, until its writer has chosen

  /* What the page came with. */
  function served(name) {
    const asked = fields.filter((field) => field.name === name);
    if (asked[0].type !== "radio") return asked[0].defaultValue;
    return asked.find((field) => field.defaultChecked)?.value ?? "";
  }

  const isWords = (name) => form.elements[name] instanceof HTMLTextAreaElement;
  const askedAs = (name) => fields.find((field) => field.name === name).closest(".ask");
  const boxOf = (name) => askedAs(name).querySelector(".error");

  async function save(name, { quiet = isWords(name) } = {}) {
    clearTimeout(timers.get(name));
    if (under.has(name) || held.has(name) || !form.isConnected) return;
    under.add(name);
    const value = now(name);
    const was = saved.get(name);
    const known = { [name]: value, was };
    store.keep(name, { value, was, waits: { url: form.action, fields: known } });
    state.textContent = said.saving;
    const question = askedAs(name).querySelector(".q");
    delete question.dataset.saved;
    let reveals = false;
    try {
      ({ reveals } = await post(form.action, isWords(name) ? known : { [name]: value }, { quiet }));
      saved.set(name, value);
      if (now(name) === value) store.forget(name);
      boxOf(name).hidden = true;
      state.textContent = `${said.saved} ${new Date().toLocaleTimeString([], { timeStyle: "short" })}`;
      question.dataset.saved = state.textContent; // also where the eye is: a form is longer than a phone
    } catch (error) {
      failed(name, error, was);
    }
    under.delete(name);
    if (saved.get(name) === value && now(name) !== value) return save(name);
    if (reveals) location.reload();
  }

  function failed(name, error, was) {
    const box = boxOf(name);
    state.textContent = said.notSaved;
    explain(box, error, notSaved());
    if (error instanceof NotSaved) whenBack(() => save(name, { quiet: true }));
    else if (error.data?.code === "signed_out") addEventListener("renewed", () => save(name), { once: true });
    else if (error.data?.kept) store.forget(name); // by the server: the round has ended
    else store.keep(name, { value: now(name), was });
    if (error.data?.code !== "changed") return;
    held.add(name);
    const mine = Object.assign(document.createElement("button"), { type: "button", className: "btn small", textContent: said.mine });
    mine.addEventListener("click", () => {
      held.delete(name);
      saved.set(name, error.data.current);
      save(name);
    });
    box.append(" ", mine);
  }

  form.addEventListener("change", ({ target }) => {
    if (target.type === "radio") save(target.name);
    else if (target.matches("textarea") && saved.get(target.name) !== target.value) save(target.name);
  });
  form.addEventListener("input", ({ target }) => {
    const { name } = target;
    if (!target.matches("textarea")) return;
    store.keep(name, { value: target.value, was: saved.get(name) });
    clearTimeout(timers.get(name));
    timers.set(name, setTimeout(() => saved.get(name) !== target.value && save(name), AFTER));
  });

  /* A number rates, where the focus is on a rating. */
  form.addEventListener("keydown", (event) => {
    if (event.target.type !== "radio" || event.ctrlKey || event.metaKey || event.altKey || !/^[1-5]$/.test(event.key)) return;
    const rated = event.target.closest(".ask").querySelector(`.opts.five [value="${event.key}"]`);
    if (!rated) return;
    event.preventDefault();
    rated.focus();
    rated.click();
  });

  for (const [name, was] of saved) if (now(name) !== was) save(name);

  /* What was given here and had not reached the server when the page was left; and what has by now. */
  function show({ note: { place, value } }) {
    if (!saved.has(place) || saved.get(place) !== now(place)) return;
    form.elements[place].value = value;
    saved.set(place, value);
  }
  addEventListener("arrived", (event) => show(event.detail));
  for (const arrived of await flushed) show(arrived);
  for (const { place, value, was } of store.all()) {
    if (!saved.has(place) || value === undefined || value === now(place)) continue;
    form.elements[place].value = value;
    saved.set(place, was ?? saved.get(place));
    save(place, { quiet: true });
  }
});
