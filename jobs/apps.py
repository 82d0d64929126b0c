"""Background work: rows that say what is to be done, and the workers that do it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """The jobs app; its rows are the truth, the queue is only a bell."""

    name = "jobs"
    verbose_name = _("jobs")
    default_auto_field = "django.db.models.BigAutoField"
