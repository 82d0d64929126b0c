/* A crowded chapter: its notes are no part of the page but come in one list. Where they stand is known before. */

import { Item, visible } from "./item.js";
import { draw, follow, layOut } from "./layout.js";
import { paintNear } from "./marks.js";
import { collect, filter, locate } from "./notes.js";
import { say } from "./room.js";

const SETTLED = 120; // ms without scrolling
const FAR = 0.35; // of a window: scrolled by that much, notes follow on the way

/** Fetches the notes that the page left out; settled when they are there, or it was said that they are not. */
export async function fetchCrowd(room) {
  if (!room.data.listUrl) return;
  room.crowded = room.waiting = true;
  room.list.dataset.crowded = "1";
  room.ahead = marksAhead(room);
  if (!room.following) followScrolling(room);
  try {
    const answer = await fetch(room.data.listUrl);
    if (!answer.ok) throw new Error(answer.statusText);
    add(room, (await answer.json()).notes);
  } catch {
    say(room.words.no_list, { label: room.words.try_again, act: () => fetchCrowd(room) });
  }
}

/* The marks of the notes that are still to come. */
function marksAhead(room) {
  if (!CSS.highlights) return []; // elements in the text would have to be taken out again
  const ahead = [];
  for (const [text, kinds] of Object.entries(JSON.parse(document.querySelector("#crowd-marks").textContent))) {
    for (const [kind, places] of Object.entries(kinds)) {
      for (let i = 0; i < places.length; i += 2) {
        const data = { text, kind, start: places[i], end: places[i + 1] };
        ahead.push(Object.assign(new Item({ data }), locate(room, data)));
      }
    }
  }
  return ahead;
}

/* What has come meanwhile is newer than the list. */
function add(room, notes) {
  const here = new Set(room.items.map((item) => item.id));
  for (const { html, label, ...data } of notes) {
    if (!here.has(data.id)) room.items.push(new Item({ html, label, data }));
  }
  room.waiting = false;
  room.ahead = [];
  document.querySelector("[data-crowd]").hidden = true;
  collect(room);
  if (room.shows) filter(room, room.shows);
  room.tell("came");
}

function followScrolling(room) {
  room.following = true;
  let at = scrollY;
  let timer;
  /* One after the other: in one frame both would be felt. */
  const go = () => {
    at = scrollY;
    paintNear(room);
    requestAnimationFrame(() => follow(room));
  };
  addEventListener(
    "scroll",
    () => {
      clearTimeout(timer);
      if (Math.abs(scrollY - at) > innerHeight * FAR) requestAnimationFrame(go);
      else timer = setTimeout(go, SETTLED);
    },
    { passive: true },
  );
  addEventListener("beforeprint", () => {
    draw(room, new Set(visible(room)));
    paintNear(room, true);
  });
  addEventListener("afterprint", () => {
    layOut(room);
    paintNear(room);
  });
}
