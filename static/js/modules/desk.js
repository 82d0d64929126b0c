/* Keys of the author's desk, and the drawer of filters on small screens. Everything works by links and forms too. */
import { start } from "../app.js";
import { startTyping } from "./desk/typing.js";

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

  const typed = startTyping(pane, desk.dataset.unsentUrl, desk.dataset.unsentListUrl);
  if (new URLSearchParams(location.search).has("note")) pane.querySelector("h2")?.focus({ preventScroll: true });

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
    typed.furnish();
    pane.querySelector("h2")?.focus({ preventScroll: true });
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
