"""Figures of fewer than three people: what stands where names are known, and that nothing shows where not."""

import json
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reports.figures import LEAST, blanked
from reports.findings import Tables, api_findings, findings
from reports.page import page
from reports.snapshot import Answer, Edition, Question, Remark, Review
from tests.reports.samples import DISCIPLINES, QUESTIONS, full_round, members, rating, snapshot, verdict

DEV, OPS, SEC, BA = "application-development", "it-operations", "information-security", "business-analysis"
SLUGS = [d.slug for d in DISCIPLINES]
UNNAMED = Edition("author", names=False)


def test_a_small_cell_and_the_next_smallest_are_blank_and_leave_the_total():
    said = [rating(f"d{n}", DEV, 5) for n in range(5)] + [rating(f"o{n}", OPS, 4) for n in range(3)]
    said += [rating(f"s{n}", SEC, 1) for n in range(2)]
    value = api_findings(snapshot(answers=tuple(said)), UNNAMED)["book"]["value"]
    blank = {"n": None, "cannot_judge": None, "distribution": None, "mean": None, "median": None, "sd": None}
    assert value["by_discipline"][SEC] == blank | {"hidden": True}
    assert value["by_discipline"][OPS] == blank | {"hidden": True}  # the next smallest
    assert value["by_discipline"][DEV]["n"] == 5
    assert value["all"]["n"] == 5 and value["all"]["distribution"] == [0, 0, 0, 0, 5]


def test_two_blanks_need_no_third():
    counts = {("", "a"): 1, ("", "b"): 2, ("", "c"): 3, ("", "d"): 9}
    assert blanked(counts, [""], list("abcd")) == {("", "a"), ("", "b")}


def test_a_column_is_looked_at_as_well_as_a_row():
    counts = {(r, c): 5 for r in "xyz" for c in "abc"} | {("x", "a"): 2}
    hidden = blanked(counts, list("xyz"), list("abc"))
    for line in [[(r, c) for c in "abc"] for r in "xyz"] + [[(r, c) for r in "xyz"] for c in "abc"]:
        assert sum(cell in hidden for cell in line) != 1
    assert ("x", "a") in hidden


@given(st.dictionaries(st.tuples(st.sampled_from("xyz"), st.sampled_from("abcd")), st.integers(0, 7)))
def test_no_line_gives_a_single_blank_away(counts):
    rows, columns = list("xyz"), list("abcd")
    hidden = blanked(counts, rows, columns)
    assert all(counts.get((r, c), 0) >= 3 for r in rows for c in columns if (r, c) not in hidden)
    for line in [[(r, c) for c in columns] for r in rows] + [[(r, c) for r in rows] for c in columns]:
        held = [cell for cell in line if cell in hidden and counts.get(cell, 0)]
        assert len(held) != 1 or all(cell in hidden for cell in line)


ANSWER = st.tuples(st.sampled_from(SLUGS), st.integers(1, 5), st.sampled_from(["yes", "partly", "no"]))


@settings(max_examples=60, deadline=None)
@given(st.lists(ANSWER, min_size=1, max_size=16), st.data())
def test_what_is_blank_has_no_influence_on_anything_shown(people, data):
    """Change any answer in a blank cell: not one byte of the report changes, so nothing can be worked out."""
    answers = []
    for n, (discipline, value, sense) in enumerate(people):
        answers += [rating(f"m{n}", discipline, value), verdict(f"m{n}", discipline, "c1", sense)]
    before = snapshot(members=members(*((f"m{n}", p[0]) for n, p in enumerate(people))), answers=tuple(answers))
    tables = Tables(before, named=False)
    blank = {
        a.id
        for table in (tables.book_value, tables.chapter_sense)
        for cell, found in table.cells.items()
        if cell in table.hidden
        for a in found
    }
    assume(blank)
    changed = []
    for a in answers:
        if a.id in blank:
            choices = st.integers(1, 5) if a.scope == "book" else st.sampled_from(["yes", "partly", "no"])
            a = replace(a, value=data.draw(choices))
        changed.append(a)
    after = replace(before, answers=tuple(changed))
    for edition in (UNNAMED, Edition("readers"), Edition("publisher")):
        assert findings(before, edition) == findings(after, edition)
        assert page(findings(before, edition)) == page(findings(after, edition))


NOTE = st.tuples(
    st.integers(0, 11),  # whose
    st.sampled_from(["comment", "suggestion", "reaction", "experience"]),
    st.sampled_from(["confusing", "valuable", "too_slow", "disagree", "missing"]),
    st.sampled_from(["c1-1", "c1-ops", "c2-1", "c2-sec"]),
    st.sampled_from([0, 100]),
    st.sampled_from(["", "will_change", "no_change"]),
    st.sampled_from(["no", "unnamed", "named"]),
    st.sampled_from(["everyone", "authors"]),
    st.integers(5, 8),  # the day
)
CHOICE = st.fixed_dictionaries(
    {
        "kinds": st.sampled_from([None, ("comment",), ("reaction", "suggestion"), ("experience",)]),
        "decisions": st.sampled_from([None, ("will_change",), ("",)]),
        "chapters": st.sampled_from([None, ("c1",)]),
        "since": st.sampled_from([None, "2026-04-06T00:00:00Z"]),
        "until": st.sampled_from([None, "2026-04-08T00:00:00Z"]),
    }
)


def note_of(at, said, disciplines):
    who, kind, reaction, section, start, decision, permission, visibility, day = said
    member = who % len(disciplines)
    return Remark(
        str(at), f"m{member}", kind, f"words {at}", disciplines[member],
        chapter=section[:2], section=section, start=start, end=start + 20, quote="q", decision=decision,
        reaction=reaction if kind == "reaction" else "", replacement="x" if kind == "suggestion" else None,
        permission=permission, visibility=visibility, promise="all", created=f"2026-04-0{day}T08:00:00Z",
    )  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(SLUGS), min_size=3, max_size=12), st.lists(NOTE, min_size=1, max_size=20), CHOICE)
def test_no_choice_of_notes_tells_two_small_disciplines_apart(people, said, choice):
    """Two disciplines of fewer than three change places: not one byte of any choice of notes changes."""
    small = [d for d in SLUGS if 0 < people.count(d) < LEAST]
    assume(len(small) > 1)
    places = {small[0]: small[1], small[1]: small[0]}

    def book(disciplines):
        of = [(f"m{n}", d) for n, d in enumerate(disciplines)]
        notes = tuple(note_of(at, each, disciplines) for at, each in enumerate(said))
        answers = tuple(rating(m, d, 4, promise="all") for m, d in of)
        return snapshot(members=members(*of), remarks=notes, answers=answers)

    here, there = book(people), book([places.get(d, d) for d in people])
    for edition in ("author", "readers", "publisher"):
        chosen = Edition(edition, names=False, **choice)
        assert findings(here, chosen) == findings(there, chosen)


def test_totals_are_the_sum_of_what_shows():
    found = findings(full_round(), UNNAMED)
    for row in found["map"]["verdict"]:
        shown = sum(f["n"] for f in row["by_discipline"].values() if not f["hidden"])
        assert row["all"]["hidden"] or row["all"]["n"] == shown


def test_one_promise_of_anonymity_makes_the_whole_report_unnamed():
    said = tuple(rating(f"d{n}", DEV, 5) for n in range(3))
    named = findings(snapshot(answers=said))
    assert named["named"]
    kept = findings(snapshot(answers=(*said[:2], replace(said[2], promise="all"))))
    assert not kept["named"]
    assert all(answer["who"] is None for answer in kept["answers"])


def test_no_name_of_a_reader_who_did_not_allow_it_leaves_the_desk():
    everything = full_round()
    allowed = {r.member for r in everything.remarks if r.permission == "named"}
    for edition in (Edition("readers"), Edition("readers", names=False), Edition("publisher"), UNNAMED):
        text = json.dumps(findings(everything, edition))
        for member in everything.members:
            if member.role == "reviewer" and (edition.edition != "readers" or member.id not in allowed):
                assert f'"{member.name}"' not in text, (edition, member)


def test_notes_for_the_author_only_and_notes_without_permission_stay_on_the_desk():
    said = (
        Remark("1", "a", "comment", "for the author only", DEV, visibility="authors", permission="named"),
        Remark("2", "a", "comment", "not to be quoted", DEV, permission="no"),
        Remark("3", "a", "comment", "quote me", DEV, permission="unnamed"),
        Remark("4", "a", "experience", "my story", DEV, permission="named"),
    )
    book = snapshot(members=members(("a", DEV)), remarks=said)
    desk = json.dumps(findings(book))
    assert all(r.body in desk for r in said)
    for edition in ("readers", "publisher"):
        found = findings(book, Edition(edition))
        text = json.dumps(found)
        assert "for the author only" not in text and "not to be quoted" not in text
        assert "quote me" in text and "my story" in text
        assert found["remarks"]["total"] == 3


def test_a_thin_discipline_loses_its_name_beside_quotes_and_takes_another_with_it():
    said = [Remark(f"d{n}", f"d{n}", "comment", "dev", DEV, permission="unnamed") for n in range(4)]
    said += [Remark(f"o{n}", f"o{n}", "comment", "ops", OPS, permission="unnamed") for n in range(3)]
    said += [Remark("s", "s", "comment", "sec", SEC, permission="unnamed")]
    found = findings(snapshot(remarks=tuple(said)), UNNAMED)
    told = {n["body"]: n["who"]["discipline"] for c in found["notes"] for n in c["notes"]}
    assert told == {"dev": DEV, "ops": None, "sec": None}
    assert found["remarks"]["by_discipline"] == {BA: None, DEV: 4, OPS: None, SEC: None}


def test_choosing_a_thin_discipline_does_not_tell_what_its_blanks_keep():
    said = [Remark(f"d{n}", f"d{n}", "comment", "dev", DEV, permission="unnamed", promise="all") for n in range(4)]
    said += [Remark("s", "s", "suggestion", "sec", SEC, permission="unnamed", promise="all")]
    wrote = Answer("w", "s", "q3", "own_section", "c2-sec", SEC, words="a word of sec", promise="all")
    people = members(*((r.member, r.discipline) for r in said))
    book = snapshot(members=people, remarks=tuple(said), answers=(wrote,))
    for edition in (Edition("readers"), Edition("publisher"), Edition("author")):
        alone = findings(book, replace(edition, disciplines=(SEC,)))
        assert alone["remarks"]["total"] == 0 and not alone["notes"] and not alone["written"], edition
        assert any("whose they are" in said for said in alone["left_out"])
    both = findings(book, Edition("author", disciplines=(DEV, SEC)))
    assert both["remarks"]["total"] == 0  # the next smallest is not told apart either
    known = replace(said[-1], promise="peers")
    beside = replace(book, remarks=(*said[:-1], known))
    assert findings(beside, Edition("author", disciplines=(SEC,)))["remarks"]["total"] == 1


def test_notes_that_the_whole_does_not_count_by_discipline_no_choice_counts():
    wrote = [(BA, 5, 2), (DEV, 6, 3), (OPS, 9, 5)]  # discipline, notes, people who wrote them
    notes, answers = [], []
    for slug, count, people in wrote:
        notes += [
            Remark(f"{slug}{n}", f"{slug}-{n % people}", "comment", "x", slug, promise="all") for n in range(count)
        ]
        answers += [rating(f"{slug}-{n}", slug, 4, promise="all") for n in range(max(3, people))]
    people = members(*{(said.member, said.discipline) for said in (*notes, *answers)})
    book = snapshot(members=people, remarks=tuple(notes), answers=tuple(answers))
    for edition in (Edition("publisher", names=False), Edition("readers", names=False), UNNAMED):
        whole = findings(book, edition)["remarks"]
        assert whole["total"] == 20
        assert {d: whole["by_discipline"][d] for d in (BA, DEV, OPS)} == {BA: None, DEV: None, OPS: 9}
        alone = {d: findings(book, replace(edition, disciplines=(d,)))["remarks"]["total"] for d in (BA, DEV, OPS)}
        assert alone == {BA: 0, DEV: 0, OPS: 9}


def test_a_note_of_an_older_anonymous_round_keeps_its_promise_beside_named_answers():
    said = (
        Remark("old", "a", "comment", "said in confidence", DEV, promise="all", created="2026-01-01T10:00:00Z"),
        Remark("new", "b", "comment", "said openly", OPS, promise="peers"),
    )
    people = members(("a", DEV), ("b", OPS))
    found = findings(snapshot(members=people, remarks=said, answers=(rating("a", DEV, 2),)))
    assert found["named"]
    assert found["book"]["value"]["by_discipline"][DEV]["distribution"] == [0, 1, 0, 0, 0]
    notes = {n["body"]: n for c in found["notes"] for n in c["notes"]}
    assert notes["said in confidence"]["who"] == {"name": None, "discipline": None, "sphere": None, "team": False}
    assert notes["said in confidence"]["created"] == "2026-01-01"
    assert notes["said openly"]["who"]["name"] == "Person b"
    assert found["remarks"]["by_discipline"] == dict.fromkeys(SLUGS)


def test_a_total_that_leaves_most_readers_out_makes_no_chapter_done():
    """Six of ten do not follow the chapter; the four who do are all that shows."""
    people = [(f"d{n}", DEV) for n in range(4)] + [(f"m{n}{d}", d) for d in (OPS, SEC, BA) for n in range(2)]
    said = [verdict(m, d, "c1", "yes" if d == DEV else "no") for m, d in people]
    book = snapshot(
        members=members(*people), reviews=tuple(Review(m, "submitted") for m, _ in people), answers=tuple(said)
    )
    for names, figure in ((True, "40% of 10"), (False, "too few shown")):
        shown = findings(book, Edition("author", names=names))
        chapter = shown["done"]["chapters"][0]
        assert chapter["state"] == "nearly" and chapter["criteria"][1]["figure"] == figure
    assert page(shown)["done"][0]["why"] == "Too many answers are left blank to say whether it makes sense."
    enough = findings(replace(book, reviews=book.reviews[:6]), Edition("author", names=False))
    assert enough["done"]["chapters"][0]["state"] == "done"


def test_a_total_that_leaves_most_readers_out_makes_no_headline():
    """Six of ten follow the chapter; the four who do not are all that shows."""
    people = [(f"d{n}", DEV) for n in range(4)] + [(f"m{n}{d}", d) for d in (OPS, SEC, BA) for n in range(2)]
    said = [verdict(m, d, "c1", "no" if d == DEV else "yes") for m, d in people]
    book = snapshot(
        members=members(*people), reviews=tuple(Review(m, "submitted") for m, _ in people), answers=tuple(said)
    )
    unnamed = findings(book, Edition("author", names=False))
    assert unnamed["map"]["verdict"][0]["all"]["n"] == 4 and unnamed["coverage"]["all"]["finished"] == 10
    assert not [h for h in unnamed["headlines"] if h["rule"] == "loses_readers"]
    enough = replace(book, reviews=book.reviews[:6])
    assert [h for h in findings(enough, Edition("author", names=False))["headlines"] if h["rule"] == "loses_readers"]


def test_a_note_of_the_author_in_the_voice_of_a_discipline_shows_no_count_of_it():
    voices = [("a", OPS), ("b", OPS), ("c", DEV), ("d", DEV), ("e", DEV)]

    def told(*notes):
        remarks = tuple(
            Remark(f"{n}", m, "comment", "w", d, chapter="c1", section="c1-1") for n, (m, d) in enumerate(notes)
        )
        shot = snapshot(members=members(*voices), remarks=remarks)
        counted = findings(shot, Edition("publisher", names=False))["remarks"]["by_discipline"]
        return {slug: n for slug, n in counted.items() if n is not None}

    assert told(*voices) == {}
    assert told(*voices, ("author", OPS)) == {}
    assert told(*voices, ("f", OPS)) == {OPS: 3, DEV: 3}


def test_an_option_that_is_offered_no_more_keeps_its_answers():
    """Else two of three would vanish, and the one that is left would stand alone."""
    asked = (*QUESTIONS, Question("q4", "choice", "Which?", "", ("book",), ("Long", "Brief"), 4))
    chose = tuple(Answer(m, m, "q4", "book", "", OPS, v) for m, v in (("a", "Long"), ("b", "Short"), ("c", "Short")))
    shot = snapshot(questions=asked, members=members(*((m, OPS) for m in "abc")), answers=chose)
    for edition in (Edition(), Edition("publisher", names=False)):
        (row,) = page(findings(shot, edition))["questions"]
        assert row["text"] == "Long: 1, Brief: 0, Short: 2 (n 3)"
