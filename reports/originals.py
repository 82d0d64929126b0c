"""What a snapshot names by id or hash: words of sections, uploaded files, pictures. None of them ever changes."""

import base64
import re
from collections.abc import Iterable

from django.conf import settings

from manuscripts.models import Image, SectionText, Source
from manuscripts.working import PICTURE

TARGET = re.compile(rf"{PICTURE.pattern}(?=[)\s])")
MOST_PICTURES = 20 * 1024 * 1024  # bytes of all pictures that are put into one file


def texts(ids: Iterable[int]) -> dict[int, str]:
    """The canonical texts by id; the ids 0 and those not known are left out."""
    return _column("text", ids)


def markdowns(ids: Iterable[int]) -> dict[int, str]:
    """The Markdown of texts by id, with their pictures in it."""
    found = _column("markdown", ids)
    names = {name for markdown in found.values() for name in PICTURE.findall(markdown)}
    pictures = _pictures(names) if names else {}
    return {pk: TARGET.sub(lambda match: pictures.get(match[1], match[0]), markdown) for pk, markdown in found.items()}


def upload(sha256: str) -> bytes:
    """The bytes of an uploaded file. Raises OSError where it is lost."""
    return (settings.SOURCES_DIR / sha256).read_bytes()


def name_of(source: str) -> str:
    """The name that the uploaded file with that id came under."""
    return Source.objects.get(pk=source).name


def _column(name: str, ids: Iterable[int]) -> dict[int, str]:
    wanted = set(ids) - {0}
    return dict(SectionText.objects.filter(pk__in=wanted).values_list("pk", name)) if wanted else {}


def _pictures(names: set[str]) -> dict[str, str]:
    """Data addresses of pictures by their sha256, as many as may be."""
    found: dict[str, str] = {}
    left = MOST_PICTURES
    types = dict(Image.objects.filter(sha256__in=names).values_list("sha256", "media_type"))
    for name in sorted(types):
        path = settings.IMAGES_DIR / name
        if path.exists() and path.stat().st_size <= left:
            left -= path.stat().st_size
            found[name] = f"data:{types[name]};base64,{base64.b64encode(path.read_bytes()).decode()}"
    return found
