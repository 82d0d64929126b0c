"""Where along a chapter notes cluster. Pure."""

from collections.abc import Sequence

from reports.snapshot import Remark, Snapshot

BINS = 48


def strip(snapshot: Snapshot, chapter: str, remarks: Sequence[Remark]) -> list[int]:
    """Notes by place from the chapter's first line to its last, in BINS bins; each counts where its words begin.

    Only the chapter's common sections are laid end to end: a discipline's section has its own readers.
    """
    common = sorted(
        (s for s in snapshot.sections if s.chapter == chapter and not s.discipline), key=lambda s: (s.position, s.key)
    )
    begins, total = {}, 0
    for section in common:
        begins[section.key] = total
        total += section.length
    bins = [0] * BINS
    for r in remarks:
        if r.section in begins and r.start is not None and total:
            bins[min(BINS - 1, (begins[r.section] + r.start) * BINS // total)] += 1
    return bins
