"""What every template knows."""

from django.conf import settings


def page(request) -> dict:
    """`actor`, the chosen `theme` (empty: as the system), and whether mail is set up
    (`mail_is_set_up`) and authors may make accounts (`sign_up_open`)."""
    theme = request.COOKIES.get("theme", "")
    return {
        "actor": getattr(request, "actor", None),
        "theme": theme if theme in {"light", "dark"} else "",
        "mail_is_set_up": settings.MAIL_IS_SET_UP,
        "sign_up_open": settings.SIGN_UP_OPEN,
    }
