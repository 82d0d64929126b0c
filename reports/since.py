"""What became of the figures since the draft before. Pure.

Readers who answered both times come first: others may have come or stayed away, which changes a figure without anyone
having changed their mind.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reports.figures import LEAST, Table
from reports.remarks import FATES
from reports.snapshot import Chapter, Remark, Snapshot
from reports.tables import Tables
from reports.voices import Voices, is_named

Data = dict[str, Any]


def since(
    snapshot: Snapshot,
    voices: Voices,
    now: Tables,
    heard: Sequence[str] | None,
    chapters: Sequence[Chapter],
    remarks: Sequence[Remark],
) -> Data | None:
    """The book and each chapter then and now, and what became of earlier notes; None where this is the first round.

    `heard`: of these disciplines; None: of everyone.
    `paired` holds those who answered both times, `all` everyone each time.
    """
    if snapshot.before is None:
        return None
    was = replace(snapshot, answers=snapshot.before.answers)
    then = Tables(was, voices.named and is_named(was, voices.edition))
    earlier = [r for r in remarks if r.earlier]
    fates = Counter(r.fate for r in earlier)
    asks_value = now.asks("value", "chapter")
    return {
        "draft": snapshot.before.draft,
        "label": snapshot.before.label,
        "book": {"value": compared(then.book_value, now.book_value, "", heard)},
        "chapters": [
            {
                "key": c.key,
                "title": c.title,
                "position": c.position,
                "verdict": compared(then.chapter_sense, now.chapter_sense, c.key, heard),
                "value": compared(then.chapter_value, now.chapter_value, c.key, heard) if asks_value else None,
            }
            for c in chapters
        ],
        "notes": {
            "total": len(earlier),
            "by_fate": {fate: fates[fate] for fate in FATES},
            "changed": sum(r.decision == "changed" for r in earlier),
        },
    }


def compared(then: Table, now: Table, row: str, heard: Sequence[str] | None) -> Data:
    """The figures of one target: `{"paired": {"then", "now"}, "all": {"then", "now"}}`.

    Where names are not known the paired figures stand only where neither they nor the difference to all readers tell
    of fewer than LEAST people; and not in a choice of disciplines, since two such reports would tell what each keeps.
    """
    before, after = then.people(row, heard), now.people(row, heard)
    both = {a.member for a in before} & {a.member for a in after}
    paired = [[a for a in answers if a.member in both] for answers in (before, after)]
    hidden = False
    if not (then.named and now.named):
        sizes = [(then.count(paired[0]), then.count(before)), (now.count(paired[1]), now.count(after))]
        hidden = any(some < LEAST or 0 < whole - some < LEAST for some, whole in sizes)
        hidden |= heard is not None and set(heard) != set(now.columns)
    return {
        "paired": {"then": then.figure_of(paired[0], hidden), "now": now.figure_of(paired[1], hidden)},
        "all": {"then": then.total(row, heard), "now": now.total(row, heard)},
    }
