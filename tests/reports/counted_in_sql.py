"""The figures of a round counted apart from the code: in SQL, from the rows themselves."""

from collections import defaultdict
from statistics import mean, stdev
from typing import Any

from django.db import connection

#: The newest answer of each person in each voice to one of the founding questions, and whether it stands: given in the
#: round of the draft, or of earlier ones where the book is meant or the common sections of the chapter are the same.
STANDING = """
WITH ranked AS (
  SELECT a.*, r.number AS round_number, ROW_NUMBER() OVER (
    PARTITION BY a.member_id, a.discipline_id, a.chapter_id ORDER BY r.number DESC, a.updated DESC, a.id DESC
  ) AS place
  FROM reviews_answer a
  JOIN reviews_question q ON q.id = a.question_id
  JOIN manuscripts_round r ON r.id = a.round_id
  WHERE q.manuscript_id = %(manuscript)s AND q.code = %(code)s AND a.scope = %(scope)s
    AND r.number <= (SELECT number FROM manuscripts_round WHERE id = %(round)s)
)
SELECT d.slug, c."key", a.member_id, a.value
FROM ranked a
LEFT JOIN manuscripts_discipline d ON d.id = a.discipline_id
LEFT JOIN manuscripts_chapter c ON c.id = a.chapter_id
WHERE a.place = 1 AND (
  a.round_id = %(round)s OR a.chapter_id IS NULL OR (
    EXISTS ({there}) AND NOT EXISTS ({there} EXCEPT {then}) AND NOT EXISTS ({then} EXCEPT {there})
  )
)
"""
COMMON = """SELECT p.text_id FROM manuscripts_placement p
  WHERE p.chapter_id = a.chapter_id AND p.discipline_id IS NULL AND p.draft_id = {draft}"""


def rows(query: str, **values: Any) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def answers(draft: Any, code: str, scope: str) -> list[tuple]:
    """(discipline, chapter, member, value) of each answer that stands."""
    query = STANDING.format(
        there=COMMON.format(draft="%(draft)s"),
        then=COMMON.format(draft="a.draft_id"),
    )
    return rows(query, manuscript=draft.manuscript_id, code=code, scope=scope, round=draft.round_id, draft=draft.pk)


def assert_same(draft: Any, found: dict) -> None:
    """That the findings of that draft, on the author's desk, are those counted here."""
    ratings = defaultdict(list)
    for slug, _chapter, _member, value in answers(draft, "value", "book"):
        ratings[slug].append(value)
    assert sum(map(len, ratings.values())) > 10
    for slug, figure in found["book"]["value"]["by_discipline"].items():
        judged = [int(value) for value in ratings[slug] if value.isdigit()]
        assert figure["distribution"] == [judged.count(step) for step in range(1, 6)], slug
        assert figure["cannot_judge"] == ratings[slug].count("cannot_judge")
        assert figure["mean"] == (round(mean(judged), 4) if len(judged) > 2 else None)
        assert figure["sd"] == (round(stdev(judged), 4) if len(judged) > 2 else None)
    verdicts: dict[tuple, list] = defaultdict(list)
    people: dict[str, dict] = defaultdict(dict)
    for slug, chapter, member, value in answers(draft, "makes_sense", "chapter"):
        verdicts[chapter, slug].append(value)
        people[chapter][member] = value
    for row in found["chapters"]:
        for slug, figure in row["verdict"]["by_discipline"].items():
            said = verdicts[row["key"], slug]
            assert [figure[v] for v in ("yes", "partly", "no")] == [said.count(v) for v in ("yes", "partly", "no")]
        assert row["verdict"]["all"]["n"] == len(people[row["key"]])
    notes = found["remarks"]
    written = (
        "t.manuscript_id = %(manuscript)s AND t.withdrawn IS NULL AND t.draft_id IN (SELECT e.id FROM "
        "manuscripts_draft e WHERE e.number <= (SELECT number FROM manuscripts_draft WHERE id = %(draft)s))"
    )
    assert {kind: n for kind, n in notes["by_kind"].items() if n} == dict(
        rows(
            f"SELECT t.kind, COUNT(*) FROM reviews_thread t WHERE {written} GROUP BY t.kind",
            manuscript=draft.manuscript_id,
            draft=draft.pk,
        )
    )
    assert {name: n for name, n in notes["by_decision"].items() if n} == dict(
        rows(
            "SELECT COALESCE(d.decision, 'open'), COUNT(*) FROM reviews_thread t "
            f"LEFT JOIN reviews_decision d ON d.thread_id = t.id WHERE {written} GROUP BY 1",
            manuscript=draft.manuscript_id,
            draft=draft.pk,
        )
    )
    fates = dict(
        rows(
            "SELECT a.fate, COUNT(*) FROM reviews_anchor a JOIN reviews_thread t ON t.id = a.thread_id "
            f"WHERE {written} AND a.draft_id = %(draft)s AND NOT EXISTS (SELECT 1 FROM reviews_anchor b "
            "WHERE b.thread_id = a.thread_id AND b.draft_id = a.draft_id AND b.attempt > a.attempt) GROUP BY a.fate",
            manuscript=draft.manuscript_id,
            draft=draft.pk,
        )
    )
    for fate in ("moved", "edited", "detached"):
        assert notes["by_fate"][fate] == fates.get(fate, 0)
    parts = dict(
        rows(
            "SELECT r.state, COUNT(*) FROM reviews_review r JOIN manuscripts_membership m ON m.id = r.member_id "
            "WHERE r.round_id = %(round)s AND m.removed IS NULL AND m.role = 'reviewer' GROUP BY r.state",
            round=draft.round_id,
        )
    )
    everyone = found["coverage"]["all"]
    assert (everyone["asked"], everyone["finished"], everyone["declined"]) == (
        sum(parts.values()),
        parts.get("submitted", 0),
        parts.get("declined", 0),
    )
