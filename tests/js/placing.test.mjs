import assert from "node:assert/strict";
import test from "node:test";

import { place } from "../../static/js/lib/placing.js";

const note = (want, height = 10, weight = 1) => ({ want, height, weight });

test("notes with room stand level with their words", () => {
  assert.deepEqual(place([note(0), note(50), note(200)], 6, 0), [0, 50, 200]);
});

test("two that want one place share the movement", () => {
  assert.deepEqual(place([note(100), note(100)], 6, 0), [92, 108]);
});

test("order and gaps hold, whatever is wanted", () => {
  const wants = [300, 10, 280, 290, 5, 600, 590, 0, 700];
  const tops = place(wants.map((want, i) => note(want, 20 + i)), 6, 0);
  for (let i = 1; i < tops.length; i += 1) assert.ok(tops[i] - tops[i - 1] >= 20 + i - 1 + 6 - 1e-9, `${i}`);
});

test("the open note stays, its neighbours move", () => {
  const tops = place([note(100, 40), note(110, 40, 1_000_000), note(120, 40)], 6, 0);
  assert.ok(Math.abs(tops[1] - 110) < 0.01);
  assert.ok(Math.abs(tops[0] - 64) < 0.01 && Math.abs(tops[2] - 156) < 0.01);
});

test("nothing stands above the column's head", () => {
  assert.deepEqual(place([note(-50), note(-40)], 6, 30), [30, 46]);
});

test("no other placing moves the notes less", () => {
  const notes = [note(40, 30), note(45, 30), note(50, 30), note(160, 30)];
  const cost = (tops) => tops.reduce((sum, top, i) => sum + (top - notes[i].want) ** 2, 0);
  const best = place(notes, 6, 0);
  for (const shift of [-7, -1, 1, 7]) {
    assert.ok(cost(best) <= cost(best.map((top, i) => (i < 3 ? Math.max(0, top + shift) : top))) + 1e-9);
  }
});

test("none gives none", () => assert.deepEqual(place([], 6, 0), []));
