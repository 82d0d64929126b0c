"""Books for tests, made straight from Markdown: no files, no import."""

import hashlib
from functools import cache
from typing import Any

from accounts.models import User
from manuscripts.manuscripts import make_manuscript
from manuscripts.models import Chapter, Draft, Manuscript, Membership, Placement, Section, SectionText
from manuscripts.permissions import Actor
from manuscripts.rendering import Rendered, render
from reviews.rounds import round_in_preparation

Sections = list[tuple[str, str | None, str]]  # key, discipline slug, Markdown


@cache
def rendered(markdown: str) -> Rendered:
    """Rendered once for all tests of a process: each rendering starts a child."""
    (result,) = render([markdown])
    assert isinstance(result, Rendered)
    return result


def make_text(manuscript: Manuscript, markdown: str) -> SectionText:
    """The rendered text of that Markdown; the same row for the same words."""
    sha256 = hashlib.sha256(markdown.encode()).hexdigest()
    found = SectionText.objects.filter(manuscript=manuscript, sha256=sha256).first()
    if found:
        return found
    result = rendered(markdown)
    return SectionText.objects.create(
        manuscript=manuscript,
        sha256=sha256,
        markdown=markdown,
        html=result.html,
        text=result.text,
        words=result.words,
    )


def make_draft(manuscript: Manuscript, chapters: dict[str, tuple[str, Sections]], state: str = "ready") -> Draft:
    """A draft of {chapter key: (title, sections)}; `front` is the front matter."""
    number = manuscript.drafts.count() + 1
    draft = Draft.objects.create(manuscript=manuscript, number=number, state=state, fingerprint=f"{number:064}")
    position = 0
    for key, (title, sections) in chapters.items():
        position = 0 if key == "front" else position + 1
        chapter, _ = Chapter.objects.get_or_create(manuscript=manuscript, key=key)
        for place, (section_key, slug, markdown) in enumerate(sections, start=1):
            section, _ = Section.objects.get_or_create(manuscript=manuscript, key=section_key)
            heading = markdown.splitlines()[0].lstrip("# ") if markdown.startswith("#") else ""
            Placement.objects.create(
                draft=draft,
                section=section,
                chapter=chapter,
                chapter_position=position,
                chapter_title=title,
                position=place,
                title=heading,
                discipline=manuscript.disciplines.get(slug=slug) if slug else None,
                text=make_text(manuscript, markdown),
            )
    return draft


def open_at_once(draft: Draft, number: int = 1, **modes: str) -> Draft:
    """Opens a first draft without a job."""
    round_ = round_in_preparation(draft.manuscript)
    round_.state, round_.number = "running", number
    for name, value in modes.items():
        setattr(round_, name, value)
    round_.save()
    draft.round, draft.label, draft.state = round_, str(number), "open"
    draft.save()
    return draft


def make_author(email: str = "ada@example.org", name: str = "Ada Lindqvist") -> User:
    return User.objects.create_user(email, name=name, is_author=True)


def make_reader(manuscript: Manuscript, name: str, *slugs: str, role: str = "reviewer", **fields: Any) -> Membership:
    """A reader with an account, of those disciplines, with the next pseudonym."""
    email = f"{name.lower().replace(' ', '.')}@example.org"
    user = User.objects.by_email(email) or User.objects.create_user(email, name=name)
    disciplines = list(manuscript.disciplines.filter(slug__in=slugs))
    number = manuscript.memberships.count()
    member = Membership.objects.create(
        manuscript=manuscript,
        user=user,
        name=name,
        email=email,
        role=role,
        pseudonym_discipline=disciplines[0] if disciplines else None,
        pseudonym_number=number,
        **fields,
    )
    member.disciplines.set(disciplines)
    return member


def actor_of(member: Membership) -> Actor:
    """Someone signed in with the member's account."""
    return Actor(user=member.user)


BOOK: dict[str, tuple[str, Sections]] = {
    "c1": (
        "The handover",
        [
            ("c1-1", None, "# The handover\n\nNobody owns the **night** shift. 👩‍🚒 The pager does.\n\nWho is awake?"),
            ("c1-ops", "it-operations", "## For operations\n\nKeep a list of what wakes you."),
        ],
    ),
    "c2": (
        "The promise",
        [
            ("c2-1", None, "# The promise\n\nA change is a promise.\n\n| when | who |\n|---|---|\n| noon | Ruth |\n"),
            ("c2-sec", "information-security", "## For security\n\nAsk what each door can reach."),
        ],
    ),
}


def make_book(author: User | None = None, **modes: str) -> Draft:
    """The open first draft of a small book: two chapters, a section for operations and one for security."""
    manuscript = make_manuscript(author or make_author(), "The Night Shift")
    return open_at_once(make_draft(manuscript, BOOK), **modes)
