/* What others do, told by the server: a stream while the page is seen, or asked for now and then where none comes. */

const SOON = 6000; // ms within which a stream says its first word, or something on the way holds it back
const SILENT = 40000; // ms without a sign of life after which a stream is taken for dead
const EACH = 10000; // ms between two questions where there is no stream
const POLLS = 30; // questions after which a stream is tried again
const AGAIN = [1000, 60000]; // ms until the next try after a failure: the first, the longest
const UNSEEN = 10000; // ms after which a page that nobody looks at stops listening

/** The messages in a piece of server-sent events, and what is left of it: [[{ event, id, data }], rest]. */
export function readEvents(text) {
  const parts = text.split("\n\n");
  const rest = parts.pop();
  const fieldsOf = (part) => Object.fromEntries(part.split("\n").map((line) => line.match(/^(\w+): ?(.*)$/)?.slice(1) ?? []));
  return [parts.map(fieldsOf), rest];
}

/** What the page listens with: { url, cursor, frame, words }; null where it does not. */
export function listening() {
  const given = document.querySelector("#live");
  return given && JSON.parse(given.textContent);
}

const sleep = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
  });

class NotForUs extends Error {
  /** `said`: { detail, way_back } of the server, null where it did not say why. */
  constructor(said) {
    super(said?.detail);
    this.said = said;
  }
}

/**
 * Listens at `url` from the moment `cursor` on and calls `hear` with { notes: [{ id, chapter, stamp, new }], frame } for
 * what happens, and for what happened while nobody looked at the page. Ends where one may not listen, and calls `ended`
 * with { detail, way_back } where the server says why.
 */
export function listen(url, cursor, hear, ended) {
  let under = null; // what ends the listening that is under way
  let flows = false; // whether a stream is open
  let polls = 0; // questions left to ask instead of a stream
  let leaving;

  function take(data) {
    if (data.notes?.length || data.frame) hear(data);
  }

  async function ask(signal) {
    const { member } = document.body.dataset;
    const accept = polls ? "application/json" : "text/event-stream";
    const headers = { Accept: accept, "Last-Event-ID": cursor, ...(member && { "X-Member": member }) };
    const answer = await fetch(url, { headers, signal, cache: "no-store" });
    if ([403, 404, 409].includes(answer.status)) throw new NotForUs(await answer.json().catch(() => null));
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  }

  /* Hears once: a stream until it ends, or one answer. Gives the ms to wait until the next time. */
  async function once(outer) {
    const attempt = new AbortController();
    const end = () => attempt.abort();
    outer.addEventListener("abort", end, { once: true });
    let alarm = setTimeout(() => {
      if (!polls) polls = POLLS;
      end();
    }, SOON);
    const alive = () => {
      clearTimeout(alarm);
      alarm = setTimeout(end, SILENT);
    };
    try {
      const answer = await ask(attempt.signal);
      if ((answer.headers.get("Content-Type") ?? "").startsWith("text/event-stream")) {
        await follow(answer.body, alive);
        return AGAIN[0] * Math.random();
      }
      const data = await answer.json();
      cursor = data.cursor;
      polls = (polls || POLLS + 1) - 1;
      take(data);
      return EACH;
    } finally {
      clearTimeout(alarm);
      flows = false;
    }
  }

  async function follow(body, alive) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      alive();
      flows = true;
      let messages;
      [messages, text] = readEvents(text + value);
      for (const { event, id, data } of messages) {
        cursor = id ?? cursor;
        if (event === "enough") polls = Infinity; // too many pages of one person listen
        take(JSON.parse(data));
      }
    }
  }

  async function run() {
    const here = (under = new AbortController());
    let [wait] = AGAIN;
    while (!here.signal.aborted) {
      let pause;
      try {
        pause = await once(here.signal);
        [wait] = AGAIN;
      } catch (error) {
        if (error instanceof NotForUs) return error.said && ended(error.said);
        pause = wait * (0.5 + Math.random());
        wait = Math.min(wait * 2, AGAIN[1]);
      }
      await sleep(pause, here.signal);
    }
  }

  function stop() {
    clearTimeout(leaving);
    under?.abort();
    under = null;
  }

  /* Begins, or tries at once what would be tried later. */
  function wake() {
    clearTimeout(leaving);
    if (flows || document.visibilityState === "hidden") return;
    stop();
    if (Number.isFinite(polls)) polls = 0;
    run();
  }

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leaving = setTimeout(stop, UNSEEN);
    else wake();
  });
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => event.persisted && wake());
  addEventListener("online", wake);
  addEventListener("renewed", wake); // who was signed out is here again
  wake();
}
