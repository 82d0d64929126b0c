/* What was sent and did not arrive before its page was closed: sent when a page of the same book is next open. */

import { unsentStore } from "./keeping.js";
import { NotSaved, post, whenBack } from "./sending.js";

const { member, slug } = globalThis.document?.body.dataset ?? {};
let under = null;

/** What this page's person has unsent in this book, in this browser. */
export const store = member ? unsentStore(localStorage, `${member}:${slug}`) : null;

/** Sends all that waits; gives what arrived as [{ note, data }], and says each by the window's event "arrived". */
export function flush() {
  under ??= sendAll().finally(() => (under = null));
  return under;
}

async function sendAll() {
  const arrived = [];
  for (const note of store?.all() ?? []) {
    if (!note.waits) continue;
    try {
      const data = await post(note.waits.url, note.waits.fields, { quiet: true });
      if (store.get(note.place).at === note.at) store.forget(note.place);
      arrived.push({ note, data });
      dispatchEvent(new CustomEvent("arrived", { detail: { note, data } }));
    } catch (error) {
      if (error instanceof NotSaved) {
        whenBack(flush);
        break;
      }
      if (error.data?.code === "signed_out") break;
      store.keep(note.place, { ...note, waits: undefined });
    }
  }
  return arrived;
}

/** What had waited when this page was opened, once it has been sent. */
export const flushed = flush();
