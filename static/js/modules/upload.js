/* An upload form: says that it is sending, and cannot be sent twice.

   <form data-module="upload"> ... <span data-busy hidden>Sending…</span></form> */

import { start } from "../app.js";

start("upload", (form) => {
  form.addEventListener("submit", () => {
    form.querySelector("[data-busy]").hidden = false;
    // After this event, so that the button's own value is still sent.
    setTimeout(() => form.querySelectorAll("button").forEach((button) => (button.disabled = true)));
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    form.querySelector("[data-busy]").hidden = true;
    form.querySelectorAll("button").forEach((button) => (button.disabled = false));
  });
});
