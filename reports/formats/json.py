"""The snapshot itself: canonical JSON with the hash of its findings."""

from typing import Any

from reports.findings import canonical


def render(data: dict[str, Any], sha256: str) -> bytes:
    """`{"findings": ..., "sha256": hash of the canonical form of "findings"}`, one line, UTF-8."""
    return canonical({"findings": data, "sha256": sha256}) + b"\n"
