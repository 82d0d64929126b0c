import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchoring.align import align
from anchoring.carry import Range, carry

SLEEP = "The pager rang at two in the morning, and nobody could say which of the four teams it was meant for."
PLAN = "A plan is closer to a window at dusk: whoever looks into it sees mostly the room behind them."
COST = "We counted the hours afterwards, and the sum was larger than the saving that had started the project."
TEXT = "\n".join([SLEEP, PLAN, COST, ""])


def place(text, words, nth=0):
    start = -1
    for _ in range(nth + 1):
        start = text.index(words, start + 1)
    return Range(start, start + len(words))


def carry_one(old, new, words, nth=0):
    return carry(align(old, new), [place(old, words, nth)])[0]


def words_of(new, carried):
    return new[carried.start : carried.end]


def test_untouched_words_are_kept():
    new = TEXT.replace("two in the morning", "three in the morning")
    carried = carry_one(TEXT, new, "a window at dusk")
    assert (carried.fate, words_of(new, carried), carried.confidence) == ("kept", "a window at dusk", 1.0)
    assert carried.start == new.index("a window at dusk")


def test_changed_words_are_edited_and_say_how_much():
    new = TEXT.replace("nobody could say which of the four", "no one could tell which of the five")
    carried = carry_one(TEXT, new, "nobody could say which of the four teams it was meant for")
    assert carried.fate == "edited"
    assert words_of(new, carried) == "no one could tell which of the five teams it was meant for"
    assert 0.4 < carried.confidence < 1
    assert carried.reason.endswith("words changed")


def test_one_word_replaced_between_its_neighbours_is_edited():
    new = TEXT.replace("larger than the saving", "bigger than the saving")
    carried = carry_one(TEXT, new, "larger")
    assert (carried.fate, words_of(new, carried)) == ("edited", "bigger")
    assert carried.reason == "Other words stand in its place"


def test_a_corrected_spelling_is_edited():
    old = TEXT.replace("morning", "mornign")
    carried = carry_one(old, TEXT, "mornign")
    assert (carried.fate, words_of(TEXT, carried), carried.reason) == ("edited", "morning", "One word changed")


def test_a_moved_paragraph_takes_its_notes_along():
    new = "\n".join([COST, SLEEP, PLAN, ""])
    carried = carry_one(TEXT, new, "larger than the saving")
    assert (carried.fate, words_of(new, carried)) == ("moved", "larger than the saving")


def test_a_removed_paragraph_detaches_its_notes_where_it_stood():
    new = "\n".join([SLEEP, COST, ""])
    carried = carry_one(TEXT, new, "a window at dusk")
    assert (carried.start, carried.end, carried.fate, carried.confidence) == (None, None, "detached", 0.0)
    assert carried.reason == "Its paragraph was removed or rewritten"
    assert carried.near in (len(SLEEP), len(SLEEP) + 1)


def test_a_removed_sentence_never_lands_on_its_lookalike():
    old = "Team Alpha owns the gateway and is paged at night.\nTeam Beta owns the gateway and is paged at night.\n"
    new = "Team Beta owns the gateway and is paged at night.\n"
    alpha, beta = carry(align(old, new), [place(old, "Team Alpha owns"), place(old, "Team Beta owns")])
    assert (beta.fate, words_of(new, beta)) == ("kept", "Team Beta owns")
    assert alpha.fate == "detached"


def test_a_name_that_was_corrected_does_not_jump_to_another_place_of_it():
    old = "Robin signed the form on Monday after lunch.\nLater that week Robin went home early and slept.\n"
    new = "Elisa signed the form on Monday after lunch.\nLater that week Robin went home early and slept.\n"
    first = carry_one(old, new, "Robin", 0)
    second = carry_one(old, new, "Robin", 1)
    assert first.start is None or words_of(new, first) == "Elisa"
    assert words_of(new, second) == "Robin"


def test_a_pasted_copy_does_not_draw_notes_away():
    new = TEXT + "An appendix.\n" + PLAN + "\n"
    carried = carry_one(TEXT, new, "a window at dusk")
    assert (carried.fate, carried.start) == ("kept", TEXT.index("a window at dusk"))


def test_quotes_dashes_capitals_and_blanks_are_no_change():
    old = 'She said "it is done" - and left\u00a0early, at 5 o\'clock, with the keys to the cold aisle.'
    new = "She said “It is done” – and left early, at 5 o’clock, with the keys to the cold aisle."
    carried = carry_one(old, new, '"it is done" - and left\u00a0early')
    assert (carried.fate, words_of(new, carried)) == ("kept", "“It is done” – and left early")
    assert carried.reason == "Only signs, spaces or capitals changed"


@pytest.mark.parametrize(
    ("old", "change", "words"),
    [
        ("運用の夜は静かだ。誰も鳴る電話に出ない。朝になって会議が始まる。", ("誰も", "だれひとり"), "朝になって会議"),
        ("قال المهندس الأول إن النشر يوم الخميس خطأ قديم. وسكت المدير طويلا.", ("قديم", "جديد"), "وسكت المدير"),
        (
            "The re\u0301sume\u0301 of the crew 👩\u200d💻 said nothing 🚀 about nights or weekends.",
            ("crew", "team"),
            "nothing 🚀 about",
        ),
        ("หนึ่งสองสามสี่ห้าหกเจ็ดแปดเก้าสิบ", ("ห้า", "ศูนย์"), "เจ็ดแปด"),
    ],
)
def test_other_scripts(old, change, words):
    new = old.replace(*change)
    assert new != old
    carried = carry_one(old, new, words)
    assert (carried.fate, words_of(new, carried)) == ("kept", words)


def test_composed_and_decomposed_letters_are_the_same_words():
    old = "The re\u0301sume\u0301 of the whole crew said nothing about nights."
    new = old.replace("re\u0301sume\u0301", "résumé")
    carried = carry_one(old, new, "re\u0301sume\u0301 of the whole crew")
    assert (carried.fate, words_of(new, carried)) == ("kept", "résumé of the whole crew")


def test_a_range_inside_words_and_with_blanks_keeps_its_very_characters():
    new = "A new first line.\n" + TEXT
    for words in ("ager rang at tw", " rang at ", "for.\nA plan"):
        carried = carry_one(TEXT, new, words)
        assert (carried.fate, words_of(new, carried)) == ("kept", words)


def test_texts_that_share_nothing_detach_everything():
    carried = carry_one(TEXT, "Quite another book stands here now, on bees.\n", "a window at dusk")
    assert carried.fate == "detached"
    assert carry_one(TEXT, "", "a window at dusk").near == 0


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 3), (-1, 4), (0, 10_000)])
def test_an_impossible_range_is_an_error(start, end):
    with pytest.raises(ValueError):
        carry(align(TEXT, TEXT + "More."), [Range(start, end)])


# Sentences that were moved, copied, swapped or rewritten


def test_clauses_that_changed_places_stay_one_sentence():
    old = TEXT.replace(COST, "The auditors had left by noon, and the warehouse keys were lying on the stove.")
    new = TEXT.replace(COST, "The warehouse keys were lying on the stove, and the auditors had left by noon.")
    carried = carry_one(old, new, "The auditors had left by noon, and the warehouse keys were lying on the stove")
    assert (carried.fate, words_of(new, carried)) == (
        "edited",
        "The warehouse keys were lying on the stove, and the auditors had left by noon",
    )


def test_words_in_another_order_are_not_told_to_be_untouched():
    old = f"{SLEEP} {PLAN} {COST}\n"
    new = f"{PLAN} {SLEEP} {COST}\n"
    carried = carry_one(old, new, f"{SLEEP} {PLAN}")
    assert words_of(new, carried) == f"{PLAN} {SLEEP}"
    assert (carried.fate, carried.reason) == ("edited", "Its words stand in another order")


def test_a_sentence_edited_where_it_stands_is_not_drawn_to_its_untouched_copy():
    plan = PLAN.replace("closer to", "more like").replace("sees mostly", "finds only")
    new = "\n".join([SLEEP, plan, COST, "An appendix.", PLAN, ""])
    carried = carry_one(TEXT, new, "a window at dusk")
    assert carried.start == new.index("a window at dusk")
    whole = carry_one(TEXT, new, PLAN)
    assert (whole.fate, words_of(new, whole)) == ("edited", plan)


def test_the_first_word_of_a_moved_sentence_goes_with_it():
    old = f"{SLEEP} The lift was out of order for the third time. The cook had not been told. {COST}\n{PLAN}\n"
    new = f"{SLEEP} The cook had not been told. {COST}\n{PLAN} The lift was out of order for the third time.\n"
    lift, cook = carry(align(old, new), [place(old, "The lift"), place(old, "The cook")])
    assert (lift.fate, words_of(new, lift)) == ("moved", "The lift")
    assert (cook.fate, words_of(new, cook)) == ("kept", "The cook")


def test_the_first_word_of_a_removed_sentence_goes_with_it():
    old = f"{SLEEP} As a rule both lifts stood idle between breakfast and supper on Sundays. {COST}\n{PLAN}\n"
    new = f"{SLEEP} As before, four people signed every page without reading any. {COST}\n{PLAN}\n"
    assert carry_one(old, new, "As").fate == "detached"


def test_the_signs_around_an_untouched_paragraph_are_its_own_wherever_it_goes():
    old = f'{SLEEP}\n"{PLAN}"\n{COST}\n"Nobody spoke for a while after that," she said.\n'
    new = f'{SLEEP}\n{COST}\n"Nobody spoke for a while after that," she said.\n"{PLAN}"\n'
    carried = carry_one(old, new, f'"{PLAN}"')
    assert (carried.fate, carried.start) == ("moved", new.index(f'"{PLAN}"'))
    assert words_of(new, carried) == f'"{PLAN}"'


def test_a_sentence_put_in_before_another_that_begins_alike_leaves_it_whole():
    old = "The door was locked. The caretaker had gone home.\n"
    new = "The door was locked. The lamp was broken. The caretaker had gone home.\n"
    carried = carry_one(old, new, "The caretaker")
    assert (carried.fate, words_of(new, carried)) == ("kept", "The caretaker")


def test_a_sentence_taken_out_before_another_that_begins_alike_leaves_it_whole():
    old = "The door was locked. The lamp was broken. The caretaker had gone home.\n"
    new = "The door was locked. The caretaker had gone home.\n"
    lamp, caretaker = carry(align(old, new), [place(old, "The lamp"), place(old, "The caretaker")])
    assert lamp.fate == "detached"
    assert (caretaker.fate, words_of(new, caretaker)) == ("kept", "The caretaker")


def test_a_sentence_that_was_moved_and_rewritten_is_found_by_its_rare_words():
    lift = "The freight lift between the foundry and the archive stopped twice in February without any warning."
    rewritten = (
        "Twice that winter a freight lift from the foundry to our archive stopped in February without a warning."
    )
    old = f"{SLEEP}\n{lift}\n{PLAN}\n{COST}\n"
    new = f"{SLEEP}\n{PLAN}\n{COST}\n{rewritten}\n"
    carried = carry_one(old, new, lift)
    assert carried.fate == "edited"
    assert "foundry to our archive stopped" in words_of(new, carried)


# Properties

WORDS = st.sampled_from(
    ["the", "night", "shift", "pager", "plan", "who", "gateway", "夜", "👍", "résumé", "02:00", "owner"]
)
SENTENCES = st.lists(WORDS, min_size=3, max_size=12).map(lambda words: " ".join(words).capitalize() + ".")
TEXTS = st.lists(SENTENCES, max_size=8).map("\n".join)


def ranges_of(text, data, most=6):
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    drawn = data.draw(st.lists(ends, max_size=most)) if text else []
    return [Range(*sorted(pair)) for pair in drawn if pair[0] != pair[1]]


@given(TEXTS, st.data())
def test_an_unchanged_text_maps_to_itself(text, data):
    ranges = ranges_of(text, data)
    for wanted, carried in zip(ranges, carry(align(text, text), ranges), strict=True):
        assert (carried.start, carried.end, carried.fate) == (*wanted, "kept")


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, st.data())
def test_what_is_carried_lies_within_the_text(old, new, data):
    for carried in carry(align(old, new), ranges_of(old, data)):
        assert 0 <= carried.confidence <= 1
        assert carried.reason
        if carried.fate == "detached":
            assert carried.start is carried.end is None
            assert 0 <= carried.near <= len(new)
        else:
            assert 0 <= carried.start < carried.end <= len(new)
            assert carried.near is None


@settings(max_examples=100, deadline=None)
@given(TEXTS, TEXTS, TEXTS, TEXTS, st.data())
def test_notes_of_an_untouched_paragraph_are_kept_whatever_happens_around_it(above, below, above2, below2, data):
    start = data.draw(st.integers(0, len(COST) - 1))
    end = data.draw(st.integers(start + 1, len(COST)))
    old = f"{above}\n{COST}\n{below}"
    new = f"{above2}\n{COST}\n{below2}"
    shift, home = len(above) + 1, len(above2) + 1
    if not COST[start:end].strip():
        return
    carried = carry(align(old, new), [Range(shift + start, shift + end)])[0]
    assert (carried.start, carried.end) == (home + start, home + end)
    # Where more of the text around it changed places than it is long, it is this paragraph that moved.
    assert carried.fate in ("kept", "moved")


@given(TEXTS, TEXTS, st.data())
def test_the_order_of_notes_never_matters(old, new, data):
    ranges = ranges_of(old, data)
    alignment = align(old, new)
    there = dict(zip(ranges, carry(alignment, ranges), strict=True))
    back = dict(zip(ranges[::-1], carry(alignment, ranges[::-1]), strict=True))
    assert there == back


@given(TEXTS, TEXTS)
def test_each_new_word_is_claimed_once_at_most(old, new):
    homes = [j for j in align(old, new).to if j >= 0]
    assert len(homes) == len(set(homes))


def test_words_here_and_there_in_another_sentence_hold_no_note():
    was = "The clerk of the port never kept a list of the ships that were late, and so the fines were small."
    now = "The rain of the spring came through a gap of the roof that faced north, and so the books got damp."
    old, new = (f"{SLEEP} {each} {COST}\n{PLAN}\n" for each in (was, now))
    assert carry_one(old, new, "of the port never kept a list of the ships that").fate == "detached"


def test_a_sentence_edited_where_it_stands_keeps_its_notes_though_a_copy_stands_elsewhere():
    was = "Every evening the keeper of the lower lock wrote the level of the river into a book bound in green cloth."
    now = (
        "Each evening the old keeper at the northern lock wrote that level of our river into one book and green cloth."
    )
    old = f"{SLEEP} {was} {COST}\n{PLAN}\n"
    new = f"{SLEEP} {now} {COST}\n{PLAN}\nIn short: {was}\n"
    for words in ("keeper", "the level of the river", was):
        carried = carry_one(old, new, words)
        assert new.index(now) <= carried.start < carried.end <= new.index(now) + len(now)


def test_letters_that_two_thai_sentences_share_hold_no_note():
    frame = "วาล์วหมายเลขสามปกป้องกัปตันและหมู่บ้านเมื่อวาน\n{}\nเมื่อวานนักเรียนลืมลูกค้าและงบประมาณ\n"
    was, now = "ผู้จัดการลงนามแผนที่กับแม่น้ำ", "โทรศัพท์ซ่อนเครื่องจักรในห้องสมุด"
    old, new = frame.format(was), frame.format(now)
    assert carry_one(old, new, was).fate == "detached"
    assert carry_one(old, new, "แผนที่กับแม่น้ำ").fate == "detached"
    assert carry_one(old, new, "กัปตันและหมู่บ้าน").fate == "kept"


# Hostile texts

SHUFFLED = random.Random(7)
HOSTILE = {
    "one word 50,000 times": ("word " * 50_000, "word " * 49_990),
    "one word, cut in two": ("word " * 50_000, "x " + "word " * 30_000 + "y " + "word " * 10_000),
    "5 MB in one line": ("lorem ipsum " * 420_000, "x" + "lorem ipsum " * 420_000),
    "5 MB without spaces": ("x" * 5_000_000, "x" * 4_999_999 + "y"),
    "only emoji": ("👍🏽" * 50_000, "👍🏽" * 49_000),
    "two words in turn": ("a b " * 40_000, "b a " * 40_000),
    "the same line": ("the same line.\n" * 30_000, "the same line!\n" * 30_000),
    "few words at random": tuple(" ".join(SHUFFLED.choices("abcdefgh", k=60_000)) for _ in range(2)),
    "newlines": ("\n" * 2_000_000, "\n" * 1_999_999),
    "marks": ("a" + "\u0301" * 500_000, "a" + "\u0301" * 400_000),
    "nothing to something": ("a", "b" * 1_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end_soon(name):
    old, new = HOSTILE[name]
    begun = time.process_time()
    middle = len(old) // 2
    carried = carry(align(old, new), [Range(middle, min(len(old), middle + 20))] * 200)
    assert time.process_time() - begun < 4  # twice what is allowed: machines differ
    assert len(carried) == 200
    assert all(each.start is None or 0 <= each.start < each.end <= len(new) for each in carried)


def test_texts_too_long_to_compare_keep_only_what_is_certain():
    line = "lorem ipsum " * 420_000
    new = line[:1000] + "NEW " + line[1000:]
    first, middle, last = carry(align(line, new), [Range(0, 5), Range(995, 1020), Range(len(line) - 6, len(line) - 1)])
    assert (first.fate, first.start) == ("kept", 0)
    assert (middle.fate, middle.reason) == ("detached", "The text is too long to compare")
    assert (last.fate, last.start) == ("kept", len(new) - 6)


def test_the_frame_of_a_sentence_is_no_witness_that_the_sentence_stayed():
    first = "Dunya was restless for forty nights - our honest song lifted some salted gull for Rosamund."
    last = (
        "What if our patient parrot never rescued Osric? At first light, Havelock swallowed nine boatswains, and every "
        "lantern feared and cursed the narrow anchor. Our bitter boatswain lowered Dunya."
    )
    gone = "Had the drowned barrel had been silent and restless, or only the drowned harbour with it?"
    rope = "How often, between all that, was the rope lucky?"
    cook = "The cook that praised forty songs hauled and painted the wolf that rescued eleven lanterns."
    other = "Had five tides was feverish for five winters, or only the restless brother with it?"
    old, new = f"{first} {gone} {rope} {last}\n", f"{first} {cook} {other} {last}\n"
    at = old.index("only the drowned") + len("only ")
    assert carry(align(old, new), [Range(at, at + 3)])[0].fate == "detached"
    assert carry_one(old, new, "patient parrot").fate == "kept"


PARAGRAPHS = "The harbour was calm.\n\nNobody owns the night shift. The pager does.\n\nGulls remember."


@pytest.mark.parametrize(
    "words, was, now, found",
    [
        ("Nobody owns the night shift.", "Nobody owns", "Somebody owns", "Somebody owns the night shift."),
        ("The pager does.", "pager does", "pager rings", "The pager rings."),
        ("Nobody owns the night shift.", "Nobody", "It is late. Nobody", "Nobody owns the night shift."),
        ("Nobody owns the night shift.", "Nobody owns", "It is late. We share", "the night shift."),
    ],
)
def test_a_word_replaced_at_the_edge_of_a_paragraph_stays_in_it_and_a_new_sentence_does_not_come_in(
    words, was, now, found
):
    new = PARAGRAPHS.replace(was, now)
    assert words_of(new, carry_one(PARAGRAPHS, new, words)) == found
