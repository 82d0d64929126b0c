/* The forms of the open note on the author's desk: the reply and the reason of a decision. What is half typed stays
   with its note, here and on the server, and is sent once. */

import { sendsOnce } from "../../lib/forms.js";
import { keeper, newPlace } from "../../lib/keeper.js";
import { flushed, store, unsentOf } from "../../lib/outbox.js";

/** Furnishes the note in `pane`; gives { furnish }, to be called for each one that is put there later. */
export function startTyping(pane, unsentUrl, listUrl) {
  const unsent = new Map(store.all().map((note) => [note.place, note]));
  let putBack = []; // of the open note: shows what was typed into it elsewhere

  flushed
    .then((arrived) => arrived.forEach(({ note }) => unsent.delete(note.place)))
    .then(() => unsentOf(listUrl, unsentUrl))
    .then((notes) => {
      for (const note of notes) if (!unsent.has(note.place)) unsent.set(note.place, note);
      putBack.forEach((act) => act());
    });

  function keeps(form, field, place, said) {
    const content = () => ({ ...said, body: field.value });
    const show = (other) => (field.value = other.body);
    const keeping = keeper({ url: unsentUrl, place, content, state: form.querySelector(".kept"), show });
    const keep = () => {
      unsent.set(keeping.place, { ...content(), place: keeping.place });
      keeping.keep();
    };
    field.addEventListener("input", keep);
    if (field.value !== field.defaultValue) keep(); // typed before this began
    return keeping;
  }

  /* The page after it, as a plain form would have led there. */
  function go(form, keeping) {
    unsent.delete(keeping.place);
    location.assign(form.elements.next.value);
  }

  function furnishReply(form, id) {
    const field = form.elements.body;
    const keeping = keeps(form, field, newPlace("reply"), { reply: id });
    const sending = sendsOnce(form, {
      keeping,
      request: () => ({ url: form.action, fields: { body: field.value, place: keeping.place } }),
      sent: () => go(form, keeping),
      refused: (error) => {
        if (error.data?.code === "already_sent") keeping.rename(newPlace("reply"));
        return [];
      },
    });
    putBack.push(() => {
      const earlier = [...unsent.values()].find((note) => note.reply === id && note.body);
      if (!earlier || field.value) return;
      keeping.rename(earlier.place, false);
      field.value = earlier.body;
      if (earlier.waits) sending.waits();
    });
  }

  function furnishDecision(form, id) {
    const { reason, duplicate_of } = form.elements;
    const place = `decide:${id}`;
    const keeping = keeps(form, reason, place, { decide: id });
    const decided = reason.defaultValue;
    putBack.push(() => {
      if (unsent.has(place) && reason.value === decided) reason.value = unsent.get(place).body;
    });
    sendsOnce(form, {
      keeping,
      lasting: false,
      request: (submitter) => {
        const decision = submitter?.value ?? "";
        if (decision === "no_change" && !reason.value.trim()) return ask(reason, reason.placeholder);
        if (decision === "duplicate" && !duplicate_of.value) return ask(duplicate_of, duplicate_of.options[0].text);
        return { url: form.action, fields: { decision, reason: reason.value, duplicate_of: duplicate_of.value } };
      },
      sent: () => {
        keeping.discard();
        go(form, keeping);
      },
    });
  }

  function furnish() {
    const id = pane.querySelector("[data-note]")?.dataset.note;
    const decision = pane.querySelector("form.decide");
    const reply = pane.querySelector("form.rform");
    putBack = [];
    if (decision) furnishDecision(decision, id);
    if (reply) furnishReply(reply, id);
    putBack.forEach((act) => act());
  }

  furnish();
  return { furnish };
}

/* Says in the field what is missing; nothing is sent. */
function ask(field, words) {
  field.setCustomValidity(words);
  field.reportValidity();
  field.addEventListener("input", () => field.setCustomValidity(""), { once: true });
  return null;
}
