"""Empty tables after a test that committed: only those that hold rows, which are few."""

import time
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

#: Made by migrating, the same for every test.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
GOES, PAUSE = 8, 0.25  # a request may outlive its test for a moment, and write or hold what is being emptied; seconds


def empty_tables(_case: Any = None) -> None:
    """In place of Django's flush, which empties sixty tables and makes anew the permissions that nobody asks for."""
    for go in range(1, GOES + 1):
        try:
            return _empty()
        except (IntegrityError, OperationalError):
            if go == GOES:
                raise
            time.sleep(PAUSE * go)


def _empty() -> None:
    names = sorted(set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - KEPT)
    with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
        quoted = [connection.ops.quote_name(name) for name in names]
        cursor.execute("SELECT " + ", ".join(f"EXISTS (SELECT 1 FROM {name})" for name in quoted))
        for name, held in zip(quoted, cursor.fetchone(), strict=True):
            if held:
                cursor.execute(f"DELETE FROM {name}")
