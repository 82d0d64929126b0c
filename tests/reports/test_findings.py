"""Figures worked out by hand, and that the order of what comes in never matters."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.canonical import canonical, sha256
from reports.findings import SCHEMA, api_findings, findings
from reports.news import news
from reports.page import page
from reports.snapshot import Answer, Chapter, Edition, Member, Question, Remark, Review, Section
from tests.reports.samples import CHAPTERS, QUESTIONS, SECTIONS, full_round, members, rating, snapshot, verdict

DEV, OPS, SEC, BA = "application-development", "it-operations", "information-security", "business-analysis"


def test_rating_figure_by_hand():
    people = [("a", DEV), ("b", DEV), ("c", DEV), ("d", DEV), ("e", DEV), ("f", DEV)]
    given_ = [rating(m, d, v) for (m, d), v in zip(people, (4, 5, 5, 5, 5, "cannot_judge"), strict=True)]
    found = api_findings(snapshot(members=members(*people), answers=tuple(given_)))
    assert found["book"]["value"]["by_discipline"][DEV] == {
        "n": 5,
        "cannot_judge": 1,
        "distribution": [0, 0, 0, 1, 4],
        "mean": 4.8,
        "median": 5,
        "sd": 0.4472,
        "hidden": False,
    }
    assert found["book"]["value"]["all"] == found["book"]["value"]["by_discipline"][DEV]


def test_even_median_and_sample_deviation():
    # 1, 2, 4, 5: mean 3, squares 4 + 1 + 1 + 4 = 10, over 3 = 3.3333, root 1.8257; the median lies between 2 and 4.
    given_ = [rating(m, OPS, v) for m, v in (("a", 1), ("b", 2), ("c", 4), ("d", 5))]
    figure = api_findings(snapshot(answers=tuple(given_)))["book"]["value"]["by_discipline"][OPS]
    assert (figure["mean"], figure["median"], figure["sd"]) == (3.0, 3, 1.8257)
    half = api_findings(snapshot(answers=tuple(replace(a, value=v) for a, v in zip(given_, (1, 2, 3, 5), strict=True))))
    assert half["book"]["value"]["by_discipline"][OPS]["median"] == 2.5


def test_under_three_no_mean_but_the_single_answers_stand_for_one_who_knows_the_names():
    found = api_findings(snapshot(answers=(rating("a", SEC, 4), rating("b", SEC, 2))))
    assert found["book"]["value"]["by_discipline"][SEC] == {
        "n": 2,
        "cannot_judge": 0,
        "distribution": [0, 1, 0, 1, 0],
        "mean": None,
        "median": None,
        "sd": None,
        "hidden": False,
    }


def test_verdicts_of_a_chapter():
    said = [verdict("a", DEV, "c1", "yes"), verdict("b", OPS, "c1", "partly"), verdict("c", OPS, "c1", "no")]
    found = api_findings(snapshot(answers=tuple(said)))
    first, second = found["chapters"]
    assert first["verdict"]["all"] == {"n": 3, "yes": 1, "partly": 1, "no": 1, "hidden": False}
    assert first["verdict"]["by_discipline"][OPS] == {"n": 2, "yes": 0, "partly": 1, "no": 1, "hidden": False}
    assert second["verdict"]["all"]["n"] == 0
    assert [c["key"] for c in found["chapters"]] == ["c1", "c2"]
    assert [(s["key"], s["discipline"]) for s in found["sections"]] == [("c1-ops", OPS), ("c2-sec", SEC)]


def test_one_person_counts_once_in_the_total_and_once_in_each_voice():
    both = [rating("a", DEV, 2, updated="2026-04-07"), rating("a", OPS, 5, updated="2026-04-08")]
    value = api_findings(snapshot(answers=tuple(both)))["book"]["value"]
    assert value["by_discipline"][DEV]["distribution"] == [0, 1, 0, 0, 0]
    assert value["by_discipline"][OPS]["distribution"] == [0, 0, 0, 0, 1]
    assert value["all"]["distribution"] == [0, 0, 0, 0, 1]


def test_of_two_answers_for_merged_disciplines_the_newer_counts():
    merged = [
        rating("a", DEV, 5, id="old", updated="2026-04-07"),
        rating("a", DEV, 1, id="new", updated="2026-04-08"),
    ]
    value = api_findings(snapshot(answers=tuple(merged)))["book"]["value"]
    assert value["by_discipline"][DEV]["distribution"] == [1, 0, 0, 0, 0]


def test_what_no_longer_stands_leaves_the_figures():
    value = api_findings(snapshot(answers=(rating("a", DEV, 5, stands=False),)))["book"]["value"]
    assert value["all"]["n"] == 0


def test_a_report_of_some_disciplines_counts_their_people_alone():
    people = members(("a", DEV), ("b", OPS), ("c", OPS), ("d", SEC))
    reviews = tuple(Review(m, "submitted") for m in "abcd")
    said = (rating("a", DEV, 4, via="call"), rating("d", SEC, 2, via="call"))
    book = snapshot(members=people, reviews=reviews, answers=said)
    found = findings(book, Edition(disciplines=(DEV, OPS)))
    assert found["coverage"]["all"]["asked"] == found["coverage"]["all"]["finished"] == 3
    assert found["thanks"] == {"finished": 3, "names": ["Person a", "Person b", "Person c"]}
    assert found["recorded"] == 1
    thin = findings(book, Edition("publisher", disciplines=(OPS,)))
    assert set(thin["coverage"]["all"].values()) == {None} and thin["thanks"]["finished"] is None
    assert page(thin)["facts"][0]["figure"] == "OPS"
    more = tuple(Review(f"x{n}", "submitted") for n in range(4))
    crowd = replace(book, members=(*people, *members(*((r.member, DEV) for r in more))[1:]), reviews=reviews + more)
    both = findings(crowd, Edition("publisher", disciplines=(DEV, OPS)))["coverage"]
    assert both["by_discipline"][DEV]["asked"] == both["all"]["asked"] == 5  # nothing of OPS comes out by subtraction


def test_a_report_of_some_disciplines_counts_their_spheres_alone():
    people = (replace(m, sphere="manager" if m.role == "reviewer" else "") for m in members(("d", DEV), ("o", OPS)))
    book = snapshot(members=tuple(people), answers=(rating("d", DEV, 5), rating("o", OPS, 1)))
    assert findings(book)["spheres"]["manager"]["n"] == 2
    assert findings(book, Edition(disciplines=(OPS,)))["spheres"]["manager"]["distribution"] == [1, 0, 0, 0, 0]


def test_who_was_asked_in_two_silent_disciplines_is_one_person():
    both = Member("b", "Person b", disciplines=(OPS, SEC))
    book = snapshot(members=(*members(("a", DEV)), both), reviews=(Review("a", "submitted"), Review("b", "started")))
    (silent,) = [h for h in findings(book)["headlines"] if h["rule"] == "silent"]
    assert (silent["n"], silent["detail"]) == (1, "Readers asked: 1.")


def test_coverage_counts_each_person_once_in_all():
    people = (Member("a", "A", disciplines=(DEV, OPS)), Member("b", "B", disciplines=(OPS,)), Member("c", "C"))
    reviews = (Review("a", "submitted"), Review("b", "started"), Review("c", "declined"))
    covered = api_findings(snapshot(members=people, reviews=reviews))["coverage"]
    assert covered["all"] == {"asked": 3, "opened": 2, "reading": 1, "finished": 1, "declined": 1}
    assert covered["by_discipline"][OPS] == {"asked": 2, "opened": 2, "reading": 1, "finished": 1, "declined": 0}
    assert covered["by_discipline"][DEV]["asked"] == 1


def test_remarks_are_counted_by_kind_decision_fate_and_discipline():
    said = (
        Remark("1", "a", "comment", "x", DEV, decision="will_change"),
        Remark("2", "a", "reaction", "", DEV, reaction="confusing", fate="detached"),
        Remark("3", "b", "suggestion", "y", OPS, fate="edited"),
    )
    counts = api_findings(snapshot(remarks=said))["remarks"]
    assert counts["total"] == 3
    assert counts["by_kind"] == {"comment": 1, "suggestion": 1, "reaction": 1, "experience": 0}
    assert counts["by_decision"]["will_change"] == 1 and counts["by_decision"]["open"] == 2
    assert counts["by_fate"] == {"kept": 1, "moved": 0, "edited": 1, "detached": 1}
    assert counts["by_discipline"] == {BA: 0, DEV: 2, OPS: 1, SEC: 0}


def test_split_gap_and_headlines_follow_their_rules():
    said = [verdict(f"d{n}", DEV, "c1", v) for n, v in enumerate(("yes", "yes", "yes"))]
    said += [verdict(f"o{n}", OPS, "c1", v) for n, v in enumerate(("yes", "no", "no"))]
    said += [rating(f"d{n}", DEV, v) for n, v in enumerate((4, 5, 2))]
    said += [rating(f"o{n}", OPS, v) for n, v in enumerate((1, 5, 3))]
    found = findings(snapshot(answers=tuple(said)))
    row = found["map"]["verdict"][0]
    assert row["by_discipline"][OPS]["split"] and not row["by_discipline"][DEV]["split"]
    assert row["gap"] == {"size": 67, "lowest": OPS, "highest": DEV, "marked": True}
    assert found["book"]["sees_value"] == {BA: None, DEV: True, OPS: False, SEC: None}
    rules = {h["rule"]: h for h in found["headlines"]}
    assert rules["sees_value"]["text"] == ("One of two disciplines with three or more readers sees value in this book.")
    assert "3 of 6 readers do. Means run from 3.7 (DEV) to 3.0 (OPS)." in rules["sees_value"]["detail"]
    assert rules["gap_verdict"]["text"] == "Chapter 1 divides DEV from OPS."
    assert rules["gap_verdict"]["n"] == 6
    assert "loses_readers" not in rules  # four of six say yes: 67 %


def test_the_chapter_that_loses_its_readers_is_not_one_of_several_alike():
    def told(first, second):
        said = [verdict(f"d{n}", DEV, "c1", v) for n, v in enumerate(first)]
        said += [verdict(f"d{n}", DEV, "c2", v) for n, v in enumerate(second)]
        (found,) = [h for h in findings(snapshot(answers=tuple(said)))["headlines"] if h["rule"] == "loses_readers"]
        return found["text"], found["detail"], found["n"]

    assert told(("yes", "no", "no"), ("yes", "yes", "no")) == (
        "Chapter 1 loses its readers.",
        "33% of 3 readers say it makes sense, against 67% or more everywhere else.",
        3,
    )
    assert told(("yes", "no", "no"), ("yes", "partly", "no", "yes", "no", "no")) == (
        "Two chapters lose their readers.",
        "Makes sense: Chapter 1 33% of 3, Chapter 2 33% of 6.",
        3,
    )


def test_notes_stand_in_the_order_of_the_book_with_their_context():
    said = (
        Remark("late", "a", "comment", "second", DEV, chapter="c1", section="c1-1", start=50, end=60),
        Remark("early", "a", "comment", "first", DEV, chapter="c1", section="c1-1", start=5, end=9, quote="word"),
        Remark("book", "a", "comment", "of the book", DEV, scope="book"),
        Remark("chapter", "a", "comment", "of the chapter", DEV, scope="chapter", chapter="c2"),
    )
    shown = page(findings(snapshot(remarks=said)))["notes"]
    assert [c["title"] for c in shown] == ["The book as a whole", "1. The handover", "2. The queue"]
    assert [n["body"] for n in shown[1]["sections"][0]["notes"]] == ["first", "second"]
    assert shown[1]["sections"][0]["notes"][0]["quote"] == "word"
    assert shown[2]["notes"][0]["body"] == "of the chapter"


def test_filters_narrow_notes_and_figures():
    everything = full_round()
    narrow = findings(everything, Edition(disciplines=(OPS,), chapters=("c2",), kinds=("comment",)))
    assert [d["slug"] for d in narrow["disciplines"]] == [OPS]
    assert [c["key"] for c in narrow["chapters"]] == ["c2"]
    notes = [n for c in narrow["notes"] for s in c["sections"] for n in s["notes"]]
    assert all(n["kind"] == "comment" and n["who"]["discipline"] == OPS for n in notes)
    assert narrow["remarks"]["total"] == sum(
        r.kind == "comment" and r.discipline == OPS and r.chapter == "c2" for r in everything.remarks
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["author", "readers", "publisher"]))
def test_the_order_of_what_comes_in_never_matters(seed, edition):
    before = full_round(readers=12, notes=30)
    random = Random(seed)

    def mixed(rows):
        return tuple(random.sample(rows, len(rows)))

    after = replace(
        before,
        **{
            name: mixed(getattr(before, name))
            for name in ("members", "chapters", "sections", "reviews", "questions", "answers", "remarks")
        },
    )
    asked = Edition(edition)
    assert canonical(findings(before, asked)) == canonical(findings(after, asked))


def test_a_chapter_and_a_section_of_the_same_key_are_told_apart():
    chapters = (Chapter("room", "Room on the deck", 1), Chapter("end", "The end", 2))
    sections = (Section("room", "end", "For operations", 1, OPS),)
    said = (
        verdict("a", OPS, "room", "yes", words="of the chapter"),
        Answer("s", "a", "q2", "own_section", "room", OPS, "no", "of the section"),
    )
    book = snapshot(chapters=chapters, sections=sections, members=members(("a", OPS)), answers=said)
    shown = {a["words"]: a["place"] for q in page(findings(book))["written"] for a in q["answers"]}
    assert shown == {"of the chapter": "1. Room on the deck", "of the section": "For operations"}
    narrow = findings(book, Edition(chapters=("room",)))
    assert [a["words"] for q in narrow["written"] for a in q["answers"]] == ["of the chapter"]
    assert [a["words"] for a in narrow["answers"]] == ["of the chapter"]


def keys_in(data: object) -> set[str]:
    """Every key at any depth."""
    if isinstance(data, dict):
        return set(data) | {key for inner in data.values() for key in keys_in(inner)}
    return {key for inner in data for key in keys_in(inner)} if isinstance(data, list) else set()


def test_another_shape_has_another_number():
    """Pages read stored snapshots: where a key comes or goes SCHEMA counts on, and both stand here anew."""
    shape = sha256(sorted(keys_in(findings(full_round()))))
    assert (SCHEMA, shape[:12]) == (4, "1b98965358ad")


def test_questions_the_author_added_have_figures_too():
    asked = Question("q9", "choice", "Which chapter first?", "", ("book",), ("first", "last"), 9)
    said = tuple(
        Answer(f"x{n}", f"m{n}", "q9", "book", "", DEV, value) for n, value in enumerate(("first", "last", "first"))
    )
    (row,) = findings(snapshot(questions=(asked,), answers=said))["questions"]
    assert row["all"] == {
        "n": 3,
        "options": [{"option": "first", "n": 2}, {"option": "last", "n": 1}],
        "hidden": False,
    }
    (words,) = page(findings(snapshot(questions=(asked,), answers=said)))["questions"]
    assert words["text"] == "first: 2, last: 1 (n 3)"
    (blank,) = findings(snapshot(questions=(asked,), answers=said[:2]), Edition(names=False))["questions"]
    assert blank["all"]["hidden"] and blank["all"]["n"] is None


def test_the_hottest_passage_of_a_chapter_stands_in_the_books_words():
    here = {"chapter": "c1", "section": "c1-1"}
    said = [
        Remark(f"{n}", "a", kind, "x", DEV, **here, start=10 + n, end=20 + n, quote=f"words {n}")
        for n, kind in enumerate(("comment", "reaction", "reaction"))
    ]
    said.append(Remark("far", "a", "comment", "x", DEV, **here, start=3000, end=3010, quote="far"))
    own = [Remark(f"o{n}", "a", "comment", "x", OPS, chapter="c1", section="c1-ops", start=1, end=5) for n in range(5)]
    found = findings(snapshot(remarks=(*said, *own)))
    assert found["clusters"]["c1"]["hottest"] == {"quote": "words 0", "n": 3}
    assert found["clusters"]["c1"]["by_kind"] == {"comment": 2, "suggestion": 0, "reaction": 2, "experience": 0}
    assert found["clusters"]["c2"]["hottest"] is None
    assert sum(found["strips"]["c1"]) == 4
    (row, *_) = page(found)["strips"]
    assert (row["kinds"], row["hottest"]) == ("2 comments, 2 reactions", "3 notes on “words 0”")
    two = findings(snapshot(remarks=(*said[:2], said[3])))
    assert two["clusters"]["c1"]["hottest"] is None


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 9), st.integers(1, 6), st.integers(1, 5), st.sampled_from(["yes", "partly", "no"]))
def test_a_reader_added_changes_only_what_it_should(at, chapter, rated, said):
    """Where names are known: their own discipline, the totals of what they answered, and no other figure."""
    before = full_round(readers=20, notes=40)
    own, key = before.disciplines[at].slug, f"c{chapter}"
    after = replace(
        before,
        members=(*before.members, Member("new", "Nadia", disciplines=(own,))),
        reviews=(*before.reviews, Review("new", "started")),
        answers=(*before.answers, rating("new", own, rated), verdict("new", own, key, said)),
    )
    was, now = findings(before), findings(after)
    assert now["coverage"]["all"]["asked"] == was["coverage"]["all"]["asked"] + 1
    assert now["book"]["value"]["all"]["n"] == was["book"]["value"]["all"]["n"] + 1
    assert now["book"]["value"]["by_discipline"][own]["distribution"][rated - 1] == (
        was["book"]["value"]["by_discipline"][own]["distribution"][rated - 1] + 1
    )
    for block in ("book", "coverage"):
        then, this = (found[block].get("value", found[block])["by_discipline"] for found in (was, now))
        assert {d: f for d, f in then.items() if d != own} == {d: f for d, f in this.items() if d != own}
    for then, this in zip(was["map"]["verdict"], now["map"]["verdict"], strict=True):
        if then["key"] != key:
            assert then == this
            continue
        assert this["all"]["n"] == then["all"]["n"] + 1 and this["all"][said] == then["all"][said] + 1
        assert {d: f for d, f in then["by_discipline"].items() if d != own} == {
            d: f for d, f in this["by_discipline"].items() if d != own
        }
    same = ("sections", "own_value", "neighbours", "remarks", "notes", "strips", "clusters", "conflicts", "quotes")
    for name in (*same, "stories", "written", "disciplines", "draft", "round"):
        assert was[name] == now[name], name
    assert {c["key"]: c for c in was["chapters"] if c["key"] != key} == {
        c["key"]: c for c in now["chapters"] if c["key"] != key
    }


def test_a_reader_without_a_discipline_counts_in_every_total():
    said = [verdict(m, OPS, "c1", "yes") for m in "abc"] + [verdict("x", "", "c1", "no")]
    said += [verdict(m, d, "c1", v, id=f"own{m}", scope="own_section", key="c2-sec") for m, d, v in NEIGHBOURS]
    shot = snapshot(members=(*members(("a", OPS), ("b", OPS), ("c", OPS)), Member("x", "X", "")), answers=tuple(said))
    data = findings(shot)
    totals = [data["map"]["verdict"][0]["all"], data["chapters"][0]["verdict"]["all"]]
    totals.append(api_findings(shot)["chapters"][0]["verdict"]["all"])
    assert [(f["n"], f["no"]) for f in totals] == [(4, 1)] * 3
    assert page(data)["maps"][0]["rows"][0]["all"] == "75%, n 4"
    assert page(data)["done"][0]["criteria"][1]["figure"] == "75% of 4"
    assert data["neighbours"][1]["others"]["n"] == 2 and data["sections"][1]["verdict"]["all"]["n"] == 2
    ops = findings(shot, Edition(disciplines=(OPS,)))
    assert ops["map"]["verdict"][0]["all"]["n"] == 3


NEIGHBOURS = (("a", OPS, "yes"), ("x", "", "no"))


def test_a_gap_is_that_of_the_figures_as_they_are_shown():
    people = [(m, OPS) for m in "abc"] + [(m, DEV) for m in "def"]
    values = ("yes", "no", "no", "yes", "yes", "no")
    said = tuple(verdict(m, d, "c1", v) for (m, d), v in zip(people, values, strict=True))
    gap = findings(snapshot(members=members(*people), answers=said))["map"]["verdict"][0]["gap"]
    assert gap["size"] == 34  # 33% and 67%


def test_one_of_three_does():
    said = tuple(rating(m, OPS, v) for m, v in zip("abc", (5, 2, 2), strict=True))
    head = findings(snapshot(answers=said))["headlines"][0]
    assert "1 of 3 readers does." in head["detail"]


def test_a_report_of_some_chapters_tells_nothing_of_the_others():
    own = {"scope": "own_section", "key": "c1-ops"}
    asked = (*QUESTIONS, Question("q4", "choice", "Which?", "", ("book", "chapter"), ("Long", "Short"), 4))
    said = [verdict(m, OPS, "c1", "no", id=f"o{m}", **own) for m in "abc"]
    said += [
        Answer(f"{m}{key}", m, "q4", "chapter" if key else "book", key, OPS, "Long")
        for m in "abc"
        for key in ("c1", "c2", "")
    ]
    shot = snapshot(questions=asked, members=members(*((m, OPS) for m in "abc")), answers=tuple(said))
    whole, second = findings(shot), findings(shot, Edition(chapters=("c2",)))
    assert [q["key"] for q in whole["questions"]] == [None, "c1", "c2"]
    assert [q["key"] for q in second["questions"]] == [None, "c2"]
    assert [data["map"]["verdict"][-1]["all"]["n"] for data in (whole, second)] == [3, 0]
    assert [any(h["rule"] == "own_section" for h in data["headlines"]) for data in (whole, second)] == [True, False]


def test_colours_are_not_called_left_out_where_they_stand():
    said = tuple(verdict(m, OPS, "c1", "yes") for m in "abc")
    left_out = page(findings(snapshot(members=members(*((m, OPS) for m in "abc")), answers=said)))["left_out"]
    assert not any("Colours" in line for line in left_out) and any("Sees value" in line for line in left_out)


def test_notes_in_a_chapter_that_nothing_is_asked_about_have_its_name():
    chapters = (Chapter("front", "Foreword", 0, asked=False), *CHAPTERS)
    sections = (Section("front-1", "front", "", 1, length=300), *SECTIONS)
    place = {"chapter": "front", "section": "front-1", "quote": "the words", "start": 0, "end": 9}
    notes = tuple(Remark(m, m, "comment", f"On {m}", OPS, **place) for m in "ab")
    people = members(("a", OPS), ("b", OPS))
    shown = page(findings(snapshot(members=people, chapters=chapters, sections=sections, remarks=notes)))
    assert [q["place"] for q in shown["quotes"]] == ["Foreword"]
    assert any(h["text"] == "Look first at “Foreword”: “the words”." for h in shown["headlines"])


def test_answers_on_chapters_not_chosen_are_no_news_of_a_report():
    said = (verdict("a", OPS, "c2", "yes", updated="2026-04-08"),)
    shot = snapshot(members=members(("a", OPS)), answers=said)
    assert news(shot, Edition(), "2026-04-07")["readers"] == 1
    assert news(shot, Edition(chapters=("c1",)), "2026-04-07")["readers"] == 0
