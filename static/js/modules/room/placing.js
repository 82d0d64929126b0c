/* Putting a note in its place by hand: on a passage that is offered, on words selected here, or on its chapter. */

import { explain, post } from "../../lib/sending.js";
import { open } from "./notes.js";
import { say } from "./room.js";

export function startPlacing(room) {
  const banner = document.querySelector("[data-picking]");
  if (!banner) return;
  let stopPicking = null;

  /* A class and no :has() in the style sheets: that would style the whole page anew at each change of a note. */
  function show(picking) {
    banner.hidden = !picking;
    document.body.classList.toggle("picks", picking);
  }

  /* `send` posts where the note goes; the next selection or passage that is pressed is that place. */
  function pick(send) {
    show(true);
    open(room, null);
    room.putHere = async (place) => {
      if (await send({ text_id: place.section.textId, start: place.start, end: place.end })) stop();
    };
    stopPicking = stop;
    function stop() {
      show(false);
      room.putHere = stopPicking = null;
    }
  }
  banner.querySelector("[data-stop-picking]").addEventListener("click", () => stopPicking?.());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && stopPicking && !room.hasSelection?.()) stopPicking();
  });

  const address = (id) => `${room.data.notesUrl}${id}/place/`;
  const undo = (element, act, id) => ({ label: room.words.undo, undoes: true, act: () => place(element, act, id, { undo: "1" }) });

  /* Says where it is now, with the way back; a note that went to another chapter is led to. */
  async function place(element, act, id, fields, form) {
    const data = await act(element, address(id), { ...fields, chapter: room.data.chapter ?? "" }, form);
    if (!data) return false;
    const now = document.querySelector(`#note-${id}`) ?? element;
    const there = { label: room.words.go_there, act: () => (location.href = data.address) };
    say(data.done, ...(data.gone ? [there] : []), ...(fields.undo ? [] : [undo(now, act, id)]));
    return true;
  }

  /** In the open note `element`: the link to the choices opens them in place, the other one takes the last one back;
      `act` posts and shows the note again. */
  room.offerPlaces = (element, act) => {
    const back = element.querySelector("a[data-put-back]");
    if (back && !back.dataset.wired) {
      back.dataset.wired = "1";
      back.addEventListener("click", (event) => {
        event.preventDefault();
        place(element, act, element.dataset.id, { undo: "1" });
      });
    }
    const link = element.querySelector("a[data-place]");
    if (!link || link.dataset.wired) return;
    link.dataset.wired = "1";
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      const answer = await fetch(link.href, { headers: { "HX-Request": "true" } }).catch(() => null);
      if (!answer?.ok) return location.assign(link.href);
      const template = document.createElement("template");
      template.innerHTML = await answer.text();
      const choices = template.content.querySelector(".placing");
      if (!choices) return location.assign(link.href);
      link.closest(".acts").replaceWith(choices);
      choices.querySelector("h3").focus({ preventScroll: true });
      room.tell("grown");
      choices.addEventListener("submit", (submitted) => {
        submitted.preventDefault();
        const form = submitted.target;
        const fields = Object.fromEntries(new FormData(form, submitted.submitter));
        delete fields.next;
        place(element, act, element.dataset.id, fields, choices);
      });
      choices.querySelector("[data-pick]")?.addEventListener("click", (pressed) => {
        if (new URL(pressed.currentTarget.href).pathname !== location.pathname) return;
        pressed.preventDefault();
        pick((fields) => place(element, act, element.dataset.id, fields));
      });
    });
  };

  /* Led here from another page: the words for a note that stands elsewhere. */
  const asked = new URLSearchParams(location.search).get("place");
  if (asked && /^\d+$/.test(asked)) {
    pick(async (fields) => {
      try {
        const data = await post(address(asked), { ...fields, chapter: room.data.chapter ?? "" });
        location.assign(data.address);
        return true;
      } catch (error) {
        say(error.message || room.words.not_saved);
        return false;
      }
    });
  }
}
