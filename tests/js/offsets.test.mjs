import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import {
  countCodePoints,
  indexPieces,
  slice,
  toCodePoints,
  toUtf16,
  trim,
} from "../../static/js/lib/offsets.js";
import { describe } from "../../static/js/lib/selectors.js";

const cases = JSON.parse(readFileSync(new URL("../fixtures/hard-texts.json", import.meta.url), "utf8"));

test("the fixture holds texts", () => assert.ok(cases.length > 15));

for (const { name, text, length, units, ranges } of cases) {
  test(`hard text: ${name}`, () => {
    assert.equal(countCodePoints(text), length);
    assert.equal(text.length, units);
    assert.equal(toUtf16(text, length), units);
    for (const { start, end, exact, units: [first, last] } of ranges) {
      assert.deepEqual([toUtf16(text, start), toUtf16(text, end)], [first, last]);
      assert.deepEqual([toCodePoints(text, first), toCodePoints(text, last)], [start, end]);
      assert.equal(slice(text, start, end), exact);
      const [quote, position] = describe(text, start, end);
      assert.equal(quote.exact, exact);
      const points = [...text];
      assert.equal(quote.prefix, points.slice(Math.max(0, start - 32), start).join(""));
      assert.equal(quote.suffix, points.slice(end, end + 32).join(""));
      assert.deepEqual(position, { type: "TextPositionSelector", start, end });
    }
  });
}

test("inside a surrogate pair counts as its start, a lone surrogate as one", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 9].map((unit) => toCodePoints("a🚀b", unit)), [0, 1, 1, 2, 3, 3]);
  assert.equal(countCodePoints("\ud83d x \ude80"), 5);
  assert.equal(toUtf16("a🚀b", 99), 4);
});

test("blanks at the ends are left out", () => {
  assert.deepEqual(trim("🚀 a b \n", 1, 7), { start: 2, end: 5 });
  assert.equal(trim("a \n b", 1, 4), null);
});

test("an offset between pieces belongs to the side that holds the words", () => {
  const index = indexPieces(["🚀a", "", "b👍", "c"]);
  assert.equal(index.length, 5);
  assert.deepEqual(index.find(2, "start"), { piece: 2, unit: 0 });
  assert.deepEqual(index.find(2, "end"), { piece: 0, unit: 3 });
  assert.deepEqual(index.find(4, "start"), { piece: 3, unit: 0 });
  assert.deepEqual(index.find(4, "end"), { piece: 2, unit: 3 });
  assert.deepEqual(index.find(5, "end"), { piece: 3, unit: 1 });
  assert.equal(index.find(6, "end"), null);
  assert.equal(index.find(-1, "start"), null);
  assert.equal(indexPieces([]).find(0, "start"), null);
});

test("no range is described that the text does not have", () => {
  for (const [start, end] of [[0, 0], [2, 1], [-1, 2], [0, 4], [0.5, 2]]) {
    assert.throws(() => describe("a🚀b", start, end), RangeError);
  }
});
