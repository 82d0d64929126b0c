"""Where a paragraph stands is known by its neighbours; and where sentences and paragraphs end."""

import pytest

from anchoring.align import align
from anchoring.carry import Range, carry
from anchoring.tokens import tokenise
from tests.anchoring.test_carry import COST, PLAN, SLEEP

EDITED = PLAN.replace("closer to", "more like").replace("sees mostly", "finds only")


def carried(old, new, words):
    start = old.index(words)
    return carry(align(old, new), [Range(start, start + len(words))])[0]


def test_a_paragraph_edited_where_it_stands_is_not_drawn_to_a_copy_right_before_it():
    old = "\n".join([SLEEP, "Part two of three", PLAN, COST])
    new = "\n".join([SLEEP, PLAN, "Part two of three", EDITED, COST])
    found = carried(old, new, "window at dusk: whoever looks into it")
    assert new.index(EDITED) < found.start < new.index(COST)


def test_a_paragraph_that_went_elsewhere_is_not_held_by_another_one_in_its_place():
    other = "Our clerk counts gulls from a loft by the hour, and nobody ever asks him for the sum of them."
    old = "\n".join([SLEEP, "Part two of three", PLAN, COST])
    new = "\n".join([SLEEP, PLAN, "Part two of three", other, COST])
    found = carried(old, new, "window at dusk: whoever looks into it")
    assert found.start == new.index("window at dusk")


@pytest.mark.parametrize(
    ("text", "sentences", "blocks"),
    [
        ("ทีมงานตรวจเรือ ลูกค้าขายสวน", 2, 1),
        ("ทีมงาน KPI ตรวจเรือ", 1, 1),
        ("A line that the author wrapped at some width\nand that goes on below.", 1, 1),
        ("A line that the author wrapped at some width\n\nand then a paragraph.", 2, 2),
        ("pears\nplums", 2, 2),
        ("A line that is long enough, and ends here too.\niron is next.", 2, 2),
    ],
)
def test_a_blank_ends_a_thai_sentence_and_a_wrapped_line_ends_none(text, sentences, blocks):
    tokens = tokenise(text, {})
    assert (len(set(tokens.sentences)), len(set(tokens.blocks))) == (sentences, blocks)
