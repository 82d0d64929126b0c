"""What the API does by the clock."""

from celery import shared_task

from .idempotency import forget_old


@shared_task
def forget_idempotency_keys() -> None:
    """Once a day, for those who do not come back."""
    forget_old()
