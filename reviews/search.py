"""Search in what one person may read of a draft, and in the notes they may see."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from manuscripts.models import Draft, Placement, SectionText
from manuscripts.permissions import Actor

from .finding import Wanted, excerpt
from .models import Comment, Thread

MOST_PASSAGES = 60
MOST_NOTES = 40


@dataclass
class Passage:
    """One paragraph, row or heading in which all that was looked for stands; `start` and `end` of the first of it,
    in code points of the text."""

    placement: Placement
    start: int
    end: int
    pieces: list[tuple[str, bool]]


@dataclass
class Passages:
    shown: list[Passage]
    total: int


def passages(actor: Actor, draft: Draft, looked_for: Wanted) -> Passages:
    """In the order of the book; of many the first MOST_PASSAGES are shown, all are counted."""
    rows = Placement.objects.readable_by(actor, draft).select_related("chapter", "section", "discipline", "text")
    rows = rows.defer("text__html", "text__markdown").order_by("chapter_position", "position")
    shown: list[Passage] = []
    total = 0
    for row in rows:
        if not looked_for.is_in(row.text.text):  # most texts hold nothing of it
            continue
        at = 0
        for line in row.text.text.split("\n"):
            spans = looked_for.spans(line)
            if spans:
                total += 1
                if len(shown) < MOST_PASSAGES:
                    start, end = spans[0]
                    shown.append(Passage(row, at + start, at + end, excerpt(line, spans)))
            at += len(line) + 1
    return Passages(shown, total)


def notes(actor: Actor, draft: Draft, looked_for: Wanted) -> tuple[list[int], int, dict[int, list[Any]]]:
    """(Ids of the notes that hold it, the newest first, at most MOST_NOTES; how many there are; excerpts by id).

    A note holds it in one of its messages, in the words it suggests, or in those it was written on.
    """
    messages = Comment.objects.filter(withdrawn=None).only("body", "thread_id")
    rows = Thread.objects.visible_to(actor).in_draft(draft).only("replacement", "withdrawn", "text_id", "start", "end")
    rows = rows.prefetch_related(Prefetch("comments", messages, to_attr="said")).order_by("-created", "-pk")
    texts = dict(SectionText.objects.filter(threads__in=rows.order_by()).distinct().values_list("pk", "text"))
    found: list[int] = []
    pieces: dict[int, list[Any]] = {}
    total = 0
    for row in rows:
        words = [comment.body for comment in row.said]
        if row.withdrawn is None:
            words += [row.replacement or "", texts[row.text_id][row.start : row.end] if row.start is not None else ""]
        hit = next(((text, spans) for text in words if text and (spans := looked_for.spans(text))), None)
        if hit is None:
            continue
        total += 1
        if len(found) < MOST_NOTES:
            found.append(row.pk)
            pieces[row.pk] = excerpt(*hit)
    return found, total, pieces
