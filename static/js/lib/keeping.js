/* What is typed and not sent, kept in this browser until it is sent or its owner signs out. Keys begin with
   `widemargin:`, then the membership of who typed it. What was sent and has not arrived has
   `waits`: { url, fields }; what the server keeps as well has `onServer`. */

const PREFIX = "widemargin:";
let closed = false; // whether its owner has signed out: what is typed after that stays on its page alone

/** A store of unsent notes of one member in `storage` (localStorage); a full or forbidden storage keeps nothing. */
export function unsentStore(storage, member) {
  const prefix = `${PREFIX}${member}:`;
  return {
    keep(place, content) {
      if (closed) return false;
      try {
        storage.setItem(prefix + place, JSON.stringify({ at: Date.now(), ...content }));
        return true;
      } catch {
        return false;
      }
    },
    /** The server has it too, as long as nothing else was typed there since. */
    settle(place, content) {
      if (this.get(place).at === content.at) this.keep(place, { ...content, onServer: true });
    },
    forget(place) {
      try {
        storage.removeItem(prefix + place);
      } catch {
        // nothing was kept either
      }
    },
    get(place) {
      try {
        return { ...JSON.parse(storage.getItem(prefix + place)), place };
      } catch {
        return { place };
      }
    },
    all() {
      try {
        const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i));
        return keys.filter((key) => key?.startsWith(prefix)).map((key) => this.get(key.slice(prefix.length)));
      } catch {
        return [];
      }
    },
    /** Calls `act` with what another window of this browser keeps, whenever it does; until `act` gives false. */
    follow(act) {
      const heard = ({ key, newValue }) => {
        if (!newValue || !key?.startsWith(prefix)) return;
        if (act(this.get(key.slice(prefix.length))) === false) removeEventListener("storage", heard);
      };
      addEventListener("storage", heard);
    },
  };
}

/** Forgets what is unsent in this browser, all of it or all but that of the memberships `but`. */
export function forgetAll(storage, but = []) {
  const spared = but.map((member) => `${PREFIX}${member}:`);
  const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i));
  for (const key of keys) {
    if (key?.startsWith(PREFIX) && !spared.some((prefix) => key.startsWith(prefix))) storage.removeItem(key);
  }
}

/** Whether nothing more is kept in this browser. */
export const isClosed = () => closed;

/** From now on nothing more is kept in this browser (true), or it is again (false). */
export function closeStores(whether) {
  closed = whether;
}

/** What the server and this browser keep, one for each place: the browser's where it is newer or the only one. */
export function mergeUnsent(fromServer, fromBrowser) {
  const byPlace = new Map(fromServer.map((note) => [note.place, note]));
  for (const note of fromBrowser) {
    const other = byPlace.get(note.place);
    if (!other || (note.at ?? 0) >= (other.at ?? 0)) byPlace.set(note.place, note);
  }
  return [...byPlace.values()];
}
