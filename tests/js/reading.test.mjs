import assert from "node:assert/strict";
import test from "node:test";

import { shareSeen } from "../../static/js/lib/reading.js";

test("passages count by their length, once they were looked at long enough", () => {
  assert.equal(shareSeen([{ length: 300, looks: 3 }, { length: 100, looks: 2 }]), 0.75);
  assert.equal(shareSeen([{ length: 300, looks: 9 }, { length: 100, looks: 3 }]), 1);
});

test("a chapter run through is not read", () => {
  assert.equal(shareSeen([{ length: 300, looks: 1 }, { length: 100, looks: 2 }]), 0);
});

test("an empty chapter has no share", () => assert.equal(shareSeen([]), 0));
