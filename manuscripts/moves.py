"""Passages that went from one section to another between two drafts, as a job found and kept them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from anchoring.align import VERSION

from .models import Comparison, Draft, Placement, SectionText
from .passages import Move


def kept_moves(old: Draft, new: Draft) -> list[Move]:
    """Those between these drafts, without their words; none where nothing was kept. One query."""
    rows = Comparison.objects.filter(old=old, new=new, version=VERSION).values_list("moves", flat=True)
    return [Move(number, *fields) for number, fields in enumerate(rows.first() or [], start=1)]


def keep_moves(old: Draft, new: Draft, moves: Iterable[Move]) -> None:
    """Stores them, over what was kept for this pair before."""
    fields = ("old", "old_start", "old_end", "new", "new_start", "new_end", "stood", "runs")
    rows = [[getattr(move, name) for name in fields] for move in moves]
    Comparison.objects.update_or_create(old=old, new=new, defaults={"version": VERSION, "moves": rows})


def are_kept(old: Draft, new: Draft) -> bool:
    """Whether these drafts were compared."""
    return Comparison.objects.filter(old=old, new=new, version=VERSION).exists()


def with_words(moves: Sequence[Move], rows: Mapping[str, Placement]) -> list[Move]:
    """The moves with their words of the old draft, whose placements by section key are `rows`. One query."""
    ids = {rows[move.old].text_id for move in moves}
    texts = dict(SectionText.objects.filter(pk__in=ids).values_list("pk", "text")) if ids else {}
    return [replace(move, words=texts[rows[move.old].text_id][move.old_start : move.old_end]) for move in moves]
