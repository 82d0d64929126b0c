"""The control of the access matrix: a right that is given to everyone has to be noticed."""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from manuscripts import permissions

from .access_check import mismatches
from .access_matrix import Row
from .access_scene import Scene


def actions_asked(scene: Scene, row: Row) -> set[str]:
    """The actions of the permission table that come up while a row is put to the site."""
    asked: set[str] = set()
    original = permissions.TABLE
    permissions.TABLE = _Listening(original, asked)
    try:
        mismatches(scene, row)
    finally:
        permissions.TABLE = original
    return asked


class _Listening(dict):
    """A table that remembers which rows were looked up."""

    def __init__(self, table: dict[str, Any], asked: set[str]):
        super().__init__(table)
        self.asked = asked

    def __getitem__(self, action: str) -> Any:
        self.asked.add(action)
        return super().__getitem__(action)


def noticed(scene: Scene, action: str, candidates: Iterable[Row]) -> str:
    """The first thing the matrix notices when `action` is allowed to everyone; empty: nothing."""
    with_everyone = dict(permissions.TABLE) | {action: ((lambda actor, obj: True,), None)}
    return with_table(with_everyone, lambda: _first(scene, candidates))


def noticed_without_list(scene: Scene, action: str, candidates: Iterable[Row], module: str, name: str) -> str:
    """As `noticed`, where besides the queryset of that name leaves nothing out for anyone."""
    queryset: Any = getattr(import_module(module), name)
    original = queryset.visible_to
    queryset.visible_to = lambda self, actor: self.all()
    try:
        return noticed(scene, action, candidates)
    finally:
        queryset.visible_to = original


def with_table(table: dict[str, Any], run: Callable[[], str]) -> str:
    """`run()` while another permission table holds."""
    original = permissions.TABLE
    permissions.TABLE = table
    try:
        return run()
    finally:
        permissions.TABLE = original


def _first(scene: Scene, candidates: Iterable[Row]) -> str:
    for row in candidates:
        found = mismatches(scene, row, first_only=True)
        if found:
            return found[0]
    return ""
