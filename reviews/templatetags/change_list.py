"""What pages of lower layers show of the change list."""

from typing import Any

from django import template

from manuscripts.models import Draft
from reviews.arriving import panel
from reviews.views_desk import cards_for

register = template.Library()


@register.inclusion_tag("reviews/_draft_change_list.html", takes_context=True)
def change_list_in(context: Any, draft: Draft) -> dict[str, Any]:
    """What of the change list a draft on its way in holds, with what to mark as changed in the form `opening`."""
    request = context["request"]
    makes = cards_for(request, draft.manuscript)
    return {"panel": panel(request.actor, draft, makes), "manuscript": draft.manuscript, "draft": draft}
