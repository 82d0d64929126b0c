/* What is done in an open note: answering, agreeing, editing, withdrawing, deciding. */

import { notSaved, sendsOnce } from "../../lib/forms.js";
import { newPlace } from "../../lib/keeper.js";
import { post } from "../../lib/sending.js";
import { REACTIONS, showError } from "./composer.js";
import { itemById, labelOf } from "./item.js";
import { drop, open, putAnswer, visible } from "./notes.js";
import { ask, fill, giveFocus, isWriting, say } from "./room.js";

const TURNED = ["[data-agree]", "[data-follow]"]; // buttons that are pressed again to take it back
const DECIDED = ["will_change", "changed", "no_change", "later", "duplicate"];

export function startActions(room) {
  const template = document.querySelector("#note-actions");
  const editing = document.querySelector("#edit-comment");
  const url = (id, what) => `${room.data.notesUrl}${id}/${what}/`;
  const unsent = new Map();
  room.unsent.then((notes) => {
    for (const note of notes) unsent.set(note.place, note);
    const { active } = room;
    const typing = active?.element.contains(document.activeElement) && document.activeElement.matches("textarea, input, select");
    if (active && !typing && notes.some((note) => isIn(active.element, note))) refurnish(active);
  });
  addEventListener("arrived", (event) => unsent.delete(event.detail.note.place));

  room.on("open", ({ item, before }) => {
    if (before && before !== item) before.element.querySelector(".do")?.remove();
    if (room.data.former) return;
    if (item && !item.element.classList.contains("draft") && !item.element.querySelector(".do")) furnish(item);
  });

  /* Whether what is unsent was typed into the note `element`. */
  function isIn(element, { reply, decide, edit }) {
    const { id, comment } = element.dataset;
    return [reply, decide].includes(id) || edit === comment || Boolean(element.querySelector(`.reply[data-comment="${edit}"]`));
  }

  /* What was typed before this page knew of it comes into a note that is open already; the focus stays where it is. */
  function refurnish(item) {
    const furnished = item.element.querySelector(".do");
    if (!furnished) return;
    const pressed = [...furnished.querySelectorAll("button")].indexOf(document.activeElement);
    furnished.remove();
    furnish(item);
    item.element.querySelectorAll(".do button")[pressed]?.focus({ preventScroll: true });
    room.tell("grown");
  }

  /* Shows the note as it stands now, as `data` says after what was sent from `form`. */
  function show(element, data, form) {
    if (!data.gone) return putAnswer(room, data.html, element, form);
    const goneOn = isWriting() && !element.contains(document.activeElement);
    if (room.active?.made === element) open(room, null);
    drop(room, element);
    if (!goneOn) giveFocus(null);
  }

  /* Posts, then shows the note as it stands now and gives the answer; `form` gets the reason when it was not saved. */
  async function act(element, address, fields, form) {
    try {
      const data = await post(address, fields);
      const pressed = TURNED.find((each) => element.querySelector(each) === document.activeElement);
      show(element, data, form);
      if (pressed) itemById(room, element.dataset.id)?.element.querySelector(pressed)?.focus({ preventScroll: true });
      return data;
    } catch (error) {
      if (form) showError(room, form, error);
      else say(error.message || notSaved());
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

  /* Keeps what is typed in `field` under `place` beside what is `said` of it, and remembers it here for when the note
     is opened again. */
  function keeps(field, place, said) {
    const content = () => ({ ...said(), chapter: room.data.chapter, body: field.value });
    const show = (other) => (field.value = other.body);
    const keeping = room.keeper(place, content, { state: field.form.querySelector(".kept"), show });
    field.addEventListener("input", () => {
      unsent.set(keeping.place, { ...content(), place: keeping.place });
      keeping.keep();
      room.tell("grown");
    });
    return keeping;
  }

  function furnishReply(element, form) {
    const id = element.dataset.id;
    const earlier = [...unsent.values()].find((note) => note.reply === id && note.body);
    form.body.value = earlier?.body ?? "";
    const keeping = keeps(form.body, earlier?.place ?? newPlace("reply"), () => ({ reply: id }));
    const sending = sendsOnce(form, {
      keeping,
      request: () => ({ url: url(id, "reply"), fields: { body: form.body.value, place: keeping.place } }),
      sent: (data) => {
        unsent.delete(keeping.place);
        show(element, data, form);
        say(room.words.reply_saved);
      },
      refused: (error) => {
        if (error.data?.code !== "already_sent") return [];
        unsent.delete(keeping.place);
        keeping.rename(newPlace("reply"));
        return [];
      },
      told: () => room.tell("grown"),
    });
    if (earlier && room.store.get(earlier.place).waits) sending.waits();
  }

  function furnishOwn(element, can, part) {
    const id = element.dataset.id;
    const agreeing = part("[data-agree]");
    if (can.has("agree")) {
      const agreed = element.dataset.agreed === "1";
      agreeing.setAttribute("aria-pressed", agreed);
      agreeing.querySelector("[data-on]").hidden = !agreed;
      const { agree } = room.words;
      agreeing.querySelector("[data-off]").textContent = agree[element.dataset.kind] ?? agree[element.dataset.kind in REACTIONS ? "reaction" : "other"];
      agreeing.querySelector("[data-off]").hidden = agreed;
      agreeing.addEventListener("click", () => act(element, url(id, "agree"), agreed ? { undo: "1" } : {}));
    } else agreeing.remove();
    furnishFollowing(element, can, part("[data-follow]"));
    const edit = part("[data-edit]");
    if (can.has("edit")) {
      if (!element.dataset.body) edit.textContent = room.words.add_reason;
      const begin = () => rewrite(element, element.dataset.comment, element.dataset.body, element.querySelector(".txt"));
      edit.addEventListener("click", () => begin()?.body.focus());
      if (unsent.has(`edit:${element.dataset.comment}`)) begin();
    } else edit.remove();
    const withdrawing = part("[data-withdraw]");
    if (can.has("withdraw")) {
      withdrawing.addEventListener("click", () => confirmWithdrawal(element, url(id, "withdraw"), {}));
    } else withdrawing.remove();
  }

  function furnishFollowing(element, can, pressed) {
    if (!can.has("follow")) return pressed.remove();
    const following = element.dataset.following === "1";
    pressed.querySelector("[data-on]").hidden = !following;
    pressed.querySelector("[data-off]").hidden = following;
    pressed.addEventListener("click", async () => {
      const done = await act(element, url(element.dataset.id, "follow"), following ? { undo: "1" } : {});
      if (done) say(following ? room.words.stopped_following : room.words.followed);
    });
  }

  /* Withdrawn words are deleted, so it is asked first. */
  function confirmWithdrawal(element, address, fields) {
    ask(room.words.withdraw_sure, {
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
      const begin = () => rewrite(element, reply.dataset.comment, reply.dataset.body, reply.querySelector("p"));
      acts.append(button(room.words.edit, () => begin()?.body.focus()));
      if (unsent.has(`edit:${reply.dataset.comment}`)) begin();
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
    const earlier = unsent.get(place);
    let was = earlier?.was ?? body ?? "";
    form.body.value = earlier?.body ?? body ?? "";
    const keeping = keeps(form.body, place, () => ({ edit: comment, was }));
    form.querySelector("[data-cancel]").addEventListener("click", () => {
      keeping.discard();
      unsent.delete(place);
      form.remove();
      room.tell("grown");
      element.querySelector(".open").focus();
    });
    const sending = sendsOnce(form, {
      keeping,
      request: () => ({ url: room.data.commentsUrl.replace("0", comment), fields: { body: form.body.value, was } }),
      sent: (data) => {
        keeping.discard();
        unsent.delete(place);
        show(element, data, form);
        say(room.words.saved);
      },
      refused: (error) => {
        if (error.data?.code !== "changed") return [];
        was = error.data.current;
        return [fill(room.words.found, { t: was })];
      },
      told: () => room.tell("grown"),
    });
    shown.after(form);
    room.tell("grown");
    if (earlier && room.store.get(place).waits) sending.waits();
    return form;
  }

  function furnishDecision(element, part) {
    const id = element.dataset.id;
    const form = part("[data-decide]");
    const undo = part("[data-undo]");
    const decided = element.dataset.status === "decided";
    form.hidden = decided;
    undo.hidden = !decided;
    undo.querySelector("button").addEventListener("click", () => act(element, url(id, "decide"), {}));
    const others = () => visible(room).filter((other) => other.id && other.id !== id);
    const offer = () => form.duplicate_of.append(...others().map((other) => new Option(labelOf(other), other.id)));
    if (room.crowded) form.duplicate_of.addEventListener("focusin", offer, { once: true });
    else offer();
    const place = `decide:${id}`;
    form.reason.value = unsent.get(place)?.body ?? "";
    const keeping = keeps(form.reason, place, () => ({ decide: id }));
    sendsOnce(form, {
      keeping,
      lasting: false,
      request: (submitter) => {
        const decision = submitter?.value;
        if (!DECIDED.includes(decision)) return null;
        const duplicate_of = decision === "duplicate" ? form.duplicate_of.value : "";
        return { url: url(id, "decide"), fields: { decision, reason: form.reason.value, duplicate_of } };
      },
      sent: (data) => {
        keeping.discard();
        unsent.delete(place);
        show(element, data, form);
        say(room.words.decided);
      },
      refused: (error) => {
        ({ reason: form.reason, duplicate_of: form.duplicate_of })[error.data?.field]?.focus();
        return [];
      },
      told: () => room.tell("grown"),
    });
  }
}
