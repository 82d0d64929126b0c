/* Coming back in place: where a session ended while someone wrote, a dialog lets them in again without leaving the page.

   It closes by itself when they are back, also where they signed in or opened their link in another tab. */

import { closeStores } from "./keeping.js";
import { token } from "./token.js";

const channel = globalThis.BroadcastChannel && globalThis.document ? new BroadcastChannel("widemargin") : null;
let asking = null; // the promise of the dialog that is open
let lost = false; // whether this page's person is no longer the one signed in

/** Tells the other windows of this browser whose memberships are signed in now; [] after signing out. */
export function tellWindows(members) {
  channel?.postMessage(members);
}

/** This page was told that its person is signed out. */
export function loseSession() {
  lost = true;
}

/* Where somebody else has come or this page's person has left, nothing more is kept in this browser. */
channel?.addEventListener("message", ({ data: members }) => {
  const { member } = document.body.dataset;
  if (member && !members.includes(member)) {
    closeStores(true);
    lost = true;
  } else if (lost && !asking) {
    comeBackHere();
  }
});

/* What waits for this goes now, and is kept in this browser again. */
function comeBackHere() {
  lost = false;
  closeStores(false);
  dispatchEvent(new Event("renewed"));
}

/** Whether this page's person is the one signed in: "same", "other" (someone else is), "nobody", "unreached". */
async function whoIsHere() {
  const { member, sessionUrl } = document.body.dataset;
  try {
    const answer = await fetch(sessionUrl, { headers: { Accept: "application/json" }, cache: "no-store" });
    const { members } = await answer.json();
    return members.map(String).includes(member) ? "same" : members.length ? "other" : "nobody";
  } catch {
    return "unreached";
  }
}

/** Whether a plain form can be sent now in this person's name; they are asked to come back first where they must. */
export async function mayGo() {
  const who = await whoIsHere();
  return who === "same" || (who === "nobody" && (await renew()));
}

/** Asks this page's person to come back; true when they are, false when they would rather not now. */
export function renew() {
  const template = document.querySelector("#renewal");
  if (!template) return Promise.resolve(false);
  asking ??= ask(template).finally(() => (asking = null));
  return asking;
}

function ask(template) {
  const dialog = template.content.firstElementChild.cloneNode(true);
  const focused = document.activeElement;
  const over = new AbortController();
  document.body.append(dialog);
  return new Promise((resolve) => {
    const end = (back) => {
      over.abort();
      dialog.remove();
      focused?.focus({ preventScroll: true });
      if (back) comeBackHere();
      resolve(back);
    };
    const tell = (words) => {
      const box = dialog.querySelector(".error");
      box.textContent = words;
      box.hidden = !words;
    };
    const look = async () => {
      const who = await whoIsHere();
      if (over.signal.aborted) return who;
      if (who === "same") end(true);
      else if (who === "other") tell(template.dataset.stranger);
      return who;
    };
    const options = { signal: over.signal };
    dialog.addEventListener("cancel", () => end(false), options);
    dialog.querySelector("[data-later]").addEventListener("click", () => end(false), options);
    addEventListener("focus", look, options);
    document.addEventListener("visibilitychange", look, options);
    channel?.addEventListener("message", look, options);
    for (const form of dialog.querySelectorAll("form")) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        tell("");
        comeBack(form, template.dataset, look, tell);
      });
    }
    dialog.querySelector("[data-mail-code]")?.addEventListener("click", () => askForCode(dialog, template.dataset, tell));
    dialog.showModal();
    (dialog.querySelector("input[type=password]") ?? dialog.querySelector("input"))?.focus();
  });
}

/* Sends a form of the dialog; says what is wrong where that did not bring them back. */
async function comeBack(form, words, look, tell) {
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  let wrong = null;
  try {
    const fields = Object.fromEntries(new FormData(form));
    wrong = form.matches("[data-link]") ? await openLink(fields.link, words) : await signIn(form.action, fields, words);
  } catch {
    wrong = words.unreached;
  }
  button.disabled = false;
  const who = await look();
  if (who === "other" && form.matches("[data-link]")) tell(wrong || words.notYou);
  else if (who === "nobody" || who === "unreached") tell(wrong || (who === "nobody" ? words.elsewhere : words.unreached));
}

async function askForCode(dialog, words, tell) {
  const [password, code] = [dialog.querySelector("[data-password]"), dialog.querySelector("[data-code]")];
  if (!password.elements.login.reportValidity()) return;
  tell("");
  try {
    const wrong = await signIn(code.dataset.request, { email: password.elements.login.value }, words);
    if (wrong) return tell(wrong);
  } catch {
    return tell(words.unreached);
  }
  password.hidden = true;
  code.hidden = false;
  code.elements.code.focus();
}

/* Sends what a page of the entrance asks for; gives its objections, "" where it led on. */
async function signIn(url, fields, words) {
  const answer = await withToken(url, fields);
  if (answer.type === "opaqueredirect") return "";
  if (answer.status === 429) return words.tooMany;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [...page.querySelectorAll("main .error")].map((line) => line.textContent.trim()).join(" ") || words.elsewhere;
}

/* Opens a personal link of this site as its page's button does. */
async function openLink(link, words) {
  const path = URL.canParse(link.trim()) && new URL(link.trim()).pathname.match(/^\/i\/[^/]+\/$/)?.[0];
  if (!path) return words.wrongLink;
  const answer = await withToken(path, {});
  if (answer.status === 429) return words.tooMany;
  if (answer.status === 409) return words.stranger;
  return answer.type === "opaqueredirect" ? "" : words.wrongLink;
}

/* Posts with this browser's token; a second time where the token was renewed meanwhile. */
async function withToken(url, fields) {
  for (let again = false; ; again = true) {
    const answer = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "text/html, application/json", "X-CSRFToken": token() },
      redirect: "manual",
    });
    if (again || answer.status !== 403) return answer;
    const { code } = await answer.clone().json().catch(() => ({}));
    if (code !== "csrf") return answer;
  }
}
