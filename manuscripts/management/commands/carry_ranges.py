"""`manage.py carry_ranges`: carries ranges from text to text, JSON lines in and out; needs no database."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from anchoring.align import align
from anchoring.carry import Range, carry


class Command(BaseCommand):
    help = (
        'Reads lines {"old_text", "new_text", "anchors": [{"start", "end"}, ...]} (offsets in code points) and answers '
        'each with one line: a list of {"start", "end"}, or null where the words are gone. Other keys are passed over.'
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for number, line in enumerate(sys.stdin.buffer, start=1):
            if not line.strip():
                continue
            try:
                answer = carried(line)
            except ValueError as error:
                raise CommandError(f"line {number}: {error}") from error
            self.stdout.write(json.dumps(answer))
            self.stdout.flush()


def carried(line: bytes) -> list[dict[str, int] | None]:
    """The answer to one line. Raises ValueError that says what is wrong with it."""
    try:
        case = json.loads(line)
    except ValueError as error:
        raise ValueError(f"this is no JSON: {error}") from error
    except RecursionError as error:
        raise ValueError("this JSON is too deep") from error
    if not isinstance(case, dict):
        raise ValueError("an object is wanted")
    old, new, anchors = case.get("old_text"), case.get("new_text"), case.get("anchors")
    if not isinstance(old, str) or not isinstance(new, str):
        raise ValueError("old_text and new_text are texts")
    if not isinstance(anchors, list):
        raise ValueError("anchors is a list")
    ranges = [_range(index, anchor, len(old)) for index, anchor in enumerate(anchors)]
    return [
        None if each.start is None or each.end is None else {"start": each.start, "end": each.end}
        for each in carry(align(old, new), ranges)
    ]


def _range(index: int, anchor: Any, length: int) -> Range:
    start, end = (anchor.get("start"), anchor.get("end")) if isinstance(anchor, dict) else (None, None)
    if type(start) is not int or type(end) is not int:
        raise ValueError(f"anchors[{index}]: start and end are whole numbers")
    if not 0 <= start < end <= length:
        raise ValueError(f"anchors[{index}]: {start}-{end} is no range of a text of {length} characters")
    return Range(start, end)
