"""Questions as forms: grouped by what they are about, with names that carry their target through a form post."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from manuscripts.errors import Refused
from manuscripts.models import Discipline, Draft
from manuscripts.numbers import whole

from .answers import Ask


@dataclass
class Field:
    """One question put to one person about one thing; `name` is that of its form control."""

    name: str
    kind: str
    text: str
    value: str
    words: str
    options: list[str]
    hint: str = ""
    since: str = ""

    @property
    def id(self) -> str:
        return self.name.replace(":", "-")

    @property
    def answered(self) -> bool:
        return bool(self.value or self.words)


@dataclass
class Group:
    """All that is asked about one thing, in one discipline's voice."""

    scope: str
    key: str | None
    title: str
    discipline: Discipline | None
    fields: list[Field] = field(default_factory=list)
    changed: Any = None  # since.Known, where it is asked again because its words are other

    @property
    def answered(self) -> bool:
        """Words are optional, unless nothing else is asked."""
        return all(f.answered for f in self.fields if f.kind != "words") and any(f.answered for f in self.fields)


def groups(asks: Iterable[Ask], draft: Draft) -> list[Group]:
    """The questions grouped by target and voice, in the order they are asked."""
    found: dict[tuple, Group] = {}
    for ask in asks:
        place = (ask.scope, ask.key, ask.discipline.pk if ask.discipline else None)
        group = found.setdefault(place, Group(ask.scope, ask.key, ask.title, ask.discipline))
        group.fields.append(_field(ask, draft))
    return list(found.values())


def _field(ask: Ask, draft: Draft) -> Field:
    answer = ask.answer if ask.stands else None
    slug = ask.discipline.slug if ask.discipline else ""
    return Field(
        name=f"answer:{ask.question.pk}:{ask.scope}:{ask.key or ''}:{slug}",
        kind=ask.question.kind,
        text=ask.question.text,
        value=(answer.value or "") if answer else "",
        words=answer.words if answer else "",
        options=list(ask.question.options),
        hint=_hint(ask),
        since=str(answer.draft) if answer and answer.draft_id != draft.pk else "",
    )


def _hint(ask: Ask) -> str:
    """What helps to answer one of the founding questions."""
    if ask.question.code == "makes_sense":
        return _("Could a colleague follow it and say back what it claims?")
    if ask.question.code == "value" and ask.scope == "book":
        return _("From what you have read so far. You can change it until the round closes.")
    if ask.question.code == "value":
        return _("Not whether it is well written: whether your trade would work better for having read it.")
    if ask.question.code == "improve":
        return _("Optional. A line is enough; passages are better marked in the text.")
    return ""


def posted(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The answers in a posted form, as keywords of `answers.save_answer`. Raises Refused for a name that is none."""
    found = []
    for name in data:
        if not name.startswith("answer:"):
            continue
        parts = name.split(":")
        if len(parts) != 5 or whole(parts[1]) is None:
            raise Refused("invalid", _("This is not a question."), field=name)
        _prefix, question, scope, key, slug = parts
        found.append(
            {
                "question": int(question),
                "scope": scope,
                "key": key or None,
                "discipline": slug or None,
                "given": data[name],
            }
        )
    return found
