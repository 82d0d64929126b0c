from itertools import pairwise

from anchoring.align import align
from anchoring.carry import Range, carry
from tests.anchoring.test_carry import COST, PLAN, SLEEP

OTHER = "A clerk in the loft counts gulls by the hour, and the sum was larger than anybody had feared in spring."


def test_a_moved_paragraph_takes_its_full_stop_along():
    old = "\n".join(["First of all.", PLAN, SLEEP, COST, ""])
    new = "\n".join(["First of all.", SLEEP, COST, "New at the end.", PLAN, "Another one."])
    start = old.index(PLAN)
    carried = carry(align(old, new), [Range(start, start + len(PLAN))])[0]
    assert (carried.fate, new[carried.start : carried.end]) == ("moved", PLAN)


def test_a_moved_paragraph_leaves_no_words_to_what_stands_in_its_place():
    old = "\n".join([SLEEP, COST, PLAN, ""])
    new = "\n".join([SLEEP, OTHER, PLAN, "New at the end.", COST])
    start = old.index(COST)
    for words in (COST, "the sum was larger", "We counted", "project."):
        begin = start + COST.index(words)
        carried = carry(align(old, new), [Range(begin, begin + len(words))])[0]
        assert (carried.fate, carried.start) == ("moved", new.index(COST) + COST.index(words))


def test_a_copy_elsewhere_does_not_draw_an_edited_paragraph_away():
    old = "\n".join([SLEEP, COST, PLAN, ""])
    new = "\n".join([SLEEP, COST.replace("the sum was larger", "the total was bigger"), PLAN, COST])
    start = old.index("counted the hours")
    carried = carry(align(old, new), [Range(start, start + len("counted the hours"))])[0]
    assert (carried.fate, carried.start) == ("kept", new.index("counted the hours"))


def test_what_is_not_moved_stands_in_its_order():
    paragraphs = [f"Watch {number} wrote that {name} slept." for number, name in enumerate("abcdefghij")]
    alignment = align("\n".join(paragraphs), "\n".join(paragraphs[::-1]))
    stayed = [j for j, moved in zip(alignment.to, alignment.moved, strict=True) if j >= 0 and not moved]
    assert all(first < second for first, second in pairwise(stayed))
