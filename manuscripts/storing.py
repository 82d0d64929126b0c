"""Writing a draft's shape into rows: texts once for the same words, keys once for ever, pictures by their hash."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from .formats import ConversionFailed, Document, Picture
from .keeping import hold_files, store_bytes
from .models import (
    Chapter,
    Draft,
    DraftBlocks,
    Image,
    Manuscript,
    Placement,
    Section,
    SectionText,
)
from .rendering import Rendered, RenderError, render
from .shaping import Shape, ShapedSection

BATCH = 25  # sections rendered between two looks at whether to stop


class KeysMinted(Exception):
    """Another draft of the manuscript has minted chapter keys since the shape was made."""


def rendered_texts(manuscript: Manuscript, found: Shape, stop: Callable[[], None]) -> dict[str, Rendered]:
    """The rendered text of each section that the manuscript does not hold yet, by hash.

    `stop` is called between batches and may raise. Raises ConversionFailed where a section cannot be rendered.
    """
    wanted = {section.sha256: section for section in found.sections() if section.kept is None}
    known = set(manuscript.texts.filter(sha256__in=list(wanted)).values_list("sha256", flat=True))
    missing = [section for sha256, section in wanted.items() if sha256 not in known]
    texts: dict[str, Rendered] = {}
    for begin in range(0, len(missing), BATCH):
        stop()
        batch = missing[begin : begin + BATCH]
        for section, result in zip(batch, render([s.markdown for s in batch]), strict=True):
            if isinstance(result, RenderError):
                told = _("“%(title)s” cannot be shown. %(reason)s") % {"title": section.title, "reason": result.reason}
                raise ConversionFailed("render_" + result.code, told)
            texts[section.sha256] = result
    return texts


def store_pictures(pictures: dict[str, Picture]) -> None:
    """Keep the bytes of pictures. Before the transaction: a file without a row does no harm."""
    for sha256, picture in pictures.items():
        store_bytes(settings.IMAGES_DIR, picture.data, sha256)


def store_shape(
    draft: Draft,
    found: Shape,
    texts: dict[str, Rendered],
    documents: Sequence[Document] | None,
    pictures: dict[str, Picture],
) -> None:
    """Write everything and make the draft ready. In the caller's transaction, the draft's row locked.

    `documents` None leaves what was read as it is. Raises KeysMinted.
    """
    manuscript = Manuscript.objects.select_for_update().get(pk=draft.manuscript_id)
    if manuscript.next_chapter_key != found.seen_next:
        raise KeysMinted
    images = _image_rows(manuscript, pictures)
    rows = _text_rows(manuscript, found, texts, images)
    draft.placements.all().delete()
    _place(draft, manuscript, found, rows)
    manuscript.next_chapter_key = found.next_chapter
    manuscript.save(update_fields=["next_chapter_key"])
    _store_read(draft, found, documents)
    draft.problems = [p.as_json() for p in found.problems] + _document_problems(draft, documents)
    draft.changes = found.changes
    draft.state = "ready"
    draft.save(update_fields=["problems", "changes", "state"])
    if pictures:
        hold_files()
        store_pictures(pictures)  # again, where another took them away meanwhile


def _image_rows(manuscript: Manuscript, pictures: dict[str, Picture]) -> dict[str, Image]:
    Image.objects.bulk_create(
        [
            Image(manuscript=manuscript, sha256=sha, media_type=p.media_type, width=p.width, height=p.height)
            for sha, p in pictures.items()
        ],
        ignore_conflicts=True,
    )
    return {image.sha256: image for image in manuscript.images.all()}


def _text_rows(
    manuscript: Manuscript, found: Shape, texts: dict[str, Rendered], images: dict[str, Image]
) -> dict[str, SectionText]:
    sections = {section.sha256: section for section in found.sections() if section.kept is None}
    SectionText.objects.bulk_create(
        [
            SectionText(
                manuscript=manuscript,
                sha256=sha256,
                markdown=sections[sha256].markdown,
                html=made.html,
                text=made.text,
                words=made.words,
            )
            for sha256, made in texts.items()
        ],
        batch_size=100,
        ignore_conflicts=True,
    )
    rows = manuscript.texts.filter(sha256__in=list(sections)).only("pk", "sha256")
    by_hash = {row.sha256: row for row in rows}
    through = SectionText.images.through
    through.objects.bulk_create(
        [
            through(sectiontext_id=by_hash[sha256].pk, image_id=images[image].pk)
            for sha256, section in sections.items()
            for image in set(section.images)
            if image in images
        ],
        ignore_conflicts=True,
    )
    return by_hash


def _place(draft: Draft, manuscript: Manuscript, found: Shape, texts: dict[str, SectionText]) -> None:
    chapter_keys = [chapter.key for chapter in found.chapters]
    section_keys = [section.key for section in found.sections()]
    Chapter.objects.bulk_create([Chapter(manuscript=manuscript, key=k) for k in chapter_keys], ignore_conflicts=True)
    Section.objects.bulk_create([Section(manuscript=manuscript, key=k) for k in section_keys], ignore_conflicts=True)
    chapters = dict(manuscript.chapters.filter(key__in=chapter_keys).values_list("key", "pk"))
    sections = dict(manuscript.sections.filter(key__in=section_keys).values_list("key", "pk"))
    disciplines = dict(manuscript.disciplines.values_list("slug", "pk"))
    sources = list(draft.sources.order_by("draftsource__position").values_list("pk", flat=True))

    def source_of(section: ShapedSection) -> int | None:
        if section.kept is not None:
            return section.kept.source_id
        return sources[section.source] if section.source < len(sources) else None

    Placement.objects.bulk_create(
        [
            Placement(
                draft=draft,
                section_id=sections[section.key],
                chapter_id=chapters[chapter.key],
                chapter_position=chapter.position,
                chapter_title=chapter.title[:500],
                position=position,
                title=section.title[:500],
                discipline_id=disciplines.get(section.discipline or ""),
                text_id=section.kept.text_id if section.kept else texts[section.sha256].pk,
                source_id=source_of(section),
            )
            for chapter in found.chapters
            for position, section in enumerate(chapter.sections, start=1)
        ],
        batch_size=500,
    )


def _store_read(draft: Draft, found: Shape, documents: Sequence[Document] | None) -> None:
    """Keep what was read, where each section begins in it, and what to ask."""
    read, _made = DraftBlocks.objects.get_or_create(draft=draft, defaults={"blocks": {}})
    kept = read.blocks if isinstance(read.blocks, dict) else {}
    if documents is not None:
        kept["documents"] = [document.as_json() for document in documents]
    kept["at"] = {section.key: section.at for section in found.sections() if section.at}
    kept["questions"] = [question.as_json() for question in found.questions]
    kept["title"] = found.title
    read.blocks = kept
    read.save()


def _document_problems(draft: Draft, documents: Sequence[Document] | None) -> list[dict]:
    if documents is None:
        documents = [Document.from_json(d) for d in draft.read.blocks.get("documents", [])]
    several = len(documents) > 1
    result = []
    for document in documents:
        for problem in document.problems:
            line = problem.as_json()
            if several:
                line["detail"] = f"{document.name}: {line['detail']}"
            result.append(line)
    return result
