"""What is new since an earlier snapshot, as numbers a mail may tell. Pure."""

from dataclasses import replace
from typing import Any

from reports.answers import within
from reports.figures import LEAST
from reports.remarks import chosen
from reports.snapshot import Edition, Snapshot
from reports.voices import Voices


def news(snapshot: Snapshot, edition: Edition, since: str) -> dict[str, Any]:
    """`{"since", "notes", "readers"}`: how many notes of the edition were written from `since` on, and how many
    readers wrote or answered; all so far where it is empty.

    `readers` is None where who wrote what is not known to the edition's reader and fewer than LEAST did: two notes of
    one reader would be told to be one person's.
    """
    voices = Voices(snapshot, edition)
    notes = chosen(snapshot, replace(edition, since=max(edition.since, since)), voices)
    people = {r.member for r in notes} | {
        a.member for a in snapshot.answers if a.stands and a.updated >= since and within(a, edition, snapshot)
    }
    readers = sum(not voices.is_team(member) for member in people)
    told = voices.open_notes or readers >= LEAST
    return {"since": since, "notes": len(notes), "readers": readers if told else None}
