/* Sending what a form holds, once, so that nothing in it is lost: what could not be sent waits, says so, and goes when
   the server is reached again. */

import { flush } from "./outbox.js";
import { explain, NotSaved, post, whenBack } from "./sending.js";
import { words } from "./words.js";

/**
 * Sends `form` when it is submitted: `request(submitter)` gives { url, fields } (null: not now), `sent(data, submitter)`
 * shows what came of it. `keeping` is its keeper. `refused(error)` may give sentences to say besides, or true where it
 * has dealt with it. `lasting` false: it waits as long as this page is open, and no longer. Gives { waits(submitter) }, which has it wait as if it had failed.
 */
export function sendsOnce(form, { request, sent, keeping, refused = () => [], lasting = true, told = () => {} }) {
  const box = form.querySelector(".error");
  let automatic = false;
  let takeBack = () => {};

  function again(submitter) {
    if (!form.isConnected) return flush();
    automatic = true;
    form.requestSubmit(submitter);
    automatic = false;
  }

  function failed(error, submitter, { url, fields }) {
    const more = refused(error);
    if (more === true) return;
    const away = error instanceof NotSaved;
    const out = error.data?.code === "signed_out";
    if (lasting && (away || out)) keeping.wait(url, fields);
    else keeping.keep();
    explain(box, error, notSaved(), more);
    pointOut(form, error.data?.field);
    takeBack = away ? whenBack(() => again(submitter)) : out ? whenRenewed(() => again(submitter)) : () => {};
    told();
  }

  form.addEventListener("input", () => {
    takeBack();
    box.hidden = true;
    form.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const quiet = automatic;
    if (form.ariaBusy === "true") return;
    const { submitter } = event;
    const asked = request(submitter);
    if (!asked) return;
    takeBack();
    keeping.stop();
    box.hidden = true;
    if (lasting) keeping.wait(asked.url, asked.fields);
    busy(form, true);
    let data;
    try {
      data = await post(asked.url, asked.fields, { quiet });
    } catch (error) {
      busy(form, false);
      return failed(error, submitter, asked);
    }
    keeping.forget();
    busy(form, false);
    sent(data, submitter);
  });
  return { waits: (submitter = null) => failed(new NotSaved(), submitter, request(submitter)) };
}

/** What is said where the server was not reached. */
export function notSaved() {
  return navigator.onLine ? words.notSaved : words.offline;
}

/* The field that was refused is marked, and has the focus of whoever is in the form. */
function pointOut(form, name) {
  const field = name && form.elements.namedItem(name);
  if (!field?.matches?.("textarea, input, select")) return;
  field.ariaInvalid = "true";
  if (form.contains(document.activeElement)) field.focus();
}

/* While it is on its way nothing can be typed that would not go with it; the button keeps the focus. */
function busy(form, whether) {
  const focused = document.activeElement;
  form.ariaBusy = String(whether);
  for (const field of form.querySelectorAll("textarea")) field.readOnly = whether;
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    button.disabled = whether;
    if (whether && button === focused) button.dataset.focused = "1";
    else if (!whether && button.dataset.focused && focused === document.body) button.focus({ preventScroll: true });
    if (!whether) delete button.dataset.focused;
  }
}

function whenRenewed(act) {
  addEventListener("renewed", act, { once: true });
  return () => removeEventListener("renewed", act);
}
