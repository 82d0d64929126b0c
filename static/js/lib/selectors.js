// W3C selectors as the server describes and proves them; all offsets in code points.

import { countCodePoints, slice } from "./offsets.js";

export const CONTEXT = 32;

/** The selectors of a range of a section's text: a TextQuoteSelector and a TextPositionSelector. */
export function describe(text, start, end) {
  if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end)) {
    throw new RangeError(`no range: ${start}-${end}`);
  }
  if (end > countCodePoints(text)) throw new RangeError(`the range ${start}-${end} ends after the text`);
  return [
    {
      type: "TextQuoteSelector",
      exact: slice(text, start, end),
      prefix: slice(text, Math.max(0, start - CONTEXT), start),
      suffix: slice(text, end, end + CONTEXT),
    },
    { type: "TextPositionSelector", start, end },
  ];
}
