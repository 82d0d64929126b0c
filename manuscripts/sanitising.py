"""What HTML may be in a section and in a note: the allow lists, applied by nh3, always last."""

import re
from typing import Any

import nh3

IMAGE = re.compile(r"image:[0-9a-f]{64}\Z")
FRAGMENT = re.compile(r"#[A-Za-z0-9][A-Za-z0-9_.:-]*\Z")
LINK = re.compile(r"(?:https?://|mailto:)[^\s]+\Z", re.IGNORECASE)

# MathML Core as latex2mathml writes it: no maction, semantics, annotation, href, style or event.
MATHML = {
    "math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "ms", "mfrac", "msqrt", "mroot", "msub", "msup", "msubsup",
    "munder", "mover", "munderover", "mmultiscripts", "mprescripts", "none", "mtable", "mtr", "mtd", "mstyle",
    "mpadded", "mphantom", "menclose", "merror", "mfenced",
}  # fmt: skip
MATHML_ATTRIBUTES = {
    "display", "mathvariant", "stretchy", "fence", "form", "separator", "accent", "accentunder", "lspace", "rspace",
    "minsize", "maxsize", "symmetric", "largeop", "movablelimits", "linethickness", "columnalign", "columnspacing",
    "rowspacing", "columnlines", "rowlines", "width", "height", "depth", "displaystyle", "scriptlevel", "notation",
}  # fmt: skip
BLOCKS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "td", "th", "dt", "dd", "li", "figcaption"}
SECTION_TAGS = (
    BLOCKS
    | MATHML
    | {"em", "strong", "del", "code", "a", "abbr", "sup", "br", "hr", "img", "span"}
    | {"ul", "ol", "dl", "blockquote", "figure", "section", "table", "thead", "tbody", "tr"}
)
SECTION_ATTRIBUTES: dict[str, set[str]] = {
    **{tag: set(MATHML_ATTRIBUTES) for tag in MATHML},
    **{tag: {"data-b"} for tag in BLOCKS},
    "li": {"data-b", "id"},
    "a": {"href", "role", "aria-label", "data-n"},
    "sup": {"id"},
    "abbr": {"title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "section": {"role"},
}
SECTION_CLASSES = {
    "a": {"fn-ref", "fn-back"},
    "sup": {"fn"},
    "section": {"footnotes"},
    "figure": {"no-image"},
    "span": {"inline-figure", "caption", "no-image", "formula"},
    "td": {"left", "right", "center"},
    "th": {"left", "right", "center"},
    "code": {"math"},
}
ROLES = {"doc-noteref", "doc-backlink", "doc-endnotes"}


def _section_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if LINK.match(value) or FRAGMENT.match(value) else None
    if name == "src":
        return value if IMAGE.match(value) else None
    if name == "role":
        return value if value in ROLES else None
    return value


def _note_attribute(tag: str, name: str, value: str) -> str | None:
    return value if name != "href" or LINK.match(value) else None


def _cleaner(**options: Any) -> nh3.Cleaner:
    return nh3.Cleaner(link_rel="noopener noreferrer", strip_comments=True, **options)


_section = _cleaner(
    tags=SECTION_TAGS,
    attributes=SECTION_ATTRIBUTES,
    allowed_classes=SECTION_CLASSES,
    attribute_filter=_section_attribute,
    url_schemes={"http", "https", "mailto", "image"},
)
_note = _cleaner(
    tags={"p", "br", "em", "strong", "code", "pre", "ul", "ol", "li", "a"},
    attributes={"a": {"href"}},
    attribute_filter=_note_attribute,
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)


def clean_section(html: str) -> str:
    """Section HTML with nothing but what the allow list holds. Links: http, https, mailto, #fragment."""
    return _section.clean(html)


def clean_note(html: str) -> str:
    """Note HTML: paragraphs, emphasis, lists, links and code, nothing else."""
    return _note.clean(html)
