import assert from "node:assert/strict";
import test from "node:test";

import { closeStores, forgetAll, mergeUnsent, unsentStore } from "../../static/js/lib/keeping.js";

function storage() {
  const held = new Map();
  return {
    get length() {
      return held.size;
    },
    key: (i) => [...held.keys()][i] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => held.set(key, value),
    removeItem: (key) => held.delete(key),
  };
}

test("what is kept comes back, for its member alone", () => {
  const disk = storage();
  unsentStore(disk, "7:book").keep("note:1", { body: "Half a thou" });
  const [found] = unsentStore(disk, "7:book").all();
  assert.equal(found.body, "Half a thou");
  assert.equal(found.place, "note:1");
  assert.deepEqual(unsentStore(disk, "8:book").all(), []);
});

test("what was sent is forgotten", () => {
  const store = unsentStore(storage(), "7:book");
  store.keep("note:1", { body: "x" });
  store.forget("note:1");
  assert.deepEqual(store.all(), []);
});

test("a full storage keeps nothing and breaks nothing", () => {
  const full = { ...storage(), setItem: () => { throw new Error("QuotaExceededError"); } };
  assert.equal(unsentStore(full, "7").keep("note:1", { body: "x" }), false);
});

test("a spoiled entry is no note", () => {
  const disk = storage();
  disk.setItem("widemargin:7:note:1", "{broken");
  assert.deepEqual(unsentStore(disk, "7").all(), [{ place: "note:1" }]);
});

test("this browser's words go before the server's of the same place", () => {
  const merged = mergeUnsent([{ place: "a", body: "old" }, { place: "b", body: "server" }], [{ place: "a", body: "new", at: 5 }]);
  assert.deepEqual(merged.map((note) => note.body), ["new", "server"]);
});

test("signing out forgets what all had unsent, and nothing else", () => {
  const disk = storage();
  disk.setItem("text-size", "1");
  unsentStore(disk, "7").keep("a", { body: "x" });
  unsentStore(disk, "8").keep("b", { body: "y" });
  forgetAll(disk);
  assert.deepEqual([unsentStore(disk, "7").all(), unsentStore(disk, "8").all(), disk.length], [[], [], 1]);
});

test("who comes after somebody finds nothing of theirs, and keeps their own", () => {
  const disk = storage();
  unsentStore(disk, "7:book").keep("a", { body: "x" });
  unsentStore(disk, "8:book").keep("b", { body: "y" });
  forgetAll(disk, ["8"]);
  assert.deepEqual([unsentStore(disk, "7:book").all(), unsentStore(disk, "8:book").get("b").body], [[], "y"]);
});

test("after its owner signed out nothing more is kept, until they are back", () => {
  const store = unsentStore(storage(), "7:book");
  closeStores(true);
  assert.equal(store.keep("a", { body: "x" }), false);
  closeStores(false);
  assert.equal(store.keep("a", { body: "x" }), true);
  assert.equal(store.all().length, 1);
});
