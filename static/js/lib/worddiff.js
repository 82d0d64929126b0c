/* What changed between two short texts, word by word, for showing a suggestion as it is typed. */

const MOST = 600; // words and spaces on each side that are compared one by one; more is shown as one replacement

function words(text) {
  return text.match(/[\p{L}\p{N}\p{M}_’']+|\s+|[^\s\p{L}\p{N}\p{M}_]/gu) ?? [];
}

/** [{ op: "same" | "del" | "ins", text }], whose del and same make `before`, whose ins and same make `after`. */
export function diffWords(before, after) {
  const a = words(before);
  const b = words(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const result = [];
  push(result, "same", a.slice(0, head));
  middle(result, a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  push(result, "same", tail ? a.slice(-tail) : []);
  return joined(result);
}

/* Changes with nothing but a space between them read as one: first what goes, then what comes. */
function joined(pieces) {
  const result = [];
  let gone = "";
  let come = "";
  const end = () => {
    push(result, "del", [gone]);
    push(result, "ins", [come]);
    gone = come = "";
  };
  pieces.forEach(({ op, text }, i) => {
    const between = op === "same" && (gone || come) && i + 1 < pieces.length && !text.trim();
    if (op === "same" && !between) {
      end();
      push(result, "same", [text]);
      return;
    }
    if (op !== "ins") gone += text;
    if (op !== "del") come += text;
  });
  end();
  return result;
}

function push(result, op, list) {
  const text = list.join("");
  if (!text) return;
  if (result.at(-1)?.op === op) result.at(-1).text += text;
  else result.push({ op, text });
}

function middle(result, a, b) {
  if (!a.length || !b.length || a.length > MOST || b.length > MOST) {
    push(result, "del", a);
    push(result, "ins", b);
    return;
  }
  const longest = common(a, b);
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push(result, "same", [a[i]]);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && longest[i + 1][j] >= longest[i][j + 1])) {
      push(result, "del", [a[i]]);
      i += 1;
    } else {
      push(result, "ins", [b[j]]);
      j += 1;
    }
  }
}

/* longest[i][j]: the length of the longest common run of words of a from i and b from j, in order. */
function common(a, b) {
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i][j] = a[i] === b[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  return longest;
}
