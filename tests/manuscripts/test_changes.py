"""What a draft changed against another."""

import time

from manuscripts.changes import Difference, Place, compare, differences, vanished_chapters


def place(key: str, markdown: str, chapter: str = "") -> Place:
    return Place(key, chapter or key.split("-")[0], "", hash(markdown), markdown)


OLD = [
    place("c1", "# One\n\na b c d\n\ne f"),
    place("c1-ops", "## Ops\n\nx"),
    place("c2", "# Two\n\ny"),
    place("c3", "# T\n\nz"),
]


def test_nothing_changed():
    assert compare(OLD, OLD) == {"added": [], "changed": [], "moved": [], "renamed": [], "removed": []}
    assert set(differences(OLD, OLD).values()) == {Difference("unchanged")}


def test_each_kind_of_change():
    new = [
        place("c3", "# T\n\nz"), place("c1", "# One\n\na b X d\n\ne f"), place("c2", "# Zwei\n\ny"),
        place("c4", "# New\n\nw"),
    ]  # fmt: skip
    assert compare(OLD, new) == {
        "added": ["c4"], "changed": ["c1"], "moved": ["c3"], "renamed": ["c2"], "removed": ["c1-ops"],
    }  # fmt: skip
    found = differences(OLD, new)
    assert found["c1"] == Difference("changed", False, 1, 1 / 8)
    assert found["c4"].share == 1.0
    assert found["c3"] == Difference("unchanged", True)


def test_a_section_that_changed_its_chapter_has_moved():
    new = [*OLD[:1], place("c2", "# Two\n\ny"), place("c1-ops", "## Ops\n\nx", "c2"), OLD[3]]
    assert compare(OLD, new)["moved"] == ["c1-ops"]


def test_vanished_chapters_leave_front_matter_out():
    assert vanished_chapters([place("front", "x"), *OLD], OLD[:2]) == (["c2", "c3"], 3)


def test_long_rewritten_chapters_are_compared_soon():
    words = [f"w{n % 700}" for n in range(20_000)]
    begun = time.monotonic()
    found = differences([place("c1", " ".join(words))], [place("c1", " ".join(reversed(words)))])
    assert found["c1"].share > 0.5
    assert time.monotonic() - begun < 5
