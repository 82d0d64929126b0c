"""The figures of two drafts beside each other, in words and as the way between them. Pure."""

from reports.figures import tenth
from reports.headlines import several, whole
from reports.wording import Data, Pages


def then_and_now(pages: Pages, compared: Data | None) -> Data | None:
    """One figure of two drafts: `{"text", "change", "n", "beside", "way"}`, of those who answered both times; beside
    it of everyone; the way from then to now on a scale of 0-1. None where it was not asked, or no answer stands there.
    """
    if compared is None:
        return None
    then, now = (pages.cell(compared["paired"][at], "") for at in ("then", "now"))
    was, is_now = (pages.cell(compared["all"][at], "") for at in ("then", "now"))
    text, change, n = "", "", now["n"]
    way: list[float] | None = None
    if then["state"] == now["state"] == "figure":
        text = f"{then['text']} to {now['text']}"
        change = difference(compared["paired"]["then"], compared["paired"]["now"])
        way = [on_scale(compared["paired"][at]) for at in ("then", "now")]
    elif then["n"] and now["n"]:
        text = f"{then['text']} to {now['text']}"
    beside = [f"{cell['text']} of {cell['n']}" if cell["state"] == "figure" else cell["text"] for cell in (was, is_now)]
    said = f"{beside[0]} then, {beside[1]} now" if was["n"] and is_now["n"] else ""
    if not text and not said:
        return None
    return {"text": text, "change": change, "n": n if text else None, "beside": said, "way": way}


def on_scale(figure: Data) -> float:
    """Where a figure lies between its least, 0, and its most, 1, as it is told."""
    if "distribution" in figure:
        return (tenth(figure["mean"]) - 1) / 4
    return whole(figure["yes"] / figure["n"]) / 100


def difference(then: Data, now: Data) -> str:
    """How far a figure went, with its sign: "+18 pts", "−0.2"."""
    if "distribution" in now:
        size = round(tenth(now["mean"]) - tenth(then["mean"]), 1)
        return f"{'+' if size > 0 else '−' if size < 0 else ''}{abs(size):.1f}"
    points = whole(now["yes"] / now["n"]) - whole(then["yes"] / then["n"])
    return f"{'+' if points > 0 else '−' if points < 0 else ''}{abs(points)} pts"


def since_last(pages: Pages) -> Data | None:
    """The figures beside those of the draft before, and what became of its notes."""
    since: Data | None = pages.data["since"]
    if since is None:
        return None
    rows = [{"title": "The book", "verdict": None, "value": then_and_now(pages, since["book"]["value"])}]
    rows += [
        {
            "title": pages.chapter_title(c["key"], c["title"]),
            "verdict": then_and_now(pages, c["verdict"]),
            "value": then_and_now(pages, c["value"]),
        }
        for c in since["chapters"]
    ]
    rows = [row for row in rows if row["verdict"] or row["value"]]
    notes, fates = since["notes"], since["notes"]["by_fate"]
    line = ""
    if notes["total"]:
        same = fates["kept"] + fates["moved"]
        line = f"Of {several(notes['total'], 'note', 'notes')} from before: {same} on the same words, "
        line += f"{fates['edited']} on words that were changed, {fates['detached']} on words no longer there. "
        line += f"Answered by a change: {notes['changed']}."
    return {"label": since["label"], "rows": rows, "line": line} if rows or line else None
