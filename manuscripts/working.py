"""The working draft: one draft at most, made here, that collects what the author writes and applies until it opens.

It begins as a copy of the open draft's placements. Every function that changes it is called in a transaction that
holds the manuscript's row (`hold`).
"""

import hashlib
import re

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from anchoring.text import canonical_text

from .changes import compare
from .errors import Refused, conflict
from .models import Draft, DraftSource, Manuscript, Placement, SectionText
from .rendering import Rendered, RenderError, render
from .shaping import as_places, placements

HEADING = re.compile(r"\s*<h([1-6])(?: [^>]*)?>(.*?)</h\1>", re.DOTALL)
PICTURE = re.compile(r"image:([0-9a-f]{64})")
NO_CHANGES: dict[str, list[str]] = {name: [] for name in ("added", "changed", "moved", "renamed", "removed")}
LONGEST = 5_000_000  # characters of one section's Markdown


def working_draft(manuscript: Manuscript) -> Draft | None:
    """The working draft that has not opened yet."""
    return manuscript.drafts.filter(working=True, state__in=["ready", "opening"]).first()


def hold(manuscript: Manuscript) -> Manuscript:
    """Waits for whoever changes the manuscript's drafts now. In the caller's transaction."""
    return Manuscript.objects.select_for_update().get(pk=manuscript.pk)


def begun(manuscript: Manuscript) -> Draft:
    """The working draft, made from the open draft where there is none. The manuscript is held.

    Raises Refused (409): `opening` while it is being opened, `no_open_draft` where nothing was opened yet.
    """
    draft = working_draft(manuscript)
    if draft is not None:
        return must_be_ready(draft)
    base = manuscript.open_draft
    if base is None:
        raise conflict("no_open_draft", _("Nothing is open yet: upload the draft again instead."))
    draft = Draft.objects.create(
        manuscript=manuscript,
        number=free_number(manuscript),
        state="ready",
        working=True,
        changes={"against": base.number, **NO_CHANGES},
    )
    copy_placements(base, draft)
    return draft


def must_be_ready(draft: Draft) -> Draft:
    """The draft again; 409 `opening` where it no longer takes changes."""
    if draft.state != "ready":
        raise conflict("opening", _("The working draft is being opened. Try again in a moment."))
    return draft


def free_number(manuscript: Manuscript) -> int:
    """The number that the next draft gets."""
    return (manuscript.drafts.order_by("-number").values_list("number", flat=True).first() or 0) + 1


def copy_placements(base: Draft, draft: Draft, texts: dict[int, Placement] | None = None) -> None:
    """Gives `draft` the placements of `base` instead of its own; `texts` are placements, by section, whose words and
    titles are kept."""
    kept = texts or {}
    rows = []
    for row in base.placements.all():
        own = kept.get(row.section_id)
        if own is not None:
            row.text_id, row.title = own.text_id, own.title
            if row.position == 1:
                row.chapter_title = own.chapter_title
        row.pk, row.draft, row._state.adding = None, draft, True
        rows.append(row)
    titles = {row.chapter_id: row.chapter_title for row in rows if row.position == 1}
    for row in rows:
        row.chapter_title = titles.get(row.chapter_id, row.chapter_title)
    draft.placements.all().delete()
    Placement.objects.bulk_create(rows, batch_size=500)
    sources = dict.fromkeys(row.source_id for row in rows if row.source_id)
    DraftSource.objects.filter(draft=draft).delete()
    DraftSource.objects.bulk_create(
        [DraftSource(draft=draft, source_id=pk, position=position) for position, pk in enumerate(sources, start=1)]
    )


def tell_changes(draft: Draft) -> None:
    """Writes down what the working draft changes against the open one."""
    locked = Draft.objects.select_for_update().get(pk=draft.pk)
    base = draft.manuscript.open_draft
    told = compare(as_places(placements(base)), as_places(placements(draft)))
    locked.changes = {**locked.changes, "against": base.number if base else None, **told}
    locked.save(update_fields=["changes"])


def editable_place(manuscript: Manuscript, key: str) -> Placement | None:
    """Where the section stands in what an edit would change: the working draft, else the open one."""
    draft = working_draft(manuscript) or manuscript.open_draft
    if draft is None:
        return None
    rows = draft.placements.select_related("section", "chapter", "text", "draft", "source", "discipline")
    return rows.filter(section__key=key).first()


# Words


def check_markdown(markdown: str) -> str:
    """The Markdown of a section, judged before any work. Raises Refused naming the field."""
    if not markdown.strip():
        raise Refused("required", _("A section cannot be empty."), field="markdown")
    if len(markdown) > LONGEST:
        raise Refused("too_big", _("This is too long for one section."), status=413, field="markdown")
    return markdown


def rendered(markdown: str) -> Rendered:
    """The Markdown rendered in a child process. Raises Refused (400 `render_...`)."""
    (result,) = render([markdown])
    if isinstance(result, RenderError):
        raise Refused("render_" + result.code, result.reason, field="markdown")
    return result


def kept_text(manuscript: Manuscript, markdown: str, made: Rendered) -> SectionText:
    """The row of these words: the one that is there, or a new one."""
    text, new = SectionText.objects.get_or_create(
        manuscript=manuscript,
        sha256=hashlib.sha256(markdown.encode()).hexdigest(),
        defaults={"markdown": markdown, "html": made.html, "text": made.text, "words": made.words},
    )
    if new:
        text.images.set(manuscript.images.filter(sha256__in=set(PICTURE.findall(markdown))))
    return text


def put_text(placement: Placement, text: SectionText) -> None:
    """Lets other words stand at a placement, with the title of their heading line.

    Raises Refused (400 `too_many_words`) where the draft outgrew what one may hold.
    """
    placement.text = text
    line = HEADING.match(text.html)
    title = " ".join(canonical_text(line.group(2)).split())[:500] if line else ""
    if title:
        placement.title = title
    placement.save(update_fields=["text", "title"])
    rows = Placement.objects.filter(draft=placement.draft_id)
    if title and placement.position == 1 and placement.chapter_position:
        rows.filter(chapter=placement.chapter_id).update(chapter_title=title)
    words = rows.aggregate(words=Sum("text__words"))["words"]
    if words > settings.MAX_WORDS:
        told = _("%(n)d words were found; %(most)d are allowed.") % {"n": words, "most": settings.MAX_WORDS}
        raise Refused("too_many_words", told, field="markdown")
