/* Where margin notes stand: level with their words as far as possible, in order, never on one another. */

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
