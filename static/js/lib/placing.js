/* Where margin notes stand: level with their words as far as possible, in order, never on one another. */

const PINNED = 1e9; // a weight that nothing moves

/**
 * The top of each note in pixels. `notes` in order of their places: { want, height, weight } in pixels, `weight` how
 * much its neighbours yield to it (default 1). Order and gaps hold, no top is above `min`, and the sum of weighted
 * squared movements is the least there is: isotonic regression by pooling adjacent violators, O(n).
 */
export function place(notes, gap, min) {
  const pools = [];
  const offsets = [];
  let offset = 0;
  for (const { want, height, weight = 1 } of notes) {
    offsets.push(offset);
    pools.push({ value: want - offset, weight, count: 1 });
    offset += height + gap;
    while (pools.length > 1 && pools.at(-2).value > pools.at(-1).value) {
      const later = pools.pop();
      const earlier = pools.pop();
      const both = earlier.weight + later.weight;
      pools.push({
        value: (earlier.value * earlier.weight + later.value * later.weight) / both,
        weight: both,
        count: earlier.count + later.count,
      });
    }
  }
  const tops = [];
  for (const { value, count } of pools) {
    for (let i = 0; i < count; i += 1) tops.push(Math.max(value, min) + offsets[tops.length]);
  }
  return tops;
}

/**
 * The same where the note at index `open` is to stand level with its words whatever is above it: where the column has
 * no room for all the notes before it, the nearest keep their order and gap and the others have none (null).
 */
export function placeAround(notes, gap, min, open) {
  const tops = place(notes, gap, min);
  const wanted = notes[open] && Math.max(notes[open].want, min);
  if (wanted === undefined || tops[open] <= wanted + 1) return tops;
  const after = place([{ ...notes[open], want: wanted, weight: PINNED }, ...notes.slice(open + 1)], gap, min);
  const before = place(notes.slice(0, open), gap, min);
  let limit = after[0];
  for (let i = open - 1; i >= 0; i -= 1) {
    const top = Math.min(before[i], limit - gap - notes[i].height);
    before[i] = top < min ? null : top;
    limit = top;
  }
  return [...before, ...after];
}
