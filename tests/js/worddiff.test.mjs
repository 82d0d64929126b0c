import assert from "node:assert/strict";
import test from "node:test";

import { diffWords } from "../../static/js/lib/worddiff.js";

const joined = (parts, ops) => parts.filter((part) => ops.includes(part.op)).map((part) => part.text).join("");

test("equal texts differ in nothing", () => {
  assert.deepEqual(diffWords("one two", "one two"), [{ op: "same", text: "one two" }]);
});

test("only the words that differ are marked", () => {
  assert.deepEqual(diffWords("The answers take an hour to collect.", "The answers take ten minutes to collect."), [
    { op: "same", text: "The answers take " },
    { op: "del", text: "an hour" },
    { op: "ins", text: "ten minutes" },
    { op: "same", text: " to collect." },
  ]);
});

test("words changed one after the other are not interleaved", () => {
  assert.deepEqual(diffWords("rang at four in the morning", "rang at a quarter to four"), [
    { op: "same", text: "rang at " },
    { op: "del", text: "four in the morning" },
    { op: "ins", text: "a quarter to four" },
  ]);
});

test("a word before a new comma is not marked", () => {
  assert.deepEqual(diffWords("could reach", "could reach, and who"), [
    { op: "same", text: "could reach" },
    { op: "ins", text: ", and who" },
  ]);
});

test("both texts can be read off again", () => {
  const pairs = [["", "new"], ["old", ""], ["a b c d", "b d e"], ["👩‍🚒 naïve", "👩‍🚒 very naïve café"], ["x ".repeat(900), "y ".repeat(900)]];
  for (const [before, after] of pairs) {
    const parts = diffWords(before, after);
    assert.equal(joined(parts, ["same", "del"]), before);
    assert.equal(joined(parts, ["same", "ins"]), after);
  }
});
