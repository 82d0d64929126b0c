"""Questions and answers: what is asked of whom, saving, and what still stands for a draft."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from manuscripts.errors import Refused, conflict
from manuscripts.manuscripts import record_event
from manuscripts.models import Discipline, Draft, Manuscript, Membership, Placement
from manuscripts.permissions import Actor, check
from manuscripts.rendering import clean_input

from .models import Answer, Question
from .posting import writing_round
from .threads import mark_active

SCOPES = ("own_section", "chapter", "book")  # own pages first
VERDICTS = ("yes", "partly", "no")
CANNOT_JUDGE = "cannot_judge"
FOUNDING = [  # code, kind, text, scopes
    ("value", "rating", gettext_lazy("How much value does it have for your discipline?"), ["own_section", "book"]),
    ("makes_sense", "verdict", gettext_lazy("Does it make sense?"), ["own_section", "chapter"]),
    (
        "improve",
        "words",
        gettext_lazy("How can the description of your discipline be improved?"),
        ["own_section"],
    ),
]


def questions_of(manuscript: Manuscript) -> list[Question]:
    """The manuscript's questions in order, retired ones included; the founding three are made at first need."""
    rows = list(manuscript.questions.prefetch_related("chapters", "disciplines"))
    if any(row.code for row in rows):
        return rows
    with transaction.atomic(), translation.override(manuscript.language):
        Manuscript.objects.select_for_update().get(pk=manuscript.pk)
        for position, (code, kind, text, scopes) in enumerate(FOUNDING, start=1):
            Question.objects.get_or_create(
                manuscript=manuscript,
                code=code,
                defaults={"kind": kind, "text": str(text), "scopes": scopes, "position": position},
            )
    return list(manuscript.questions.prefetch_related("chapters", "disciplines"))


@dataclass(frozen=True)
class Ask:
    """One thing asked of one reader: a question about a target. `answer` is theirs if it stands."""

    question: Question
    scope: str
    key: str | None
    title: str
    chapter_key: str | None
    discipline: Discipline | None
    answer: Answer | None

    @property
    def stands(self) -> bool:
        return self.answer is not None


def _applies(question: Question, chapter_id: int | None, disciplines: list[Discipline]) -> bool:
    chapters = {chapter.pk for chapter in question.chapters.all()}
    asked = {d.resolved().pk for d in question.disciplines.all()}
    return (not chapters or chapter_id is None or chapter_id in chapters) and (
        not asked or bool(asked & {d.pk for d in disciplines})
    )


def asked_of(actor: Actor, member: Membership, draft: Draft) -> list[Ask]:
    """Everything asked of a reader on that draft, own pages first, then the chapters in order, then the book."""
    own = member.own_disciplines()
    questions = [q for q in questions_of(draft.manuscript) if not q.retired]
    given = {}
    for answer in standing(draft.manuscript, draft).filter(member=member):
        given[(answer.question_id, answer.chapter_id, answer.section_id)] = answer
    asks: list[Ask] = []
    for scope, target, disciplines in _targets(actor, member, draft, own):
        for question in questions:
            chapter_id = target.chapter_id if target else None
            if scope not in question.scopes or not _applies(question, chapter_id, disciplines or own):
                continue
            place = (chapter_id if scope == "chapter" else None, target.section_id if scope == "own_section" else None)
            asks.append(
                Ask(
                    question=question,
                    scope=scope,
                    key=_key(scope, target),
                    title=_title(scope, target, draft),
                    chapter_key=target.chapter.key if target else None,
                    discipline=disciplines[0] if disciplines else (own[0] if own else None),
                    answer=given.get((question.pk, *place)),
                )
            )
    return asks


def _targets(
    actor: Actor, member: Membership, draft: Draft, own: list[Discipline]
) -> list[tuple[str, Placement | None, list[Discipline]]]:
    """What can be asked about, in the order it is asked: (scope, placement, disciplines it is asked for)."""
    places = list(
        Placement.objects.readable_by(actor, draft)
        .exclude(chapter_position=0)
        .select_related("chapter", "section", "discipline__merged_into")
        .defer("text")
    )
    targets: list[tuple[str, Placement | None, list[Discipline]]] = []
    for place in places:
        if place.discipline and place.discipline.resolved() in own:
            targets.append(("own_section", place, [place.discipline.resolved()]))
    seen: set[int] = set()
    for place in places:
        if place.discipline is None and place.chapter_id not in seen:
            seen.add(place.chapter_id)
            targets.append(("chapter", place, []))
    return [*targets, ("book", None, [])]


def _key(scope: str, place: Placement | None) -> str | None:
    if place is None:
        return None
    return place.section.key if scope == "own_section" else place.chapter.key


def _title(scope: str, place: Placement | None, draft: Draft) -> str:
    if place is None:
        return draft.manuscript.title
    return (place.title or place.chapter_title) if scope == "own_section" else place.chapter_title


def read_value(question: Question, value: Any, words: Any) -> tuple[str | None, str]:
    """Checked value and words of an answer; raises Refused naming the field."""
    if not isinstance(words, str):
        raise Refused("invalid", _("This must be text."), field="words")
    words = clean_input(words).strip()
    if len(words) > settings.MAX_NOTE_CHARACTERS:
        raise Refused("too_long", _("An answer has at most 200,000 characters."), field="words")
    if question.kind == "words":
        if value is not None:
            raise Refused("invalid", _("This question is answered in words."), field="value")
        if not words:
            raise Refused("required", _("Write something first."), field="words")
        return None, words
    allowed = {
        "rating": ["1", "2", "3", "4", "5", CANNOT_JUDGE],
        "verdict": list(VERDICTS),
        "choice": [str(option) for option in question.options],
    }[question.kind]
    if isinstance(value, bool) or not isinstance(value, (str, int)) or str(value) not in allowed:
        raise Refused("invalid", _("Choose one of: %s.") % ", ".join(allowed), field="value")
    return str(value), words


def save_answer(
    actor: Actor,
    manuscript: Manuscript,
    *,
    question: Question,
    scope: str,
    key: str | None = None,
    value: Any = None,
    words: Any = "",
    discipline: str | None = None,
    member: Membership | None = None,
    via: str = "",
    was: Any = None,
) -> tuple[Answer, bool]:
    """Saves the answer a reader gives (or one the author records for `member`): (answer, whether it is new).

    One a member, question, target, discipline and round: a later one replaces it. `was` is what the writer had before
    them, a value or words: 409 `changed` with `current` where something else stands by now.
    """
    me = actor.membership_in(manuscript)
    recorded = member is not None and (me is None or member.pk != me.pk)
    check(actor, "answer.record" if recorded else "answer.create", manuscript)
    who = member if recorded else me
    draft = manuscript.open_draft
    if draft is None:
        raise conflict("no_open_draft", _("There is no open draft to answer about yet."))
    if question.retired or question.manuscript_id != manuscript.pk:
        raise Refused("retired", _("This question is no longer asked."), field="question")
    place = _target(actor, who, draft, question, scope, key)
    value, words = read_value(question, value, words)
    round_ = writing_round(manuscript)
    row = {
        "member": who,
        "question": question,
        "scope": scope,
        "chapter": place.chapter if place and scope == "chapter" else None,
        "section": place.section if place and scope == "own_section" else None,
        "discipline": _voice(manuscript, who, discipline, place),
        "round": round_,
    }
    said = {
        "value": value,
        "words": words,
        "draft": draft,
        "updated": timezone.now(),
        "via": via if recorded else "",
        "anonymity": round_.anonymity,
    }
    with transaction.atomic():
        answer, made = _upsert(row, said, was)
        if not recorded:
            mark_active(who, round_)
        record_event(manuscript, "answer.saved", me, f"answer:{answer.pk}")
    return answer, made


def _upsert(row: dict[str, Any], said: dict[str, Any], was: Any) -> tuple[Answer, bool]:
    try:
        with transaction.atomic():
            answer, made = Answer.objects.select_for_update().get_or_create(**row, defaults=said)
    except IntegrityError:  # the same answer was posted twice at the same moment
        answer, made = Answer.objects.get(**row), False
    if not made:
        check_unchanged(answer, was, said["value"] or said["words"])
        for name, value in said.items():
            setattr(answer, name, value)
        answer.save(update_fields=list(said))
    return answer, made


def check_unchanged(answer: Answer, was: Any, wanted: str) -> None:
    """409 `changed` where `answer` says neither what its writer had before them nor what they want; None passes."""
    now = answer.value or answer.words
    if was is not None and now not in (clean_input(str(was)).strip(), wanted):
        raise conflict("changed", _("You answered this in another window: %s") % now, current=now)


def _target(
    actor: Actor, who: Membership, draft: Draft, question: Question, scope: str, key: str | None
) -> Placement | None:
    """Where the question is asked of that person; refuses a target it is not asked about."""
    if scope not in SCOPES or scope not in question.scopes:
        raise Refused("invalid", _("This question is not asked there."), field="scope")
    if scope == "book":
        if key:
            raise Refused("invalid", _("The book has no key."), field="key")
        return None
    for asked, place, disciplines in _targets(actor, who, draft, who.own_disciplines()):
        if asked == scope and place and _key(scope, place) == key:
            if _applies(question, place.chapter_id, disciplines or who.own_disciplines()):
                return place
            break
    raise Refused("not_asked", _("This question is not asked about that part of the book."), field="key")


def _voice(manuscript: Manuscript, who: Membership, slug: str | None, place: Placement | None) -> Discipline | None:
    own = who.own_disciplines()
    if slug:
        named = manuscript.disciplines.filter(slug=slug).first()
        if named is None or (own and named.resolved() not in own):
            raise Refused("invalid", _("This person does not speak for that discipline."), field="discipline")
        return named.resolved()
    if place and place.discipline and place.discipline.resolved() in own:
        return place.discipline.resolved()
    return own[0] if own else None


def delete_answer(actor: Actor, answer: Answer) -> None:
    """Takes an answer back."""
    check(actor, "answer.delete", answer)
    with transaction.atomic():
        me = actor.membership_in(answer.manuscript)
        record_event(answer.manuscript, "answer.deleted", me, f"answer:{answer.pk}")
        answer.delete()


def standing(manuscript: Manuscript, draft: Draft) -> Any:
    """The answers that count for that draft, as a QuerySet.

    An answer stands through its whole round, corrections included, and in later rounds while what it is about keeps
    its text: a section its SectionText, a chapter its common sections, the book always. Of several answers to the
    same question about the same thing in the same voice (merged disciplines are one) the newest counts.
    """
    if draft.round_id is None:
        return Answer.objects.none()
    rows = Answer.objects.filter(question__manuscript=manuscript, round__number__lte=draft.round.number)
    rows = list(rows.order_by("round__number", "updated", "pk").values(*_FIELDS))
    texts = _texts({row["draft_id"] for row in rows} | {draft.pk})
    voice = {d.pk: d.resolved().pk for d in manuscript.all_disciplines}
    newest: dict[tuple, dict] = {}
    for row in rows:
        newest[(*(row[name] for name in _FIELDS[1:5]), voice.get(row["discipline_id"]))] = row
    ids = [row["pk"] for row in newest.values() if _stands(row, draft, texts)]
    return Answer.objects.filter(pk__in=ids)


_FIELDS = ["pk", "member_id", "question_id", "chapter_id", "section_id", "discipline_id", "round_id", "draft_id"]


def _texts(draft_ids: set[int]) -> dict[tuple[int, str, int], tuple[int, ...]]:
    """By (draft, "section" or "chapter", id): the ids of the texts an answer about it depends on."""
    found: dict[tuple[int, str, int], list[int]] = defaultdict(list)
    rows = Placement.objects.filter(draft__in=draft_ids).order_by("chapter_position", "position")
    for draft_id, chapter_id, section_id, discipline_id, text_id in rows.values_list(
        "draft_id", "chapter_id", "section_id", "discipline_id", "text_id"
    ):
        found[(draft_id, "section", section_id)].append(text_id)
        if discipline_id is None:
            found[(draft_id, "chapter", chapter_id)].append(text_id)
    return {key: tuple(ids) for key, ids in found.items()}


def _stands(row: dict[str, Any], draft: Draft, texts: dict[tuple[int, str, int], tuple[int, ...]]) -> bool:
    if row["round_id"] == draft.round_id:
        return True
    kind, target = ("section", row["section_id"]) if row["section_id"] else ("chapter", row["chapter_id"])
    if target is None:
        return True
    now = texts.get((draft.pk, kind, target))
    return now is not None and now == texts.get((row["draft_id"], kind, target))
