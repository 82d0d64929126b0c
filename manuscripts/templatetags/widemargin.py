"""Template tags of the whole site: icons and disciplines."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html

from manuscripts.permissions import can

register = template.Library()


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
