"""How many were asked and how far they are: one count for the readers' page, the dashboard and the reports. Pure."""

from collections.abc import Iterable

COUNTED = ("asked", "opened", "reading", "finished", "declined")


def count_parts(states: Iterable[str]) -> dict[str, int]:
    """Of the states of some people's reviews: asked counts everyone, opened everyone who said yes and looked at this
    round's draft; reading, finished and declined where each is now."""
    found = list(states)
    return {
        "asked": len(found),
        "opened": sum(state in {"opened", "started", "submitted"} for state in found),
        "reading": found.count("started"),
        "finished": found.count("submitted"),
        "declined": found.count("declined"),
    }
