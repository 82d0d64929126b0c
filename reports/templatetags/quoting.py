"""What the author may choose for a note in reports, on pages of a lower layer."""

from typing import Any

from django import template

from reports import quoting
from reviews.models import Thread

register = template.Library()


@register.simple_tag(takes_context=True)
def quoting_of(context: Any, note_id: str) -> quoting.Data | None:
    """The buttons for a note of the list; None where there is nothing to choose."""
    thread = Thread.objects.select_related("author", "manuscript").filter(pk=note_id).first()
    return quoting.offer_for(context["actor"], thread) if thread else None
