"""What changed between two texts, as people read it."""

from anchoring.align import align
from anchoring.diff import changes, in_place_of

TOWER = "The harbour tower has a clock on each side, and they disagree."
BILL = "Waiting costs more than it says on the bill."
PEOPLE = "Late ships are paid for by people who never board one."
BERTH = "The bill lists the berth, the tug and the pilot."


def text(*lines):
    return "".join(f"{line}\n" for line in lines)


def told(old, new):
    """Each change as (kind, old words, new words)."""
    found = changes(align(old, new))
    return [(c.kind, old[c.old_start : c.old_end], new[c.new_start : c.new_end]) for c in found]


def instead(old, new, words):
    start = old.index(words)
    found = in_place_of(changes(align(old, new)), new, start, start + len(words))
    return found and new[slice(*found)]


def test_words_put_in_taken_out_and_replaced():
    new = text(TOWER.replace("a clock", "a large clock").replace("disagree", "differ"), BERTH)
    assert told(text(TOWER, BERTH), new) == [
        ("inserted", "", "large"),
        ("deleted", "disagree", ""),
        ("inserted", "", "differ"),
    ]


def test_a_passage_that_moved_is_told_once():
    assert told(text(TOWER, BILL, BERTH), text(BILL, BERTH, TOWER)) == [("moved", TOWER, TOWER)]


def test_nothing_changed():
    assert told(text(TOWER), text(TOWER)) == []


def test_what_stands_in_the_place_of_words_that_are_gone():
    old = text(TOWER, BILL, BERTH)
    assert instead(old, text(TOWER, PEOPLE, BERTH), "costs more") == PEOPLE
    assert instead(old, text(TOWER, BERTH), "costs more") is None
    assert instead(old, text(TOWER, BERTH, PEOPLE), "costs more") is None


def test_of_two_passages_that_went_nobody_knows_which_was_replaced():
    assert instead(text(TOWER, BILL, "Gulls keep no books at all.", BERTH), text(TOWER, PEOPLE, BERTH), "costs") is None
