"""The working draft's edits, for the pages of drafts."""

from django import template

from manuscripts.models import Draft
from reviews.edit_lines import EditLine, lines_of
from reviews.settling import Waiting, edits_waiting

register = template.Library()


@register.simple_tag
def edit_lines(draft: Draft) -> list[EditLine]:
    """The edits of a draft that was made here, newest first; none for any other."""
    return lines_of(draft) if draft.working else []


@register.simple_tag
def edits_beside(draft: Draft) -> Waiting | None:
    """The edits of the working draft, while another draft waits to be opened."""
    return edits_waiting(draft) if draft.state == "ready" else None
