"""The form in which every format arrives: a flat list of blocks, each with its words and its Markdown."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

NOTE = "\ufdd0"  # a noncharacter: `[^\ufdd0K]` in a block's Markdown refers to the K-th of its own `notes`
BLANKS = dict.fromkeys(range(0xFDD0, 0xFDF0))


@dataclass(slots=True)
class Block:
    """One block at the top level of a document.

    `kind`: heading, title, paragraph, list, quote, code, table, image, maths, rule, definitions. `plain` is what
    a reader sees, `markdown` the same in the subset that Widemargin renders; a heading's Markdown has no `#`.
    `level` is 1-6 for headings, else 0. `notes` holds the Markdown of the block's footnotes. `bold` says that
    the whole paragraph is set in bold, `size` its type size in points where the file tells (else 0).
    """

    kind: str
    plain: str
    markdown: str
    level: int = 0
    attributes: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    bold: bool = False
    size: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The fields that differ from their default."""
        return {key: value for key, value in asdict(self).items() if value or key in ("kind", "plain", "markdown")}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Block:
        """The block that `as_json` wrote."""
        return cls(**data)


@dataclass(slots=True)
class Problem:
    """Something the author should know. `severity` is warning, confirm or error; `section` a key or None."""

    code: str
    severity: str
    detail: str
    section: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As the API shows it."""
        return asdict(self)


@dataclass(slots=True)
class Document:
    """One converted file: its name without folders, its format, and what stands in it."""

    name: str
    format: str
    blocks: list[Block]
    abbreviations: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    source: int = 0  # index of the uploaded file it came from

    def as_json(self) -> dict[str, Any]:
        """All of it as plain JSON."""
        return {
            "name": self.name,
            "format": self.format,
            "blocks": [block.as_json() for block in self.blocks],
            "abbreviations": self.abbreviations,
            "problems": [problem.as_json() for problem in self.problems],
            "source": self.source,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Document:
        """The document that `as_json` wrote."""
        return cls(
            name=data["name"],
            format=data["format"],
            blocks=[Block.from_json(block) for block in data["blocks"]],
            abbreviations=data["abbreviations"],
            problems=[Problem(**problem) for problem in data["problems"]],
            source=data["source"],
        )


def word_count(text: str) -> int:
    """Words as a writer counts them: runs between white space that hold a letter or digit."""
    return sum(1 for word in text.split() if any(char.isalnum() for char in word))
