/* A form that a browser fills in again, on the way back to its page, says that it changed: what shows its choices is
   otherwise of those that the page came with. Enter in a part that has a button of its own presses that one, not the
   form's first.

   <form data-module="choices"> */

import { start } from "../app.js";

function isChanged(field) {
  if (field.matches("select")) {
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(0, first);
  }
  if (field.matches("[type=checkbox]")) return field.checked !== field.defaultChecked;
  return field.matches("input, textarea") && field.value !== field.defaultValue;
}

start("choices", (form) => {
  addEventListener("pageshow", () => {
    if ([...form.elements].some(isChanged)) form.dispatchEvent(new Event("change"));
  });
  form.addEventListener("keydown", (event) => {
    const button = event.target.closest("details")?.querySelector("button[formaction]");
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input") || !button) return;
    event.preventDefault();
    form.requestSubmit(button);
  });
});
