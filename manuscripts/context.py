"""What every template knows."""

from django.conf import settings


def page(request) -> dict:
    """`actor`, and whether mail is set up (`mail_is_set_up`)."""
    return {"actor": getattr(request, "actor", None), "mail_is_set_up": settings.MAIL_IS_SET_UP}
