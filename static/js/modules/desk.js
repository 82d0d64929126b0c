/* Keys of the author's desk, and the drawer of filters on small screens. Everything works by links and forms too. */
import { start } from "../app.js";
import { unsentStore } from "../lib/keeping.js";

const DECISIONS = { w: "will_change", c: "changed", n: "no_change", l: "later", d: "duplicate" };

function inField(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

start("desk", (desk) => {
  const list = desk.querySelector("#list");
  const pane = desk.querySelector("#pane");
  const links = () => [...list.querySelectorAll("a[data-id]")];
  const current = () => links().findIndex((link) => link.getAttribute("aria-current") === "true");

  function step(by) {
    const all = links();
    const next = all[Math.min(Math.max(current() + by, 0), all.length - 1)];
    if (next) {
      next.scrollIntoView({ block: "nearest" });
      next.click();
    }
  }

  /* What Ctrl+Enter decides: the key that led into the field for the reason or for the other note. */
  let meant = "";

  function decide(value) {
    const reason = pane.querySelector("[name=reason]");
    const same = pane.querySelector("[name=duplicate_of]");
    meant = value;
    if (value === "duplicate" && same) same.closest("details").open = true;
    if (value === "no_change" && !reason?.value.trim()) reason?.focus();
    else if (value === "duplicate" && !same?.value) same?.focus();
    else pane.querySelector(`button[value=${value}]`)?.click();
  }

  function send(form) {
    if (form.matches(".decide") && !meant) form.querySelector("button").focus();
    else (form.querySelector(`button[value="${meant}"]`) ?? form.querySelector("button")).click();
  }

  function keyInField(event) {
    if (event.key === "Escape") event.target.blur();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(event.target.form);
    else return;
    event.preventDefault();
  }

  /* A reply or reason half typed stays with its note, in this browser, until it has been sent. */
  const store = unsentStore(localStorage, `desk:${desk.dataset.member}`);
  const place = (field) => `${pane.querySelector("[data-note]").dataset.note}:${field.name}`;

  function keep(field, sent = false) {
    if (field.value.trim()) store.keep(place(field), { value: field.value, sent });
    else store.forget(place(field));
  }

  function restore() {
    const kept = new Map(store.all().map((note) => [note.place, note.value]));
    for (const field of pane.querySelectorAll("textarea")) if (!field.value) field.value = kept.get(place(field)) ?? "";
  }

  if (!document.querySelector(".message.error")) {
    for (const note of store.all()) if (note.sent) store.forget(note.place);
  }
  restore();
  if (new URLSearchParams(location.search).has("note")) pane.querySelector("h2")?.focus({ preventScroll: true });
  pane.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) keep(event.target);
  });

  list.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-id]");
    if (!link) return;
    for (const other of links()) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
  });

  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== pane) return;
    desk.classList.add("show-detail");
    pane.scrollTop = 0;
    meant = "";
    restore();
    pane.querySelector("h2")?.focus({ preventScroll: true });
  });

  function ask(event, field, words) {
    event.preventDefault();
    field.setCustomValidity(words);
    field.reportValidity();
    field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
  }

  pane.addEventListener("submit", (event) => {
    const value = event.submitter?.value;
    const reason = event.target.querySelector("[name=reason]");
    const same = event.target.querySelector("[name=duplicate_of]");
    if (value === "no_change" && !reason.value.trim()) ask(event, reason, reason.placeholder);
    else if (value === "duplicate" && !same.value) ask(event, same, same.options[0].text);
    else for (const field of event.target.querySelectorAll("textarea")) keep(field, true);
  });

  document.addEventListener("keydown", (event) => {
    if (inField(event.target) && pane.contains(event.target)) return keyInField(event);
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
    if (!desk.dataset.singleKeys || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "r") pane.querySelector("[name=body]")?.focus();
    else if (key === "p") pane.querySelector("[data-put]")?.click();
    else if (key === "z") document.querySelector("form[data-undo] button")?.click();
    else if (key === "?") document.querySelector("#desk-keys").showModal();
    else if (DECISIONS[key]) decide(DECISIONS[key]);
    else return;
    event.preventDefault();
  });

  document.querySelector("[data-keys]")?.addEventListener("click", () => document.querySelector("#desk-keys").showModal());
  const filters = document.querySelector("[data-filters]");
  filters?.addEventListener("click", () => {
    const shown = desk.classList.toggle("show-filters");
    filters.setAttribute("aria-expanded", String(shown));
  });
});
