"""Where along a chapter notes cluster. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from reports.remarks import KINDS, passages, widest
from reports.snapshot import Remark, Section, Snapshot

BINS = 48
HOT = 3  # notes on one passage from which it is named


def common_sections(snapshot: Snapshot, chapter: str) -> list[Section]:
    """The sections of a chapter that are for everyone, in order: a discipline's section has its own readers."""
    rows = (s for s in snapshot.sections if s.chapter == chapter and not s.discipline)
    return sorted(rows, key=lambda s: (s.position, s.key))


def strip(snapshot: Snapshot, chapter: str, remarks: Sequence[Remark]) -> list[int]:
    """Notes by place from the chapter's first line to its last, in BINS bins; each counts where its words begin."""
    begins, total = {}, 0
    for section in common_sections(snapshot, chapter):
        begins[section.key] = total
        total += section.length
    bins = [0] * BINS
    for r in remarks:
        if r.section in begins and r.start is not None and total:
            bins[min(BINS - 1, (begins[r.section] + r.start) * BINS // total)] += 1
    return bins


def cluster(snapshot: Snapshot, chapter: str, remarks: Sequence[Remark]) -> dict[str, Any]:
    """What the notes of a strip are: `{"by_kind", "hottest": {"quote", "n"} | None}`, the passage with most notes, at
    least HOT, in the book's words."""
    keys = {s.key for s in common_sections(snapshot, chapter)}
    placed = [r for r in remarks if r.section in keys and r.start is not None]
    kinds = Counter(r.kind for r in placed)
    most = max(passages(placed), key=len, default=[])
    hottest = {"quote": widest(most).quote, "n": len(most)} if len(most) >= HOT else None
    return {"by_kind": {kind: kinds[kind] for kind in KINDS}, "hottest": hottest}
