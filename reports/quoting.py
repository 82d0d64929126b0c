"""What the author chooses for the words of a note in the reports to come: shown first, or left out of quotes."""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from manuscripts.errors import Refused
from manuscripts.models import Manuscript
from manuscripts.permissions import Actor, can, check
from reports.models import QuoteChoice
from reviews.models import Thread

Data = dict[str, Any]
CHOICES = ("pinned", "hidden")


def choose(actor: Actor, thread: Thread, choice: str) -> None:
    """Keeps the choice for a reader's note, in place of any before; an empty one takes it back. Reports that were made
    stay as they are. Refused for no such choice, and for a note of the author team, which is never quoted."""
    check(actor, "quote.choose", thread)
    if choice not in ("", *CHOICES):
        raise Refused("invalid", _("There is no such choice for a note."), field="choice")
    if thread.author.is_author_team:
        raise Refused("not_a_reader", _("Reports quote readers only."), status=409, field="choice")
    with transaction.atomic():
        if choice:
            me = actor.membership_in(thread.manuscript_id)
            kept = {"choice": choice, "by": me, "at": timezone.now()}
            QuoteChoice.objects.update_or_create(thread=thread, defaults=kept)
        else:
            QuoteChoice.objects.filter(thread=thread).delete()


def choice_for(thread: Thread) -> str:
    """What is chosen for a note; empty for nothing."""
    return QuoteChoice.objects.filter(thread=thread).values_list("choice", flat=True).first() or ""


def offer(slug: str, thread_id: object, choice: str, has_words: bool) -> Data:
    """The buttons for one note: where they post to, and what is chosen now. `pin` where there are words to quote."""
    address = reverse("note_quote", args=[slug, thread_id])
    return {"id": str(thread_id), "address": address, "choice": choice, "pin": has_words or choice == "pinned"}


def offer_for(actor: Actor, thread: Thread) -> Data | None:
    """The buttons for a note; None for who may not choose, for notes of the author team and for withdrawn ones."""
    if thread.withdrawn or thread.author.is_author_team or not can(actor, "quote.choose", thread):
        return None
    words = thread.replacement or thread.comments.filter(withdrawn=None).exclude(body="").exists()
    return offer(thread.manuscript.slug, thread.pk, choice_for(thread), bool(words))


def offer_on(page: Data, manuscript: Manuscript) -> None:
    """Adds the buttons to what readers are quoted with on the page of a report for the desk, as things are today. Notes
    that were withdrawn since get none."""
    readers = manuscript.threads.filter(withdrawn=None).exclude(author__role__in=["author", "co_author"])
    chosen = {str(pk): choice for pk, choice in readers.values_list("pk", "quote_choice__choice")}
    for note in (*(note for passage in page["quotes"] for note in passage["notes"]), *page["stories"]):
        if note["id"] in chosen:
            words = bool(note["body"] or note["replacement"])
            note["quoting"] = offer(manuscript.slug, note["id"], chosen[note["id"]] or "", words)
