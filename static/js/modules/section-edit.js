/* The editor of a section: what is typed stays in this browser until it was sent, and is put back after a lost page.

   <form data-module="section-edit" data-member="7" data-place="..."> with a textarea named markdown; `data-typed` says
   that the server put the writer's own words in it. */
import { start } from "../app.js";
import { unsentStore } from "../lib/keeping.js";
import { mayGo } from "../lib/renewing.js";
import { token } from "../lib/token.js";
import { words } from "../lib/words.js";

/* Words typed on an earlier text of the section are shown beside, never put over the newer one. */
function showEarlier(form, value, forget) {
  const holder = document.querySelector("#earlier").content.cloneNode(true);
  holder.querySelector("textarea").value = value;
  holder.querySelector("button").addEventListener("click", (event) => {
    forget();
    event.target.closest("details").remove();
  });
  form.append(holder);
}

start("section-edit", (form) => {
  const field = form.elements.markdown;
  const state = form.querySelector("[data-state]");
  const store = unsentStore(localStorage, `${form.dataset.member}:section`);
  const place = form.dataset.place;
  const before = field.defaultValue;
  const early = field.value !== before && field.value; // typed before this script was there
  const typed = "typed" in form.dataset;
  let leaving = false;
  let asked = false; // whether it is asked who is signed in: once, however often it is clicked

  /* A text that was kept has another id: what is still here under this one never arrived. */
  const section = place.slice(0, place.lastIndexOf(":") + 1);
  for (const each of store.all().filter((one) => one.place.startsWith(section))) {
    if (each.place !== place) {
      if (each.sent) store.forget(each.place);
      else showEarlier(form, each.value, () => store.forget(each.place));
    } else if (early) {
      if (each.value !== early) showEarlier(form, each.value, () => {});
    } else if (!typed && each.value !== before) {
      field.value = each.value;
      state.textContent = form.dataset.restored;
    }
  }
  if (typed || early) store.keep(place, { value: field.value });
  document.querySelector("[data-preview]")?.focus();

  field.addEventListener("input", () => {
    if (field.value === before && !typed) store.forget(place);
    else store.keep(place, { value: field.value });
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.querySelector("button[value=save]").click();
  });
  form.addEventListener("submit", async (event) => {
    const { submitter } = event;
    if (leaving) return store.keep(place, { value: field.value, sent: submitter?.value !== "preview" });
    event.preventDefault();
    if (asked) return;
    asked = true;
    leaving = await mayGo();
    asked = false;
    if (!leaving) return (state.textContent = words.unreached);
    form.elements.csrfmiddlewaretoken.value = token();
    form.requestSubmit(submitter);
  });
  document.querySelector("[data-leave]")?.addEventListener("click", () => {
    leaving = true;
    store.forget(place);
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && (typed || field.value !== before)) event.preventDefault();
  });
});
