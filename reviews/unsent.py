"""What someone has typed and not sent: kept for them alone, and sent once however often the browser tries."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from manuscripts.errors import Refused
from manuscripts.models import Membership
from manuscripts.rendering import clean_input

from .models import UnsentNote

MOST = 200  # unsent notes of one member
SENT = "sent"  # in the content of one that went: what it became
WORDS = "words"  # beside it: a digest of what was sent
REMEMBERED = timedelta(days=2)  # how long a sent one is remembered, for a browser that tries again
Result = TypeVar("Result")


def unsent_of(membership: Membership) -> list[UnsentNote]:
    """What the member has not sent, oldest first."""
    return [note for note in membership.unsent_notes.all() if SENT not in note.content]


def words_of(note: UnsentNote) -> str:
    """What was typed, empty where it is nothing but space."""
    words = str(note.content.get("body") or note.content.get("replacement") or "")
    return words if words.strip() else ""


def keep(membership: Membership, place: str, content: dict[str, Any]) -> UnsentNote | None:
    """Keeps what was typed in the composer `place`, instead of what it held before.

    None where it has been sent already. Raises Refused when it is too long or there are too many.
    """
    check_place(place)
    if len(json.dumps(content, ensure_ascii=False)) > settings.MAX_NOTE_CHARACTERS + 10_000:
        raise Refused("too_long", _("This is longer than a note may be."), status=413, field="body")
    membership.unsent_notes.filter(content__has_key=SENT, updated__lt=timezone.now() - REMEMBERED).delete()
    with transaction.atomic():
        note, created = UnsentNote.objects.select_for_update().get_or_create(member=membership, place=place)
        if SENT in note.content:
            return None
        if created and membership.unsent_notes.count() > MOST:
            raise Refused("too_many", _("There are too many unsent notes. Send or discard some."), status=409)
        note.content = _clean(content)
        note.updated = timezone.now()
        note.save()
    return note


def _clean(value: Any) -> Any:
    """The same JSON with every text in it cleaned like any other input."""
    if isinstance(value, str):
        return clean_input(value)
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {clean_input(name): _clean(each) for name, each in value.items()}
    return value


def discard(membership: Membership, place: str) -> None:
    """Throws away what was typed there; harmless twice."""
    rows = membership.unsent_notes.filter(place=place)
    rows.filter(pk__in=[note.pk for note in rows if SENT not in note.content]).delete()


def send_once(
    membership: Membership, place: str, what: str, send: Callable[[], tuple[int, Result]]
) -> tuple[int, Result | None]:
    """Calls `send`, which returns the id of what it made and a result, once for each composer.

    A second call for the same place returns the id again, and None. What was kept there is gone afterwards. An empty
    place (a page without script) is sent each time. `what` is all that is sent: where the same composer was sent with
    other words (it stood open in two windows), it raises Refused, so that neither is lost.
    """
    if not place:
        return send()
    check_place(place)
    words = hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()
    with transaction.atomic():
        note, _created = UnsentNote.objects.select_for_update().get_or_create(member=membership, place=place)
        if SENT in note.content:
            if note.content.get(WORDS, words) != words:
                detail = _("This was sent from another window, with other words. Save again to send these as well.")
                raise Refused("already_sent", detail, status=409, field="body")
            return note.content[SENT], None
        made, result = send()
        note.content = {SENT: made, WORDS: words}
        note.updated = timezone.now()
        note.save()
    return made, result


def check_place(place: str) -> None:
    """Raises Refused unless `place` can name a composer."""
    if not place or len(place) > 200:
        raise Refused("invalid", _("This names no place to write in."), field="place")
