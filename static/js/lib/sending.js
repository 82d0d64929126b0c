/* Posting, so that nothing typed is lost. What fails is tried once more at once; then it is said to be not saved, and
   may wait for the way to the server to be open again. A browser's token that was renewed is taken up without a word,
   a session that ended is renewed in place. */

import { loseSession, renew } from "./renewing.js";
import { token } from "./token.js";

const AGAIN_AFTER = 1500; // ms
const TOKENS = 5; // tries with a renewed token: each refusal renews it, those of other requests too
const PATIENCE = 20_000; // ms for one answer
const KNOCK = [5000, 60_000]; // ms, from the first to the longest wait between two tries while the server is away

export class Refusal extends Error {
  /** What the server said no to: `status`, `code`, `detail` (a sentence), and more by code. */
  constructor(status, data) {
    super(data.detail || String(status));
    this.status = status;
    this.data = data;
  }
}

/** The server was not reached or did not answer sensibly. */
export class NotSaved extends Error {}

/**
 * Says in `box` why something was not saved: `notSaved` where the server was not reached, else its sentence, `more`
 * sentences after it, and the way back for someone who is no longer signed in.
 */
export function explain(box, error, notSaved, more = []) {
  const lines = [error instanceof Refusal ? error.message : notSaved, ...more];
  const shown = lines.map((line) => Object.assign(document.createElement("span"), { textContent: line }));
  const back = error instanceof Refusal && error.data.way_back;
  if (back) {
    const way = Object.assign(document.createElement("a"), { href: back.href, textContent: back.label });
    way.addEventListener("click", (event) => {
      event.preventDefault();
      renew();
    });
    shown.push(way);
  }
  box.replaceChildren(...shown);
  box.hidden = false;
}

/* What a request says of where it comes from: the browser's token, and whose page it is. */
function headers() {
  const { member } = document.body.dataset;
  return { Accept: "application/json", "X-CSRFToken": token(), ...(member && { "X-Member": member }) };
}

function send(url, fields, options) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null && value !== undefined) body.append(name, value);
  }
  return fetch(url, { method: "POST", body, headers: headers(), redirect: "manual", ...options });
}

async function once(url, fields) {
  let answer;
  let data = null;
  try {
    answer = await send(url, fields, { signal: AbortSignal.timeout(PATIENCE) });
    const isJson = (answer.headers.get("Content-Type") ?? "").includes("application/json");
    data = isJson ? await answer.json() : answer.ok && answer.status === 204 ? {} : null;
  } catch {
    throw new NotSaved();
  }
  if (data === null || answer.status >= 500) throw new NotSaved();
  if (!answer.ok) throw new Refusal(answer.status, data);
  return data;
}

/**
 * Posts a form and gives the JSON that comes back. Throws Refusal where the server understood and said no, NotSaved
 * where it could not be reached or did not answer sensibly, after a second try with the same fields. Someone whose
 * session ended is asked to come back, and it goes on then; not where it is `quiet`, while they type.
 */
export async function post(url, fields, { quiet = false } = {}) {
  let unreached = 0;
  let forged = 0;
  for (;;) {
    try {
      const data = await once(url, fields);
      wait = KNOCK[0];
      return data;
    } catch (error) {
      if (error instanceof NotSaved) {
        if (unreached++) throw error;
        await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
      } else if (error.data.code === "signed_out") {
        loseSession();
        if (quiet || !(await renew())) throw error;
      } else if (error.data.code !== "csrf" || ++forged === TOKENS) {
        throw error;
      }
    }
  }
}

/* What waits for the server: tried when the browser is online again, when the person is back, and now and then. */
const waiting = new Set();
let wait = KNOCK[0];
let timer = null;

/** Calls `act` once when the server may be reached again; gives what takes that back. */
export function whenBack(act) {
  const entry = { act };
  waiting.add(entry);
  timer ??= setTimeout(knock, wait);
  return () => waiting.delete(entry);
}

function knock() {
  clearTimeout(timer);
  timer = null;
  wait = Math.min(wait * 2, KNOCK[1]);
  const now = [...waiting];
  waiting.clear();
  for (const { act } of now) act();
}

globalThis.addEventListener?.("online", knock);
globalThis.addEventListener?.("renewed", knock);
globalThis.document?.addEventListener("visibilitychange", () => document.visibilityState === "visible" && waiting.size && knock());

/** The unsent notes the server keeps for this person, [] where it cannot be reached. */
export async function fetchUnsent(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    const { member, notes } = answer.ok ? await answer.json() : {};
    return String(member) === document.body.dataset.member ? notes : [];
  } catch {
    return [];
  }
}

/** Sends without waiting for an answer, also while the page is being left. */
export function beacon(url, fields) {
  send(url, fields, { keepalive: true }).catch(() => {});
}
