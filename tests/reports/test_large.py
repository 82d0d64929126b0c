"""Rounds of very many notes: written bit by bit, and printed as far as a person can read."""

import hashlib
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import canonical, spoken
from reports.canonical import pieces
from reports.findings import findings
from reports.formats import FORMATS, pdf
from reports.page import page
from reports.snapshot import Edition, Remark
from tests.reports.samples import full_round, members, snapshot
from tests.reports.test_formats import flat, text_of

KEYS = st.sampled_from(["notes", "sections", "answers", "title", "ä", "who"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=40,
)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_the_pieces_are_the_json_as_a_whole(value):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canonical, "BATCH", 2)
        made = "".join(pieces(value))
    assert made == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical.sha256(value) == hashlib.sha256(canonical.canonical(value)).hexdigest()


@pytest.mark.parametrize("name", [name for name, kind in FORMATS.items() if kind.streamed])
def test_a_file_written_bit_by_bit_never_stands_in_memory(name):
    """No single write is as long as a fifth of the file."""
    data = findings(full_round(notes=6_000))

    class Watched(io.BytesIO):
        longest = 0

        def write(self, part):
            self.longest = max(self.longest, len(part))
            return super().write(part)

    out = Watched()
    FORMATS[name].write(out, data, "")
    assert out.getvalue() == FORMATS[name].render(data, "")
    assert 0 < out.longest < len(out.getvalue()) / 5


def test_what_a_person_cannot_read_is_left_out_and_said(monkeypatch):
    data = findings(full_round(notes=300))
    whole = page(data)
    monkeypatch.setattr(spoken, "MOST", 40)
    monkeypatch.setattr(spoken, "MOST_STORIES", 5)
    monkeypatch.setattr(spoken, "MOST_WRITTEN", 2)
    shown = page(data)

    def notes(of):
        return [n for c in of["notes"] for s in (c, *c["sections"]) for n in s["notes"]]

    assert len(notes(whole)) == 300 and not any("spreadsheet" in said for said in whole["left_out"])
    kept = notes(shown)
    assert len(kept) == 40 and all(n["body"] or n["replacement"] for n in kept)
    assert [n for n in notes(whole) if n in kept][:3] == kept[:3]  # in the order of the book
    assert [s for s in shown["left_out"] if "260 of 300 notes" in s and "spreadsheet" in s]
    assert len(shown["stories"]) == 5 and [s for s in shown["left_out"] if "stories" in s]
    assert [len(q["answers"]) for q in shown["written"]] == [2]
    assert whole["counts"] == shown["counts"]  # every figure counts all of them
    assert "260of300notes" in flat(text_of(pdf.render(data, "")))
    assert FORMATS["csv"].render(data, "").count(b"\r\nnote,") == 300


def test_what_is_shown_first_stays_among_the_notes_of_a_crowded_passage():
    here = {"discipline": "it-operations", "chapter": "c1", "section": "c1-1", "start": 5, "end": 9, "quote": "word"}
    said = [
        Remark(f"{n:02}", "a", "comment", f"Said {n}.", **here, agreements=5, permission="unnamed") for n in range(40)
    ]
    said[-1] = replace(said[-1], agreements=0, choice="pinned")
    book = snapshot(members=members(("a", "it-operations")), remarks=tuple(said))
    for edition in (Edition(), Edition("publisher", names=False)):
        (passage,) = page(findings(book, edition))["quotes"]
        assert len(passage["notes"]) == 20 and passage["place"].endswith("; 20 of 40 notes")
        assert passage["notes"][0]["body"] == "Said 39."
