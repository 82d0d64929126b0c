"""The notes of a crowded chapter: one list, made and packed once for each version of what a person sees there.

A list belongs to one person: its version names them, and all that the list is made from, as it is now. So whoever may
no longer see a note, or goes by another name, gets another list. What is kept is no more than that work already done.
"""

import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import caches
from django.db.models import Count, Max
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import get_language

from manuscripts.models import Draft
from manuscripts.permissions import Actor

from .models import Anchor
from .note_cards import Card, mark_of
from .note_html import NoteHtml
from .presenting import closed_in, follow_chosen
from .querysets import closed_section_ids

MOST_ON_PAGE = 300  # notes that stand on a chapter's page itself
ON_A_PLAIN_PAGE = 100  # notes that a page without script shows at once
KEPT_SECONDS = 3600
PACKING = 4  # of zlib's levels: a third of the time of 6 for a tenth more bytes
LABEL = 50  # characters of a note's words that tell it from others


@dataclass(frozen=True)
class Packed:
    """A list as it is sent: JSON, compressed by gzip, and the tag of its words."""

    body: bytes
    tag: str


def packed(version: str | None, cards: Callable[[], Iterable[Card]]) -> Packed:
    """The list of those cards, which are made only where this version was not asked for lately; None is never kept."""
    kept: Packed | None = caches["lists"].get(version) if version else None
    if kept is None:
        maker = NoteHtml()
        notes = [_listed(card, maker) for card in cards()]
        words = json.dumps({"notes": notes}, ensure_ascii=False, separators=(",", ":"))
        plain = words.encode()
        kept = Packed(gzip.compress(plain, PACKING, mtime=0), sha256(plain).hexdigest()[:32])
        if version:
            caches["lists"].set(version, kept, KEPT_SECONDS)
    return kept


def _listed(card: Card, maker: NoteHtml) -> dict[str, Any]:
    """One note: what its mark, its place and the filters need, and its card as HTML."""
    found = {
        "id": str(card.id),
        "kind": card.mark,
        "status": card.status,
        "discipline": card.discipline,
        "mine": "1" if card.mine else None,
        "text": card.text_id,
        "start": card.start,
        "end": card.end,
        "near": card.near,
        "label": f"{card.head.name}: {(card.head.body or card.quote)[:LABEL]}",
        "html": maker.note(card),
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


def marks(actor: Actor, draft: Draft, threads: Any) -> dict[str, dict[str, list[int]]]:
    """Where the notes of `threads` stand, for the page itself: their marks need not wait for the list. By the id of a
    text and the name of a mark: start, end, start, end, ... in code points."""
    closed = closed_in(draft, actor.membership_in(draft.manuscript_id))
    rows = Anchor.objects.filter(draft=draft, thread__in=threads.order_by().values("pk")).order_by("attempt")
    places = rows.values_list("thread", "thread__kind", "thread__reaction", "text", "start", "end", "section", "fate")
    found: dict[str, dict[str, list[int]]] = {}
    for kind, reaction, text, start, end, section, fate in {pk: place for pk, *place in places}.values():
        if start is not None and fate != "detached" and section not in closed:
            found.setdefault(str(text), {}).setdefault(mark_of(kind, reaction), []).extend((start, end))
    return found


def version(actor: Actor, draft: Draft, threads: Any, zone: str, until: datetime | None) -> str | None:
    """A name for the list of `threads` as this person sees them now: another one after everything that may change a
    word of it. None where that cannot be told, as in a draft whose text may still change.

    Of a note all changes but its place show in `updated`; places are only ever added.
    """
    me = actor.membership_in(draft.manuscript_id)
    if me is None or not draft.was_opened:
        return None
    manuscript = draft.manuscript
    places = Anchor.objects.filter(draft=draft).aggregate(newest=Max("pk"), n=Count("pk"))
    facts = [
        list(threads.order_by("pk").values_list("pk", "updated", follow_chosen([me.pk]))),
        sorted(places.items()),
        list(manuscript.memberships.order_by("pk").values_list()),
        [(d.pk, d.slug, d.code, d.name, d.merged_into_id) for d in manuscript.all_disciplines],
        list(manuscript.rounds.order_by("pk").values_list()),
        list(manuscript.drafts.order_by("pk").values_list("pk", "number", "label", "state", "round")),
        (me.pk, sorted(actor.memberships()), sorted(actor.scopes), sorted(me.own_discipline_ids())),
        sorted(closed_section_ids(me).get(draft.pk, ())),
        (draft.pk, until, manuscript.slug, zone, timezone.now().astimezone(ZoneInfo(zone)).date()),
        (get_language(), static("icons.svg")),
    ]
    return sha256(repr(facts).encode()).hexdigest()
