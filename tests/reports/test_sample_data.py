"""The sample book's words: enough of them, none used twice, and every note on words that are there."""

import re
import unicodedata
from collections import Counter, defaultdict
from typing import Any

import pytest

from manuscripts.formats import Upload, check, convert
from manuscripts.headings import Names
from manuscripts.manuscripts import DEFAULT_DISCIPLINES
from manuscripts.outline import Outline, outline
from manuscripts.rendering import Rendered, render
from reports.sample import book
from reports.sample.telling import REPLY_AFTER

SLUGS = [row[0] for row in DEFAULT_DISCIPLINES]
EVERYONE = {person["id"]: person for person in book.read("people")}
READERS = [person for person in EVERYONE.values() if person["role"] == "reviewer"]
TITLES = {str(row[2]) for row in DEFAULT_DISCIPLINES}
COMMON_CHAPTERS = 6

DraftText = tuple[Outline, dict[str, dict[str, str]]]


def normalised(words: str) -> str:
    folded = unicodedata.normalize("NFKC", words).casefold()
    return " ".join(re.sub(r"[^\w\s]", " ", folded).split())


@pytest.fixture(scope="module")
def drafts() -> dict[int, DraftText]:
    """By number: the outline of the Word file, and the readers' text by chapter title and section title."""
    return {number: imported(number) for number in (1, 2)}


def imported(number: int) -> DraftText:
    names = [Names(slug, code, str(name), tuple(aliases)) for slug, code, name, aliases, _span in DEFAULT_DISCIPLINES]
    [checked] = check([Upload(f"draft-{number}.docx", book.word_file(number))])
    found = outline(convert(checked).documents, names)
    sections = [(chapter, section) for chapter in found.chapters for section in chapter.sections]
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    for (chapter, section), made in zip(sections, render([s.markdown for _c, s in sections]), strict=True):
        assert isinstance(made, Rendered), made
        title = "front" if chapter.kind == "front" else chapter.title
        assert section.title not in texts[title]
        texts[title][section.title] = made.text
    return found, dict(texts)


@pytest.mark.parametrize("number", [1, 2])
def test_each_draft_is_a_book_of_six_chapters_and_ten_disciplines(drafts, number: int) -> None:
    found, _texts = drafts[number]
    assert found.words >= 8_500
    assert [p.code for p in found.problems] == []
    assert [c.kind for c in found.chapters] == ["front"] + ["chapter"] * 16
    whole = [c for c in found.chapters if len(c.sections) == 1 and c.sections[0].discipline]
    assert [c.sections[0].discipline for c in whole] == SLUGS
    assert {c.title for c in whole} == TITLES
    common = [c for c in found.chapters if c.kind == "chapter" and c not in whole]
    assert len(common) == COMMON_CHAPTERS
    assert all(600 <= c.words <= 1_200 for c in common), [c.words for c in common]
    assert all(280 <= c.words <= 450 for c in whole), [c.words for c in whole]


@pytest.mark.parametrize("number", [1, 2])
def test_two_chapters_speak_to_disciplines_and_then_to_everyone(drafts, number: int) -> None:
    found, _texts = drafts[number]
    split = {c.title: [s.discipline for s in c.sections] for c in found.chapters if len(c.sections) > 1}
    assert split == {
        "What a change carries": [None, "application-development", "it-operations", "deployment", None],
        "Who may say no": [
            None,
            "information-security",
            "governance-risk-and-compliance",
            "project-management",
            None,
        ],
    }


@pytest.mark.parametrize("number", [1, 2])
def test_what_a_book_is_made_of_comes_through_the_word_file(drafts, number: int) -> None:
    found, _texts = drafts[number]
    whole = "\n".join(s.markdown for c in found.chapters for s in c.sections)
    assert len(re.findall(r"^\[\^\d+\]: ", whole, re.M)) == 5
    assert re.search(r"^\| *Load *\|", whole, re.M)
    assert re.search(r"^> .*master mariner|^> Ragnhild", whole, re.M)
    assert "![Five boxes stand in a row" in whole
    assert "\\frac{\\rho}{1 - \\rho}" in whole
    assert "while read -r step" in whole
    assert "🚢" in whole
    assert re.search(r"^1\. ", whole, re.M)
    assert re.search(r"^[-*] ", whole, re.M)


def test_the_second_draft_is_the_first_revised(drafts) -> None:
    before, after = (texts for _found, texts in (drafts[1], drafts[2]))
    assert list(before["What a change carries"].items()) == list(after["What a change carries"].items())
    old, new = before["The way back"]["The way back"], after["Rehearsing the way back"]["Rehearsing the way back"]
    assert old.split("\n", 1)[1] == new.split("\n", 1)[1]
    flask = "There is a thermos in the wheelhouse with a strip of tape on it that says ASK."
    assert flask in "".join(before["Who may say no"].values())
    assert flask in "".join(after["The morning after"].values())
    assert "The turntable at Stordal" in before["Room on the deck"]["Room on the deck"]
    assert "Stordal" not in after["Room on the deck"]["Room on the deck"]
    changed = {title for title in before if title in after and before[title] != after[title]}
    assert changed == {
        "Forty-seven minutes",
        "Room on the deck",
        "Who may say no",
        "The morning after",
        "Application development",
    }


def test_readers_are_as_many_and_as_uneven_as_in_life() -> None:
    first = [p for p in READERS if "round_1" in p]
    second = [p for p in READERS if "round_2" in p]
    assert (len(first), len(second), len(READERS)) == (12, 24, 24)
    assert len({slug for p in first for slug in p["disciplines"]}) == 7
    assert {slug for p in second for slug in p["disciplines"]} == set(SLUGS)
    sizes = Counter(slug for p in second for slug in p["disciplines"])
    assert max(sizes.values()) == 5
    assert sum(1 for n in sizes.values() if n <= 2) >= 4
    states = Counter(p["round_2"]["state"] for p in second)
    assert set(states) == {"invited", "opened", "started", "submitted", "declined"}
    assert sum(1 for p in second if p["round_2"]["state"] == "started" and 25 - p["round_2"]["active"] > 7) >= 2
    assert [p["id"] for p in EVERYONE.values() if p["role"] == "contact"] == ["einar"]
    emails = [p["email"] for p in EVERYONE.values() if p["email"]]
    assert len(emails) == len(set(emails)) == len(EVERYONE) - 1
    assert all(email.endswith(("@example.org", "@example.com")) for email in emails)


def test_there_are_enough_remarks_and_none_is_used_twice() -> None:
    first, second = book.read("remarks-1"), book.read("remarks-2")
    assert len(first) >= 60
    assert len(second) >= 100
    remarks = first + second
    assert len({r["id"] for r in remarks}) == len(remarks)
    said = [r["body"] for r in remarks]
    said += [reply["body"] for r in remarks for reply in r.get("replies", [])]
    said += [r["decision"]["reason"] for r in remarks if r.get("decision", {}).get("reason")]
    said += [a["words"] for n in (1, 2) for a in book.read(f"answers-{n}") if a.get("words")]
    twice = [body for body, n in Counter(normalised(body) for body in said if body).items() if n > 1]
    assert twice == []
    silent = [r for r in remarks if not r["body"]]
    assert 0 < len(silent) <= 8
    assert {r["kind"] for r in silent} == {"reaction"}
    assert {r["kind"] for r in remarks} == {"comment", "suggestion", "reaction", "experience"}
    reactions = {r["reaction"] for r in remarks if r["kind"] == "reaction"}
    assert reactions == {"confusing", "valuable", "disagree", "too_slow", "missing"}
    assert sum(1 for r in remarks if r.get("whole_paragraph")) >= 5
    assert sum(1 for r in remarks if "chapter" not in r) >= 5
    assert sum(1 for r in remarks if "chapter" in r and "quote" not in r) >= 8


@pytest.mark.parametrize("number", [1, 2])
def test_every_quote_stands_once_in_the_text_it_is_about(drafts, number: int) -> None:
    _found, texts = drafts[number]
    for remark in book.read(f"remarks-{number}"):
        if "chapter" not in remark:
            assert "quote" not in remark
            continue
        sections = texts[remark["chapter"]]
        if "section" in remark:
            sections = {remark["section"]: sections[remark["section"]]}
        if "quote" in remark:
            times = sum(text.count(remark.get("prefix", "") + remark["quote"]) for text in sections.values())
            assert times == 1, (remark["id"], remark["quote"], times)


@pytest.mark.parametrize("number", [1, 2])
def test_only_people_of_the_round_speak_in_it(number: int) -> None:
    open_to = {
        person["id"]
        for person in EVERYONE.values()
        if person["role"] != "reviewer" or person.get(f"round_{number}", {}).get("state") in {"started", "submitted"}
    }
    for remark in book.read(f"remarks-{number}"):
        agreed = remark.get("agreements", [])
        speakers = [remark["by"], *agreed, *(reply["by"] for reply in remark.get("replies", []))]
        assert set(speakers) <= open_to, (remark["id"], speakers)
        assert remark["by"] not in agreed, remark["id"]
        assert len(agreed) == len(set(agreed))
        voice = remark.get("discipline")
        assert voice is None or voice in EVERYONE[remark["by"]]["disciplines"]
        assert (EVERYONE[remark["by"]]["role"] == "contact") == ("via" in remark)
    assert {answer["by"] for answer in book.read(f"answers-{number}")} <= open_to


@pytest.mark.parametrize("number", [1, 2])
def test_nobody_speaks_before_they_came_in_or_after_today(number: int) -> None:
    plan = book.about()["rounds"][number - 1]
    last = min(plan["days"], plan["started_days_ago"])
    came = {p["id"]: p[f"round_{number}"]["opened"] for p in READERS if "opened" in p.get(f"round_{number}", {})}
    said = [(answer["by"], answer["day"]) for answer in book.read(f"answers-{number}")]
    for remark in book.read(f"remarks-{number}"):
        said.append((remark["by"], remark["day"]))
        replies = enumerate(remark.get("replies", []), start=1)
        said += [(reply["by"], remark["day"] + REPLY_AFTER * turn) for turn, reply in replies]
        if "decision" in remark:
            assert any(evening > said[-1][1] for evening in plan["decided_on"]), remark["id"]
    assert [(who, day) for who, day in said if not came.get(who, 0) <= day < last] == []


def test_every_decision_can_be_taken() -> None:
    remarks = [r for n in (1, 2) for r in book.read(f"remarks-{n}")]
    ids = {r["id"] for r in remarks}
    decided = [r["decision"] for r in remarks if "decision" in r]
    assert {d["decision"] for d in decided} == {"will_change", "changed", "no_change", "later", "duplicate"}
    assert 40 <= len(decided) < len(remarks)
    assert all(d.get("reason") for d in decided if d["decision"] == "no_change")
    assert all(d["duplicate_of"] in ids for d in decided if d["decision"] == "duplicate")


def test_trades_disagree_about_the_same_words() -> None:
    found: dict[tuple[int, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for number in (1, 2):
        for remark in book.read(f"remarks-{number}"):
            if remark["kind"] == "reaction" and "quote" in remark:
                voice = remark.get("discipline") or EVERYONE[remark["by"]]["disciplines"][0]
                found[(number, remark["quote"][:24])][remark["reaction"]].add(voice)
    split = [
        passage
        for passage, voices in found.items()
        if voices["valuable"] and any(voices[r] - voices["valuable"] for r in ("confusing", "disagree", "too_slow"))
    ]
    assert len(split) >= 5, split


@pytest.mark.parametrize("number", [1, 2])
def test_answers_are_of_the_three_questions_and_about_what_was_read(drafts, number: int) -> None:
    _found, texts = drafts[number]
    answers = book.read(f"answers-{number}")
    seen: set[tuple[Any, ...]] = set()
    for answer in answers:
        target = (answer["by"], answer["question"], answer["scope"], answer.get("chapter"), answer.get("section"))
        assert target not in seen
        seen.add(target)
        if answer["scope"] != "book":
            assert answer["chapter"] in texts, target
        if answer["question"] == "value":
            assert answer["value"] in (1, 2, 3, 4, 5, "cannot_judge")
        elif answer["question"] == "makes_sense":
            assert answer["value"] in ("yes", "partly", "no")
        else:
            assert answer["value"] is None
            assert answer["words"]
    asked = {(a["question"], a["scope"]) for a in answers}
    assert asked == {
        ("value", "book"),
        ("value", "own_section"),
        ("makes_sense", "chapter"),
        ("makes_sense", "own_section"),
        ("improve", "own_section"),
    }
    third = [a["value"] for a in answers if a["scope"] == "chapter" and a["chapter"] == "Room on the deck"]
    assert third.count("no") >= 2
    assert third.count("yes") >= 4
