"""What is looked for on a page as it stands in a browser: axe, words that are cut or lie on others, small targets."""

from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from tests.test_contrast import contrast, pairs

SCRIPT = (Path(__file__).parent / "state_checks.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: target-size is off in axe unless asked for.
ALL = {"resultTypes": ["violations"], "runOnly": TAGS, "rules": {"target-size": {"enabled": True}}}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
TOUCH, MOUSE = 44, 24  # px: the least side of a target for a finger and, as WCAG 2.2 has it, at all
_AXE = Axe().axe_script


def look(page: Any, touch: bool) -> list[str]:
    """All findings on the page, one sentence each."""
    page.evaluate(SCRIPT)
    return [*page.evaluate("size => looked(size)", TOUCH if touch else MOUSE), *violations(page, ALL)]


def look_at_colours(page: Any) -> list[str]:
    """What the colours of the theme that shows leave to be wished for, token pairs of the whole product included."""
    return [*violations(page, COLOURS), *low_pairs(page)]


def look_for_motion(page: Any) -> list[str]:
    page.evaluate(SCRIPT)
    return list(page.evaluate("lookedForMotion()"))


def look_in_forced_colours(page: Any) -> list[str]:
    """Colours are the system's then: what is left to look for is what says something by its background alone."""
    page.evaluate(SCRIPT)
    return list(page.evaluate("lookedInForcedColours()"))


def violations(page: Any, options: dict[str, Any]) -> list[str]:
    """Rule and place of everything axe objects to."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    nodes = [(rule["id"], node) for rule in found for node in rule["nodes"]]
    return [f"axe {rule}: {node['html'][:110]}" for rule, node in nodes if not _is_false(rule, node)]


def _is_false(rule: str, node: dict[str, Any]) -> bool:
    """Alarms without a fire."""
    if rule == "heading-order":
        return "opblock-tag" in node["html"]  # Swagger UI leaves a level out; its headings are its own script's
    if rule != "target-size":
        return False
    # Labels belong to the target, what covers it now moves off when the page is scrolled: state_checks.js sees both.
    return node["html"].startswith("<input") or "obscured" in node["failureSummary"]


def low_pairs(page: Any) -> list[str]:
    """Pairs of colour tokens that meet, computed as the browser shows them now, that are below their ratio."""
    if not page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--ink')"):
        return []  # a page with a style sheet of its own: the description of the API
    wanted = pairs()
    names = sorted({name for pair in wanted for name in pair})
    shown = page.evaluate(
        """names => { const at = document.createElement('i'); document.body.append(at);
        const found = names.map((name) => { at.style.color = `var(--${name})`; return getComputedStyle(at).color; });
        at.remove(); return found; }""",
        names,
    )
    colours = {name: _hex(value) for name, value in zip(names, shown, strict=True)}
    low = []
    for (ink, behind), least in wanted.items():
        ratio = contrast(colours[ink], colours[behind])
        if ratio < least:
            low.append(f"contrast {ratio:.2f} of {ink} on {behind}, {least} is needed")
    return low


def _hex(colour: str) -> str:
    """`rgb(1, 2, 3)` as #010203."""
    return "#" + "".join(f"{int(part):02x}" for part in colour[4:-1].split(","))
