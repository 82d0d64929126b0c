/* What did not reach the server before its page was closed: what was sent goes, and what was typed is kept there, when
   a page of the same book is next open. */

import { mergeUnsent, unsentStore } from "./keeping.js";
import { fetchUnsent, NotSaved, post, whenBack } from "./sending.js";

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

/** What is unsent of the server, which lists it at `listUrl`, and of this browser, one for each place. Words that this
 * browser alone has go to the server, at `url`, so that another device shows them too. */
export async function unsentOf(listUrl, url) {
  await flushed;
  const theirs = await fetchUnsent(listUrl);
  const mine = store.all();
  const merged = mergeUnsent(theirs, mine);
  for (const note of mine) {
    const isTyped = typeof note.body === "string" && !note.waits;
    if (isTyped && !note.onServer && merged.includes(note)) handOver(note, url);
  }
  return merged;
}

async function handOver({ place, ...held }, url) {
  try {
    const { kept } = await post(url, { place, content: JSON.stringify(held) }, { quiet: true });
    if (kept) store.settle(place, held);
  } catch {
    // it is still in this browser: the next page tries again
  }
}
