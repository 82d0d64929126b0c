from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self) -> None:
        from . import permissions  # noqa: F401  (adds this app's rows to the table)
