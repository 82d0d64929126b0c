"""What changed in a chapter since it was last read, for the marks in its text."""

from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from .as_it_was import drafts_to_read
from .chapter_changes import ChapterChanges, chapter_changes
from .room import draft_to_read, manuscript_to_read, open_room
from .since import notes_followed, since_of
from .views_reading import reader_zone


@require_GET
def read_changes(request: HttpRequest, slug: str, chapter: str) -> JsonResponse:
    """By text id what changed in it since the reader last read the chapter, a sentence, and the sections that went to
    other chapters with their addresses; 404 where nothing did."""
    manuscript = manuscript_to_read(request.actor, slug)
    drafts = drafts_to_read(request.actor, manuscript, chapter)
    room = open_room(request.actor, draft_to_read(request.actor, manuscript, None, drafts), chapter)
    since = since_of(request.actor, room, drafts, reader_zone(request, manuscript))
    if since is None:
        raise Http404(_("Nothing changed here since it was last read."))
    found = chapter_changes(request.actor, room, since)
    return JsonResponse(
        {
            "told": told(found, notes_followed(room, since)),
            "passages": found.passages,
            "went": found.went,
            "marks": found.marks,
        }
    )


def told(found: ChapterChanges, followed: int) -> str:
    """How much changed, in a sentence or two, and how many of the reader's own notes were `followed`."""
    said = []
    if found.passages:
        sentence = ngettext("%d passage has changed since.", "%d passages have changed since.", found.passages)
        said.append(sentence % found.passages)
    if followed:
        sentence = ngettext("%(n)d of your notes changed it.", "%(n)d of your notes changed it.", followed)
        said.append(sentence % {"n": followed})
    if found.too_much:
        said.append(_("Too much changed to show it here word by word."))
    for title in found.removed:
        said.append(_("Removed: “%s”.") % title)
    if not said and not found.went and not found.marks:
        said.append(_("Its order has changed since."))
    return " ".join(said)
