"""The author's questions: adding, changing, retiring. Answers given keep their question."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from manuscripts.errors import Refused
from manuscripts.manuscripts import record_event
from manuscripts.models import Manuscript
from manuscripts.permissions import Actor, check
from manuscripts.rendering import clean_input

from .answers import SCOPES, questions_of
from .models import Question

FIELDS = {"kind", "text", "scopes", "chapters", "disciplines", "options", "position", "retired"}
KINDS = [key for key, _label in Question.KINDS]
MOST_OPTIONS = 20


def _text(value: Any) -> str:
    words = clean_input(value).strip() if isinstance(value, str) else ""
    if not words:
        raise Refused("required", _("Write the question."), field="text")
    if len(words) > 500:
        raise Refused("too_long", _("A question has at most 500 characters."), field="text")
    return words


def _one_of(field: str, value: Any, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise Refused("invalid", _("Choose one of: %s.") % ", ".join(allowed), field=field)
    return str(value)


def _scopes(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        raise Refused("required", _("Say what it is asked about."), field="scopes")
    return sorted({_one_of("scopes", scope, SCOPES) for scope in value}, key=SCOPES.index)


def _options(kind: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(option, str) for option in value):
        raise Refused("invalid", _("Options are a list of texts."), field="options")
    options = list(dict.fromkeys(clean_input(option).strip() for option in value))
    if kind != "choice":
        if options:
            raise Refused("invalid", _("Only a choice has options."), field="options")
        return []
    if len(options) < 2 or len(options) > MOST_OPTIONS or any(not o or len(o) > 120 for o in options):
        raise Refused("invalid", _("A choice needs two to twenty options of at most 120 characters."), field="options")
    return options


def _rows(manuscript: Manuscript, field: str, values: Any, lookup: str) -> list[Any]:
    """The chapters (by key) or disciplines (by slug) named; None or an empty list means all."""
    if values is None:
        return []
    if not isinstance(values, list):
        raise Refused("invalid", _("This is a list."), field=field)
    rows = list(getattr(manuscript, field).filter(**{f"{lookup}__in": values}))
    missing = set(values) - {getattr(row, lookup) for row in rows}
    if missing:
        raise Refused("invalid", _("There is no %s here.") % ", ".join(sorted(map(str, missing))), field=field)
    return rows


@transaction.atomic
def add_question(actor: Actor, manuscript: Manuscript, given: Mapping[str, Any]) -> Question:
    """A new question, asked from now on; `given` has the API's fields. Raises Refused naming the field."""
    check(actor, "question.change", manuscript)
    questions_of(manuscript)
    kind = _one_of("kind", given.get("kind"), KINDS)
    last = manuscript.questions.aggregate(last=Max("position"))["last"] or 0
    question = Question(manuscript=manuscript, kind=kind, position=last + 1)
    _apply(question, {"options": [], **given})
    record_event(manuscript, "question.created", actor.membership_in(manuscript), f"question:{question.pk}")
    return question


@transaction.atomic
def change_question(actor: Actor, question: Question, given: Mapping[str, Any]) -> Question:
    """Changes what is given. The kind of a question that has answers stays, and a founding question's for ever."""
    check(actor, "question.change", question)
    kind = given.get("kind", question.kind)
    if kind != question.kind and (question.code or question.answers.exists()):
        raise Refused("answered", _("Its kind cannot change any more: add another question."), status=409, field="kind")
    question.kind = _one_of("kind", kind, KINDS)
    _apply(question, given)
    me = actor.membership_in(question.manuscript)
    record_event(question.manuscript, "question.changed", me, f"question:{question.pk}")
    return question


def _apply(question: Question, given: Mapping[str, Any]) -> None:
    for name in given:
        if name not in FIELDS:
            raise Refused("unknown_field", _("A question has no such field."), field=name)
    new = question.pk is None
    if new or "text" in given:
        question.text = _text(given.get("text"))
    if new or "scopes" in given:
        question.scopes = _scopes(given.get("scopes"))
    if "options" in given or given.get("kind"):
        question.options = _options(question.kind, given.get("options", question.options))
    if "retired" in given:
        question.retired = _flag("retired", given["retired"])
    if "position" in given:
        question.position = _position(given["position"])
    chapters = _rows(question.manuscript, "chapters", given.get("chapters"), "key")
    disciplines = _rows(question.manuscript, "disciplines", given.get("disciplines"), "slug")
    question.save()
    if "chapters" in given:
        question.chapters.set(chapters)
    if "disciplines" in given:
        question.disciplines.set(disciplines)


def _flag(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise Refused("invalid", _("True or false."), field=field)
    return value


def _position(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 10_000:
        raise Refused("invalid", _("A position is a whole number from 1."), field="position")
    return value


@transaction.atomic
def move_question(actor: Actor, question: Question, by: int) -> None:
    """Up (-1) or down (1) among the questions that are asked."""
    check(actor, "question.change", question)
    rows = list(question.manuscript.questions.filter(retired=False))
    at = next((i for i, row in enumerate(rows) if row.pk == question.pk), None)
    if at is None or not 0 <= at + by < len(rows):
        return
    rows[at], rows[at + by] = rows[at + by], rows[at]
    for position, row in enumerate(rows, start=1):
        Question.objects.filter(pk=row.pk).update(position=position)
