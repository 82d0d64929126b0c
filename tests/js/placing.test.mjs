import assert from "node:assert/strict";
import test from "node:test";

import { place, placeAround } from "../../static/js/lib/placing.js";

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

test("the open note is level with its words though more stands above it than there is room for", () => {
  const notes = [10, 20, 30, 40, 60, 70].map((want) => note(want, 40));
  const tops = placeAround(notes, 6, 0, 3);
  assert.ok(Math.abs(tops[3] - 40) < 0.01);
  assert.deepEqual(tops.slice(0, 3), [null, null, null]);
  assert.deepEqual(tops.slice(4).map(Math.round), [86, 132]);
  assert.deepEqual(placeAround(notes, 6, 0, 5).slice(0, 4), [null, null, null, null]);
  assert.deepEqual(placeAround([note(10, 20), note(15, 20), note(80, 20)], 6, 0, 2), place([note(10, 20), note(15, 20), note(80, 20)], 6, 0));
  assert.deepEqual(placeAround(notes, 6, 0, -1), place(notes, 6, 0));
});

test("the notes nearest to the open one stay where there is room for them", () => {
  const notes = [20, 40, 60, 100].map((want) => note(want, 30));
  const tops = placeAround(notes, 6, 30, 3);
  assert.ok(Math.abs(tops[3] - 100) < 0.01);
  assert.deepEqual(tops.slice(0, 3).map((top) => top && Math.round(top)), [null, null, 64]);
});
