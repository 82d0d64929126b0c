"""WCAG 2.2 contrast of every pair of colour tokens that meet, light and dark, computed from the style sheets."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[1] / "static" / "css"
COLOUR = r"light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)"
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(rf"--([\w-]+):\s*{COLOUR}", (CSS / "tokens.css").read_text())
}
THEMES = ("light", "dark")
TEXT, EDGE, MARKED, BAR = 4.5, 3.0, 7.0, 1.9  # least ratios; a mark's words are read through its fill

SURFACES = ("desk", "paper", "raised", "sunken")
MARKS = ("comment", "comment-on", "suggest", "valuable", "confusing", "slow", "disagree", "missing", "experience")
UNDERLINES = {
    "comment": "ul-comment", "suggest": "accent", "valuable": "good", "confusing": "warn", "slow": "ink-3",
    "disagree": "stop", "missing": "ink-2", "experience": "ink-2",
}  # fmt: skip


def pairs() -> dict[tuple[str, str], float]:
    """(foreground, background) → the least ratio."""
    found: dict[tuple[str, str], float] = {}
    for surface in SURFACES:
        for ink in ("ink", "ink-2", "ink-3", "accent", "accent-strong", "good", "warn", "stop"):
            found[ink, surface] = TEXT
        for edge in ("rule-strong", "focus"):
            found[edge, surface] = EDGE
    for wash in ("accent", "good", "warn", "stop"):
        for ink in (wash, "ink", "ink-2"):
            found[ink, f"{wash}-wash"] = TEXT
    for ink, behind in (("ins", "ins-wash"), ("del", "del-wash"), ("ins", "raised"), ("del", "raised")):
        found[ink, behind] = TEXT
    for mark in MARKS:
        found["ink", f"hl-{mark}"] = MARKED
    for mark, line in UNDERLINES.items():
        found[line, "paper" if line == "ul-comment" else f"hl-{mark}"] = EDGE
    for step in range(1, 6):
        found[f"heat-{step}-ink", f"heat-{step}"] = TEXT
    for step in range(2, 5):
        found[f"dens-{step}", "paper"] = BAR
    for ink, behind in used_together():
        found.setdefault((ink, behind), TEXT)
    return found


def used_together() -> set[tuple[str, str]]:
    """The tokens that one rule of any style sheet sets as colour and background."""
    together = set()
    for path in sorted(CSS.glob("*.css")):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
        for body in re.findall(r"\{([^{}]*)\}", text):
            ink = re.search(r"(?:^|;)\s*color:\s*var\(--([\w-]+)\)", body)
            behind = re.search(r"(?:^|;)\s*background(?:-color)?:\s*var\(--([\w-]+)\)", body)
            if ink and behind and {ink[1], behind[1]} <= TOKENS.keys():
                together.add((ink[1], behind[1]))
    return together


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
def test_every_pair_can_be_read(theme):
    at = THEMES.index(theme)
    low = {
        (ink, behind): round(ratio, 2)
        for (ink, behind), least in pairs().items()
        if (ratio := contrast(TOKENS[ink][at], TOKENS[behind][at])) < least
    }
    assert low == {}


def test_pairs_in_use_are_found_in_the_style_sheets():
    """The control: an often used pair is seen, and not only those listed here."""
    assert {("on-accent", "accent"), ("paper", "ink")} <= used_together()
