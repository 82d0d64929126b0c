import pytest

from anchoring.book import carry_book, pair_texts

WINDOW = "A plan is closer to a window at dusk: whoever looks into it sees mostly the room behind them."
PAGER = "The pager rang at two in the morning, and nobody could say which of the four teams it was meant for."
HOURS = "We counted the hours afterwards, and the sum was larger than the saving that had started the project."
LEDGER = "Every change was entered in a ledger that three people kept and that no two of them read alike."


def at(book, key, words):
    start = book[key][1].index(words)
    return key, start, start + len(words)


def text(*paragraphs):
    return "\n".join(paragraphs) + "\n"


def words_of(book, carried):
    return book[carried.key][1][carried.start : carried.end]


OLD = {
    "c1": ("The night shift", text("The night shift", PAGER, WINDOW)),
    "c2": ("The bill", text("The bill", HOURS, LEDGER)),
}


def test_the_same_key_is_compared_first():
    new = {**OLD, "c1": ("Nights", text("Nights", WINDOW, "In between.", PAGER))}
    carried = carry_book(OLD, new, [at(OLD, "c2", "larger"), at(OLD, "c1", "which of the four teams")])
    assert [(each.key, each.fate, words_of(new, each)) for each in carried] == [
        ("c2", "kept", "larger"),
        ("c1", carried[1].fate, "which of the four teams"),
    ]


def test_a_section_found_again_by_its_title_or_by_likeness():
    new = {"k1": ("the  Night Shift", text("x", PAGER)), "k2": ("Renamed", text("Renamed", HOURS, LEDGER, "End."))}
    assert pair_texts(OLD, new) == {"c1": "k1", "c2": "k2"}
    carried = carry_book(OLD, new, [at(OLD, "c2", "larger")])[0]
    assert (carried.key, carried.fate, words_of(new, carried)) == ("k2", "kept", "larger")


def test_two_texts_equally_alike_are_nobodys_home():
    old = {"a": ("One", text(HOURS, LEDGER))}
    new = {"x": ("Two", text(HOURS, LEDGER)), "y": ("Three", text(HOURS, LEDGER))}
    assert pair_texts(old, new) == {}
    carried = carry_book(old, new, [at(old, "a", "larger")])[0]
    assert (carried.key, carried.fate, carried.near) == (None, "detached", None)


def test_a_paragraph_moved_to_another_chapter_takes_its_notes_along():
    new = {
        "c1": ("The night shift", text("The night shift", PAGER)),
        "c2": ("The bill", text("The bill", HOURS, WINDOW, LEDGER)),
    }
    carried = carry_book(OLD, new, [at(OLD, "c1", "a window at dusk")])[0]
    assert (carried.key, carried.fate, words_of(new, carried)) == ("c2", "moved", "a window at dusk")
    assert carried.reason == "Its paragraph was moved to another section"


def test_a_removed_twin_does_not_land_on_the_one_that_stays_in_another_chapter():
    old = {"c1": ("A", text("A", PAGER, WINDOW)), "c2": ("B", text("B", WINDOW, HOURS))}
    new = {"c1": ("A", text("A", PAGER)), "c2": ("B", text("B", WINDOW, HOURS))}
    gone, stays = carry_book(old, new, [at(old, "c1", "a window at dusk"), at(old, "c2", "a window at dusk")])
    assert (gone.key, gone.fate, gone.start) == ("c1", "detached", None)
    assert 0 <= gone.near <= len(new["c1"][1])
    assert (stays.key, stays.fate) == ("c2", "kept")


def test_a_place_that_others_claim_is_not_given_twice():
    edited = WINDOW.replace("closer to a window", "close to a window")
    old = {"c1": ("A", text("A", PAGER, WINDOW)), "c2": ("B", text("B", edited, HOURS))}
    new = {"c1": ("A", text("A", PAGER)), "c2": ("B", text("B", WINDOW, HOURS))}
    gone, stays = carry_book(old, new, [at(old, "c1", "at dusk"), at(old, "c2", "at dusk")])
    assert gone.fate == "detached"
    assert (stays.key, words_of(new, stays)) == ("c2", "at dusk")


def test_short_lines_are_not_looked_for_elsewhere():
    old = {"c1": ("A", text("A", "Yes, at dusk.", PAGER)), "c2": ("B", text("B", HOURS))}
    new = {"c1": ("A", text("A", PAGER)), "c2": ("B", text("B", HOURS, "Yes, at dusk."))}
    assert carry_book(old, new, [at(old, "c1", "at dusk")])[0].fate == "detached"


def test_a_heading_and_a_range_over_two_paragraphs_go_with_what_stands_beside_them():
    old = {"c1": ("A", text("A", PAGER, "Dusk", WINDOW, LEDGER)), "c2": ("B", text("B", HOURS))}
    new = {"c1": ("A", text("A", PAGER)), "c2": ("B", text("B", HOURS, "Dusk", WINDOW, LEDGER))}
    over = f"behind them.\n{LEDGER[:20]}"
    heading, both = carry_book(old, new, [at(old, "c1", "Dusk"), at(old, "c1", over)])
    assert (heading.key, heading.fate, words_of(new, heading)) == ("c2", "moved", "Dusk")
    assert (both.key, both.fate, words_of(new, both)) == ("c2", "moved", over)


def test_a_range_over_two_paragraphs_that_were_put_apart_is_not_stretched_over_what_lies_between():
    old = {"c1": ("A", text("A", PAGER, WINDOW, LEDGER)), "c2": ("B", text("B", HOURS))}
    new = {"c1": ("A", text("A", PAGER)), "c2": ("B", text("B", WINDOW, HOURS, LEDGER))}
    both = carry_book(old, new, [at(old, "c1", f"mostly the room behind them.\n{LEDGER[:12]}")])[0]
    assert both.start is None or words_of(new, both) == "mostly the room behind them."


def test_a_paragraph_cut_in_two_in_another_chapter():
    old = {"c1": ("A", text("A", PAGER, f"{WINDOW} {LEDGER}")), "c2": ("B", text("B", HOURS))}
    new = {"c1": ("A", text("A", PAGER)), "c2": ("B", text("B", HOURS, WINDOW, "Something new between.", LEDGER))}
    first, second = carry_book(old, new, [at(old, "c1", "window at dusk"), at(old, "c1", "three people kept")])
    assert (first.key, words_of(new, first)) == ("c2", "window at dusk")
    assert (second.key, words_of(new, second)) == ("c2", "three people kept")


def test_a_cut_sentence_does_not_land_in_its_twin_of_a_new_paragraph():
    old = {"c1": ("A", text("A", PAGER, LEDGER)), "c2": ("B", text("B", HOURS))}
    alike = LEDGER.replace("three people kept", "two clerks wrote")
    new = {"c1": ("A", text("A", PAGER)), "c2": ("B", text("B", HOURS, alike, LEDGER.replace("no two", "no three")))}
    carried = carry_book(old, new, [at(old, "c1", "read alike")])[0]
    assert carried.fate == "detached"


def test_the_whole_book_and_progress():
    seen = []
    carried = carry_book(OLD, {}, [at(OLD, "c1", "pager"), at(OLD, "c2", "ledger")], progress=seen.append)
    assert [(each.fate, each.reason) for each in carried] == [("detached", "Its section was removed")] * 2
    assert seen == [0.5, 1.0]


def test_impossible_ranges_are_errors():
    with pytest.raises(KeyError):
        carry_book(OLD, OLD, [("c9", 0, 1)])
    with pytest.raises(ValueError):
        carry_book(OLD, {}, [("c1", 4, 4)])
