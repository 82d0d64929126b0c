"""Pictures of a manuscript: judged before they are decoded, and written anew without what cameras add."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from .blocks import Problem

MAX_PIXELS = 64_000_000
MAX_SIDE = 2_400  # pixels; more than any screen shows of a figure
MAX_IMAGES = 2_000
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


@dataclass(frozen=True)
class Picture:
    """One picture, clean. Width and height in pixels."""

    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int


class Unusable(Exception):
    """Why a picture is left out."""


def clean(data: bytes) -> Picture:
    """The picture without EXIF, GPS and comments, upright, at most 2,400 pixels a side.

    Raises Unusable. A picture is never decoded before its declared size was judged. Of a moving picture the
    first frame stays.
    """
    head = data[:1000].lstrip()
    if head.startswith((b"<?xml", b"<svg", b"<!")):
        raise Unusable(_("drawings in SVG are not shown"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=list(MEDIA_TYPES))
            kind = image.format or ""
            if image.width * image.height > MAX_PIXELS:
                raise Unusable(_("it is larger than 64 megapixels"))
            if kind == "JPEG":
                image.draft(None, (MAX_SIDE, MAX_SIDE))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            return _write(upright, kind)
    except Unusable:
        raise
    except Image.DecompressionBombError as error:
        raise Unusable(_("it is larger than 64 megapixels")) from error
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
        raise Unusable(_("only PNG, JPEG, GIF and WebP pictures are shown")) from error


def _write(image: Image.Image, kind: str) -> Picture:
    out = io.BytesIO()
    if kind == "GIF":
        kind = "PNG"
    if kind == "JPEG":
        image.convert("RGB").save(out, "JPEG", quality=88, optimize=True)
    elif kind == "WEBP":
        image.convert("RGBA" if image.has_transparency_data else "RGB").save(out, "WEBP", quality=88)
    else:
        mode = "RGBA" if image.has_transparency_data else "RGB"
        grey = image if image.mode in ("1", "L") else image.convert(mode)
        grey.info = {}
        grey.save(out, "PNG", optimize=False)
    return Picture(out.getvalue(), MEDIA_TYPES[kind], image.width, image.height)


class Album:
    """The pictures that one document may show. Answers to a target as it stands in the document.

    `folder` holds what pandoc took out of the document; `beside` the files that lie next to it in a zip, by path.
    """

    def __init__(self, folder: Path | None, beside: Mapping[str, bytes], base: str) -> None:
        self.folder = folder.resolve() if folder else None
        self.beside = beside
        self.base = PurePosixPath(base).parent
        self.pictures: dict[str, Picture] = {}
        self.problems: list[Problem] = []
        self._known: dict[str, str | None] = {}

    def place(self, target: str) -> str | None:
        """The SHA-256 of the picture that `target` means, or None where it cannot be shown."""
        if target not in self._known:
            self._known[target] = self._take(target)
        return self._known[target]

    def _take(self, target: str) -> str | None:
        shown = target if len(target) <= 60 else target[:57] + "…"
        try:
            data = self._find(target)
            if len(self.pictures) >= MAX_IMAGES:
                raise Unusable(_("there are too many pictures"))
            picture = clean(data)
        except Unusable as error:
            name = PurePosixPath(shown).name if self.folder else shown
            self.problems.append(
                Problem("image_dropped", "warning", _("Picture “%(name)s” is left out: %(reason)s.")
                        % {"name": name, "reason": str(error)})
            )  # fmt: skip
            return None
        sha = hashlib.sha256(picture.data).hexdigest()
        self.pictures[sha] = picture
        return sha

    def _find(self, target: str) -> bytes:
        if self.folder:
            # Pandoc names what it took out by an absolute path; only real files inside the folder count.
            path = Path(target)
            if path.is_absolute() and not path.is_symlink():
                real = path.resolve()
                if real.is_relative_to(self.folder / "media") and real.is_file():
                    return real.read_bytes()
        try:
            parts = urlsplit(target)
        except ValueError:
            raise Unusable(_("its address cannot be read")) from None
        if parts.scheme or parts.netloc or target.startswith("/"):
            raise Unusable(_("only pictures inside the file or beside it in the zip are shown"))
        wanted = _normal(self.base / unquote(parts.path))
        found = self.beside.get(wanted)
        if found is None:
            # LaTeX names pictures without their ending.
            ending = [name for name in self.beside if PurePosixPath(name).with_suffix("").as_posix() == wanted]
            found = self.beside[ending[0]] if len(ending) == 1 else None
        if found is None:
            raise Unusable(_("it does not lie beside the text in the upload"))
        return found


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            if parts:
                parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
