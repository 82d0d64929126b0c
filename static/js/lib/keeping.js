/* What is typed and not sent, kept in this browser until it is sent or its owner signs out. Keys
   begin with `widemargin:`, then whose it is. */

const PREFIX = "widemargin:";

/** A store of unsent notes of one member in `storage` (localStorage); a full or forbidden storage keeps nothing. */
export function unsentStore(storage, member) {
  const prefix = `${PREFIX}${member}:`;
  return {
    keep(place, content) {
      try {
        storage.setItem(prefix + place, JSON.stringify({ ...content, at: Date.now() }));
        return true;
      } catch {
        return false;
      }
    },
    forget(place) {
      try {
        storage.removeItem(prefix + place);
      } catch {
        // nothing was kept either
      }
    },
    all() {
      const found = [];
      try {
        for (let i = 0; i < storage.length; i += 1) {
          const key = storage.key(i);
          if (key?.startsWith(prefix)) found.push({ ...read(storage, key), place: key.slice(prefix.length) });
        }
      } catch {
        return [];
      }
      return found;
    },
  };
}

function read(storage, key) {
  try {
    return JSON.parse(storage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

/** Forgets what everyone has unsent in this browser: at sign-out. */
export function forgetAll(storage) {
  const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i));
  for (const key of keys) if (key.startsWith(PREFIX)) storage.removeItem(key);
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
