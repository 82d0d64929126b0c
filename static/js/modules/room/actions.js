/* What is done in an open note: answering, agreeing, editing, withdrawing, deciding. */

import { post } from "../../lib/sending.js";
import { keeper, showError } from "./composer.js";
import { drop, open, put, visible } from "./notes.js";
import { giveFocus, say } from "./room.js";

const DECIDED = ["will_change", "changed", "no_change", "later", "duplicate"];

export function startActions(room) {
  const template = document.querySelector("#note-actions");
  const editing = document.querySelector("#edit-comment");
  const url = (id, what) => `${room.data.notesUrl}${id}/${what}/`;
  const unsent = new Map();
  room.unsent.then((notes) => notes.forEach((note) => unsent.set(note.place, note)));

  room.on("open", ({ item, before }) => {
    if (before && before !== item) before.element.querySelector(".do")?.remove();
    if (room.data.former) return;
    if (item && !item.element.classList.contains("draft") && !item.element.querySelector(".do")) furnish(item);
  });

  /* Posts, then shows the note as it stands now and gives the answer; `form` gets the reason when it was not saved. */
  async function act(element, address, fields, form) {
    try {
      const data = await post(address, fields);
      if (data.gone) {
        open(room, null);
        drop(room, element);
        giveFocus(null);
        return data;
      }
      open(room, put(room, data.html, element), { scroll: false, focus: true });
      return data;
    } catch (error) {
      if (form) showError(room, form, error);
      else say(error.message || room.words.not_saved);
      return false;
    }
  }

  function furnish(item) {
    const { element } = item;
    const can = new Set(element.dataset.can.split(" "));
    const box = template.content.firstElementChild.cloneNode(true);
    const part = (selector) => box.querySelector(selector);
    const id = element.dataset.id;
    for (const field of box.querySelectorAll("[id]")) {
      const label = box.querySelector(`label[for="${field.id}"]`);
      field.id += `-${id}`;
      if (label) label.htmlFor = field.id;
    }
    furnishOwn(element, can, part);
    if (can.has("reply")) {
      furnishReply(element, part("[data-reply]"));
      part("[data-reply] .acts").append(...part("[data-own]").children);
    } else part("[data-reply]").remove();
    if (can.has("decide")) furnishDecision(element, part);
    else box.querySelectorAll("[data-decide], [data-undo]").forEach((node) => node.remove());
    element.querySelector(".more").append(box);
    room.offerPlaces?.(element, act);
    for (const reply of element.querySelectorAll(".reply[data-mine]")) furnishMine(element, reply, can);
  }

  function furnishReply(element, form) {
    const id = element.dataset.id;
    const fresh = () => `reply:${id}:${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
    let place;
    const earlier = [...unsent.values()].find((note) => note.reply === id && note.body);
    if (earlier) {
      form.body.value = earlier.body;
      place = earlier.place;
    } else {
      place = fresh();
    }
    const content = () => ({ reply: id, chapter: room.data.chapter, body: form.body.value, place });
    let keeping = keeper(room, place, content, form.querySelector(".kept"));
    form.addEventListener("input", () => {
      unsent.set(place, content());
      keeping.keep();
      room.tell("grown");
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      keeping.stop();
      const body = form.body.value;
      if (await act(element, url(id, "reply"), { body, place }, form)) {
        keeping.forget();
        unsent.delete(place);
        say(room.words.reply_saved);
        return;
      }
      if (form.dataset.refused === "already_sent") {
        keeping.forget();
        unsent.delete(place);
        place = fresh();
        keeping = keeper(room, place, content, form.querySelector(".kept"));
      }
      keeping.keep();
    });
  }

  function furnishOwn(element, can, part) {
    const id = element.dataset.id;
    const agreeing = part("[data-agree]");
    if (can.has("agree")) {
      const agreed = element.dataset.agreed === "1";
      agreeing.setAttribute("aria-pressed", agreed);
      agreeing.querySelector("[data-on]").hidden = !agreed;
      agreeing.querySelector("[data-off]").hidden = agreed;
      agreeing.addEventListener("click", () => act(element, url(id, "agree"), agreed ? { undo: "1" } : {}));
    } else agreeing.remove();
    const edit = part("[data-edit]");
    if (can.has("edit")) {
      if (!element.dataset.body) edit.textContent = room.words.add_reason;
      edit.addEventListener("click", () => rewrite(element, element.dataset.comment, element.dataset.body, element.querySelector(".txt")));
    } else edit.remove();
    const withdrawing = part("[data-withdraw]");
    if (can.has("withdraw")) {
      withdrawing.addEventListener("click", () => confirmWithdrawal(element, url(id, "withdraw"), {}));
    } else withdrawing.remove();
  }

  /* Withdrawn words are deleted, so it is asked first. */
  function confirmWithdrawal(element, address, fields) {
    say(room.words.withdraw_sure, {
      label: room.words.withdraw_yes,
      act: async () => (await act(element, address, fields)) && say(room.words.withdrawn),
    });
  }

  /* One's own replies can be rewritten while nobody answered, and always be taken back. */
  function furnishMine(element, reply, can) {
    if (reply.querySelector(".acts")) return;
    const address = `${room.data.commentsUrl.replace("0", reply.dataset.comment)}`;
    const acts = document.createElement("div");
    acts.className = "acts";
    const last = !reply.nextElementSibling?.matches(".reply");
    if (last && can.has("reply")) {
      const edit = button(room.words.edit, () => rewrite(element, reply.dataset.comment, reply.dataset.body, reply.querySelector("p")));
      acts.append(edit);
    }
    const withdrawing = template.content.querySelector("[data-withdraw]").textContent;
    acts.append(button(withdrawing, () => confirmWithdrawal(element, address, { withdraw: "1" })));
    reply.append(acts);
  }

  function button(label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn small quiet";
    made.textContent = label;
    made.addEventListener("click", act);
    return made;
  }

  function rewrite(element, comment, body, shown) {
    if (element.querySelector("form.edit")) return;
    const form = editing.content.firstElementChild.cloneNode(true);
    const place = `edit:${comment}`;
    form.body.value = unsent.get(place)?.body ?? body ?? "";
    const keeping = keeper(room, place, () => ({ edit: comment, chapter: room.data.chapter, body: form.body.value, place }), form.querySelector(".kept"));
    form.addEventListener("input", () => {
      keeping.keep();
      room.tell("grown");
    });
    form.querySelector("[data-cancel]").addEventListener("click", () => {
      keeping.discard();
      unsent.delete(place);
      form.remove();
      room.tell("grown");
      element.querySelector(".open").focus();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      keeping.stop();
      if (await act(element, room.data.commentsUrl.replace("0", comment), { body: form.body.value }, form)) {
        keeping.discard();
        unsent.delete(place);
        say(room.words.saved);
      }
    });
    shown.after(form);
    form.body.focus();
    room.tell("grown");
  }

  function furnishDecision(element, part) {
    const id = element.dataset.id;
    const form = part("[data-decide]");
    const undo = part("[data-undo]");
    const decided = element.dataset.status === "decided";
    form.hidden = decided;
    undo.hidden = !decided;
    undo.querySelector("button").addEventListener("click", () => act(element, url(id, "decide"), {}));
    for (const other of visible(room)) {
      if (!other.id || other.element === element) continue;
      const words = other.element.querySelector(".txt, .quote")?.textContent.trim().slice(0, 50) ?? "";
      const name = other.element.querySelector(".by span")?.textContent ?? "";
      form.duplicate_of.append(new Option(`${name}: ${words}`, other.id));
    }
    form.addEventListener("input", () => room.tell("grown"));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const decision = event.submitter?.value;
      if (!DECIDED.includes(decision)) return;
      const fields = { decision, reason: form.reason.value, duplicate_of: decision === "duplicate" ? form.duplicate_of.value : "" };
      if (await act(element, url(id, "decide"), fields, form)) say(room.words.decided);
      else (decision === "no_change" ? form.reason : form.duplicate_of).focus();
    });
  }
}
