"""Settings, URLs, servers and the clock of Widemargin."""

from .celery import app as celery_app

__all__ = ("celery_app",)
