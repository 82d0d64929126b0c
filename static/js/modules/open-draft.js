/* The button that opens a draft says what it will do: the chosen radio's `data-label`.

   <form data-module="open-draft"><input type="radio" data-label="..."><button data-open></button></form> */

import { start } from "../app.js";

start("open-draft", (form) => {
  const button = form.querySelector("[data-open]");
  const say = () => {
    const chosen = form.querySelector("input[type=radio]:checked");
    if (chosen) button.textContent = chosen.dataset.label;
  };
  form.addEventListener("change", say);
  say();
});
