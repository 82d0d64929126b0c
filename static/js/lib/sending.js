/* Posting, so that nothing typed is lost: a failed post is tried once more, and only then said to be not saved. */

const AGAIN_AFTER = 1500; // ms

export class Refusal extends Error {
  /** What the server said no to: `status`, `code`, `detail` (a sentence), and more by code. */
  constructor(status, data) {
    super(data.detail || String(status));
    this.status = status;
    this.data = data;
  }
}

export class NotSaved extends Error {}

/**
 * Says in `box` why something was not saved: `notSaved` where the server was not reached, else its sentence, `more`
 * sentences after it, and the way back for someone who is no longer signed in.
 */
export function explain(box, error, notSaved, more = []) {
  const lines = [error instanceof Refusal ? error.message : notSaved, ...more];
  const shown = lines.map((line) => Object.assign(document.createElement("span"), { textContent: line }));
  const back = error instanceof Refusal && error.data.way_back;
  if (back) shown.push(Object.assign(document.createElement("a"), { href: back.href, textContent: back.label, target: "_blank", rel: "noopener" }));
  box.replaceChildren(...shown);
  box.hidden = false;
}

function token() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (cookie) return cookie[1];
  return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
}

function send(url, fields, options) {
  const body = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null && value !== undefined) body.append(name, value);
  }
  return fetch(url, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-CSRFToken": token() },
    redirect: "manual",
    ...options,
  });
}

/**
 * Posts a form and gives the JSON that comes back. Throws Refusal where the server understood and said no, NotSaved
 * where it could not be reached or did not answer sensibly, after a second try with the same fields.
 */
export async function post(url, fields) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await send(url, fields);
      const isJson = (answer.headers.get("Content-Type") ?? "").includes("application/json");
      if (answer.ok && isJson) return await answer.json();
      if (answer.ok && answer.status === 204) return {};
      if (isJson && answer.status < 500) throw new Refusal(answer.status, await answer.json());
    } catch (error) {
      if (error instanceof Refusal) throw error;
    }
    if (attempt === 2) throw new NotSaved();
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
  }
}

/** The unsent notes the server keeps for this person, [] where it cannot be reached. */
export async function fetchUnsent(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).notes : [];
  } catch {
    return [];
  }
}

/** Sends without waiting for an answer, also while the page is being left. */
export function beacon(url, fields) {
  send(url, fields, { keepalive: true }).catch(() => {});
}
