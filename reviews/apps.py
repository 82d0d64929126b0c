from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from . import permissions  # noqa: F401  (adds this app's rows to the table)
