/* Keeps what a composer holds: in this browser at once, on the server a while after the last key. */

import { store } from "./outbox.js";
import { beacon, explain, NotSaved, post, Refusal, whenBack } from "./sending.js";
import { words } from "./words.js";

const KEEP_AFTER = 2000; // ms after the last key
const due = new Set(); // what sends the words that the server is still to have

/* A page that is left does not wait: the next one, or another device, is to show what was typed here. */
function leave() {
  for (const send of due) send();
  due.clear();
}

globalThis.addEventListener?.("beforeunload", leave);
globalThis.addEventListener?.("pagehide", leave);
globalThis.document?.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());

/** A name for a composer that no other has. */
export function newPlace(kind) {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `${kind}:${[...bytes].map((b) => b.toString(16).padStart(2, "0")).join("")}`;
}

/**
 * Keeps under the name `place` what `content()` gives, in this browser and at the address `url`; `state` says so.
 * `show(held)` shows what was typed into the same in another window; `taken()` is called where it was sent from there.
 */
export function keeper({ url, place, content, state, show, taken = () => {} }) {
  let timer;
  let held = null; // what the server is to have
  let under = null; // the post that is on its way
  let takeBack = () => {};

  const onLeaving = () => beacon(url, { place, content: JSON.stringify(held) });

  async function toServer() {
    due.delete(onLeaving);
    if (under || !held) return;
    const sent = held;
    under = post(url, { place, content: JSON.stringify(sent) }, { quiet: true });
    try {
      const { kept } = await under;
      state.textContent = words.kept;
      if (kept) store.settle(place, sent);
      else if (held) taken();
    } catch (error) {
      failed(error);
      return;
    } finally {
      under = null;
    }
    if (held && held !== sent) toServer();
  }

  function failed(error) {
    if (error.data?.way_back) {
      state.textContent = words.keptInBrowser;
      explain(state.closest("form").querySelector(".error"), error);
      addEventListener("renewed", toServer, { once: true });
    } else state.textContent = error instanceof Refusal ? error.message : words.notKept;
    if (error instanceof NotSaved) takeBack = whenBack(toServer);
  }

  store.follow((other) => {
    if (!state.isConnected) return false;
    if (other.place === place) show(other);
    return true;
  });

  return {
    get place() {
      return place;
    },
    keep() {
      held = { ...content(), at: Date.now() };
      store.keep(place, held);
      due.add(onLeaving);
      clearTimeout(timer);
      timer = setTimeout(toServer, KEEP_AFTER);
    },
    /** Keeps it in this browser as what is on its way to `url`: whatever happens, it is sent when this page or another
     * of the same person is next open. */
    wait(to, fields) {
      store.keep(place, { ...content(), waits: { url: to, fields } });
    },
    stop() {
      held = null;
      due.delete(onLeaving);
      clearTimeout(timer);
      takeBack();
    },
    forget() {
      this.stop();
      store.forget(place);
    },
    async discard() {
      this.forget();
      await under?.catch(() => {});
      beacon(url, { place, discard: "1" });
    },
    /** From now on it is kept under another name: at once, if there is something `typed`. */
    rename(other, typed = true) {
      this.forget();
      place = other;
      if (typed) this.keep();
    },
  };
}
