"""The working draft's edits, for the pages of drafts."""

from django import template

from manuscripts.models import Draft
from reviews.edit_lines import EditLine, lines_of

register = template.Library()


@register.simple_tag
def edit_lines(draft: Draft) -> list[EditLine]:
    """The edits of a draft that was made here, newest first; none for any other."""
    return lines_of(draft) if draft.working else []
