"""What a report is made from: one consistent picture of a manuscript, as plain values.

`collecting.py` fills these from the database in a fixed number of queries; `findings.py` reads nothing else.
Disciplines are given by slug with merges already resolved. Times are RFC 3339 in UTC, so that they sort as text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Discipline:
    """A discipline that is in use; the order of the list is the value stream's."""

    slug: str
    code: str
    name: str
    span: str = "along"


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the manuscript. `name` is the real one; who may see it is decided in the findings."""

    id: str
    name: str
    pseudonym: str = ""
    role: str = "reviewer"
    disciplines: tuple[str, ...] = ()
    sphere: str = ""
    years: int | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the draft. `asked` is false for front matter and chapters of one discipline's section."""

    key: str
    title: str
    position: int
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the draft; `discipline` is empty for one that is for everyone. `length` in code points.

    `text` is the id of its words, `uploaded` that of the words the file `source` (an id) came with: another one where
    something was written here since. Words never change under their id. 0 and empty: not known.
    """

    key: str
    chapter: str
    title: str
    position: int
    discipline: str = ""
    length: int = 0
    text: int = 0
    uploaded: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that sections of the draft come from; its bytes never change."""

    id: str
    format: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Review:
    """One member's part in the round: invited, opened, started, submitted or declined; chapters they have read.
    `present` is false for someone who was taken out since: what they said stays, but they are no longer asked."""

    member: str
    state: str
    read: frozenset[str] = frozenset()
    present: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was asked. `code` marks the founding three: value, makes_sense, improve. One that is `retired`
    is asked no more; answers given before stand. `chapters` and `disciplines`: keys and slugs of those it is asked of;
    None: all."""

    id: str
    kind: str
    text: str
    code: str = ""
    scopes: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    position: int = 0
    chapters: tuple[str, ...] | None = None
    disciplines: tuple[str, ...] | None = None
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in the voice of one discipline. `key` is a chapter's or section's, empty for the book.

    `value` is 1-5 or "cannot_judge" for a rating, yes/partly/no for a verdict, an option for a choice, else None.
    Only an answer that `stands` counts. `promise` is the anonymity it was given under: named, peers or all.
    """

    id: str
    member: str
    question: str
    scope: str
    key: str = ""
    discipline: str = ""
    value: int | str | None = None
    words: str = ""
    stands: bool = True
    draft: str = ""
    updated: str = ""
    promise: str = "peers"
    via: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A message below the first in a thread."""

    member: str
    body: str
    created: str = ""
    promise: str = "peers"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thread with the place where it stands in the draft of the report.

    `before`, `quote`, `after` are words of the canonical text; `start` counts code points in the section's text
    and is None for a note on a whole section, chapter or the book, and for a detached one. `replaced` holds the
    quoted words a detached note was written on. `earlier`: it was written in a round before. `choice` is the author's
    for its words: pinned (quoted first), hidden (not quoted) or empty.
    """

    id: str
    member: str
    kind: str
    body: str
    discipline: str = ""
    scope: str = "section"
    chapter: str = ""
    section: str = ""
    reaction: str = ""
    replacement: str | None = None
    before: str = ""
    quote: str = ""
    after: str = ""
    start: int | None = None
    end: int | None = None
    fate: str = "kept"
    decision: str = ""
    reason: str = ""
    agreements: int = 0
    replies: tuple[Reply, ...] = ()
    visibility: str = "everyone"
    permission: str = "no"
    promise: str = "peers"
    via: str = ""
    created: str = ""
    earlier: bool = False
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Before:
    """The draft that the round before was about, and the answers that stood for it when it ended."""

    draft: int
    label: str
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole picture at one moment (`as_of`). Lists may come in any order: findings never depend on it,
    except `disciplines`, whose order is the value stream's. `merged`: for each discipline that went into another the
    slug of that one."""

    slug: str
    title: str
    as_of: str
    language: str = "en"
    time_zone: str = "UTC"
    authors: tuple[str, ...] = ()
    draft: int | None = None
    label: str = ""
    round: int | None = None
    visibility: str = "open"
    anonymity: str = "peers"
    others_sections: str = "open"
    opened: str = ""
    deadline: str = ""
    disciplines: tuple[Discipline, ...] = ()
    merged: Mapping[str, str] = field(default_factory=dict)
    members: tuple[Member, ...] = ()
    chapters: tuple[Chapter, ...] = ()
    sections: tuple[Section, ...] = ()
    sources: tuple[Source, ...] = ()
    reviews: tuple[Review, ...] = ()
    questions: tuple[Question, ...] = ()
    answers: tuple[Answer, ...] = ()
    remarks: tuple[Remark, ...] = ()
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """For whom a report is made and what goes in. None means everything.

    edition: "author" stays on the author's desk; "readers" and "publisher" leave the author team.
    names: names where they are known (author), where the reader allowed it (readers); never for a publisher.
    signed: the name below the covering note, of who made the report.
    paper: of files with pages, "a4" or "letter".
    since, until: bounds on when a note was written, RFC 3339 in UTC; `until` is exclusive.
    """

    edition: str = "author"
    names: bool = True
    disciplines: tuple[str, ...] | None = None
    chapters: tuple[str, ...] | None = None
    kinds: tuple[str, ...] | None = None
    decisions: tuple[str, ...] | None = None
    since: str = ""
    until: str = ""
    cover: str = ""
    signed: str = ""
    paper: str = "a4"
    author_only: bool = field(default=True)
