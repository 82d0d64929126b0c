"""Makes Celery's app the one that tasks belong to, in every process that has Django."""

from django.apps import AppConfig


class HouseConfig(AppConfig):
    """The app around all others; it has commands and no tables."""

    name = "config"

    def ready(self) -> None:
        """Load config/celery.py."""
        from config import celery  # noqa: F401
