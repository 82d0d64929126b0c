"""What a round can promise its readers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Visibility(models.TextChoices):
    """When readers see each other's notes on a chapter."""

    OPEN = "open", _("at once")
    AFTER_VERDICT = "after_verdict", _("after their own verdict on the chapter")
    NEVER = "never", _("never")


class Anonymity(models.TextChoices):
    """Who learns the names behind the notes."""

    NAMED = "named", _("everyone sees names")
    PEERS = "peers", _("readers see roles, the author sees names")
    ALL = "all", _("nobody sees names")


class OthersSections(models.TextChoices):
    OPEN = "open", _("open to read")
    CLOSED = "closed", _("closed")
