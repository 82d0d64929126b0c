"""Template tags of the whole site: icons, disciplines, ES modules."""

import re
from functools import lru_cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from manuscripts.permissions import can

register = template.Library()

IMPORTED = re.compile(r"""^(?:import|export)\b[^"';]*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


@register.simple_tag
def icon(name: str, label: str = "", extra: str = "") -> str:
    """The SVG icon `name` of static/icons.svg; decoration unless it has a `label`."""
    href = f"{static('icons.svg')}#i-{name}"
    css = f"i {extra}".strip()
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}"><use href="{}"/></svg>', css, label, href
        )
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true"><use href="{}"/></svg>', css, href)


@register.simple_tag
def disc(discipline, mine: bool = False) -> str:
    """A discipline's code in its box, its name as the title."""
    if discipline is None:
        return ""
    css = "disc mine" if mine else "disc"
    return format_html('<abbr class="{}" title="{}">{}</abbr>', css, discipline.name, discipline.code)


@register.simple_tag(takes_context=True)
def may(context, action: str, obj=None) -> bool:
    """Whether the person looking may do `action` to `obj`: for showing or leaving out a control."""
    return bool(can(context["actor"], action, obj))


@register.simple_tag
def modules(*paths: str) -> SafeString:
    """Starts these ES modules (paths below static/) and preloads all that they import: the page waits for one round
    trip, and not for one more with each import of an import. Raises ValueError for one that there is not."""
    return _scripts(paths) if settings.DEBUG else _remembered_scripts(paths)


def _scripts(paths: tuple[str, ...]) -> SafeString:
    imported = [each for path in paths for each in all_imports(path)]
    needed = [(static(path),) for path in dict.fromkeys(imported) if path not in paths]
    scripts = format_html_join("", '<script type="module" src="{}"></script>', [(static(path),) for path in paths])
    return scripts + format_html_join("", '<link rel="modulepreload" href="{}">', needed)


_remembered_scripts = lru_cache(maxsize=None)(_scripts)


def all_imports(path: str) -> list[str]:
    """The modules that one imports, and those that these import, each once, the nearest first."""
    found: dict[str, None] = {}
    nearest = [path]
    while nearest:
        imported = [each for module in nearest for each in _imports(module)]
        nearest = [each for each in dict.fromkeys(imported) if each not in found and each != path]
        found.update(dict.fromkeys(nearest))
    return list(found)


def _imports(path: str) -> list[str]:
    file = finders.find(path)
    if file is None:
        raise ValueError(f"There is no module {path}.")
    names = IMPORTED.findall(Path(file).read_text(encoding="utf-8"))
    return [normpath(join(dirname(path), name)) for name in names]
