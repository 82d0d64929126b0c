"""Every address of the site: the URLconf walked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver
from django.urls.resolvers import URLResolver

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@dataclass(frozen=True)
class Pattern:
    """One address: its name (`api:thread`; the pattern itself where it has none) and the words it is made of."""

    name: str
    words: tuple[str, ...]


def _walk(resolver: URLResolver, spaces: tuple[str, ...], words: tuple[str, ...]) -> Iterator[Pattern]:
    for entry in resolver.url_patterns:
        inside = words + tuple(entry.pattern.converters)
        if isinstance(entry, URLPattern):
            name = ":".join((*spaces, entry.name)) if entry.name else str(entry.pattern)
            yield Pattern(name, inside)
        else:
            yield from _walk(entry, (*spaces, entry.namespace) if entry.namespace else spaces, inside)


def patterns() -> list[Pattern]:
    """All of them, in their order."""
    return list(_walk(get_resolver(), (), ()))


PATTERNS: dict[str, Any] = {pattern.name: pattern for pattern in patterns()}
