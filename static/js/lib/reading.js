/* How much of a chapter has been read. */

const LOOKS = 3; // looks, one a second, after which a passage counts as seen

/** The share (0-1) of the characters that were in the window long enough; passages: { length, looks }. */
export function shareSeen(passages) {
  const total = passages.reduce((sum, passage) => sum + passage.length, 0);
  if (!total) return 0;
  const seen = passages.reduce((sum, passage) => sum + (passage.looks >= LOOKS ? passage.length : 0), 0);
  return seen / total;
}
