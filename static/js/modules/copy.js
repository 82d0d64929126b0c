/* A button that copies `data-copy` and says so with `data-done`. Hidden where nothing can be copied.

   <button type="button" hidden data-module="copy" data-copy="words" data-done="Copied"><span>Copy</span></button> */

import { start } from "../app.js";

start("copy", (button) => {
  if (!navigator.clipboard) return;
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = button.dataset.done;
    setTimeout(() => (label.textContent = before), 2000);
  });
});
