"""Notes as the reading room and the reader's home show them, made from what `threads.present` returns.

One pass without queries: a chapter may hold several hundred notes, so all that a template would have to look up for
each of them (icons, dates, codes, sentences) is made here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from manuscripts.models import Discipline
from manuscripts.rendering import render_comment

from .live import note_stamp
from .models import Decision, Thread

MARKS = {"suggestion": "suggest", "too_slow": "slow"}  # of kinds and reactions that are called otherwise on the page
DECISION_ICONS = {
    "will_change": ("good", "half"),
    "changed": ("good", "check"),
    "no_change": ("idle", "x"),
    "later": ("idle", "clock"),
    "duplicate": ("idle", "dup"),
}
FATE_ICONS = {
    "edited": ("warn", "half"),
    "detached": ("stop", "detached"),
    "moved": ("idle", "right"),
    "placed": ("idle", "pin"),
}


SHORT = 2000  # characters of a message whose HTML is remembered


def comment_html(body: str) -> SafeString:
    """The HTML of a message, which `rendering` has made safe."""
    return _remembered_html(body) if len(body) < SHORT else SafeString(render_comment(body))


@lru_cache(maxsize=10_000)
def _remembered_html(body: str) -> SafeString:
    return SafeString(render_comment(body) if body else "")


@dataclass(slots=True)
class Message:
    """One comment of a note. `html` is made by `rendering.render_comment`."""

    id: Any
    name: str
    code: str
    discipline_name: str
    is_author: bool
    mine: bool
    html: SafeString
    body: str
    when: str
    iso: str
    edited: bool


@dataclass(slots=True)
class State:
    """A word with its shape: the class of its colour, its icon, its words."""

    tone: str
    icon: str
    words: str


@dataclass(slots=True)
class Card:
    """One note. `start` and `end` count code points of the text `text_id`; `mark` is the kind of line it draws.

    `happened` is what became of its words (edited, moved, detached, placed), `fate` and `fate_reason` how that is told.
    `changed`: `old` and `quote` are the same passage before and after; `before` and `after` stand beside it. `said`:
    what a reaction without words says, and of how many readers.
    `instead`: of words that are gone, what stands in their place. `place_at` is where it can be put elsewhere, by who
    may; `placed_before` whether what was last put by hand can be undone there.
    """

    id: Any
    stamp: str
    mark: str
    icon: str
    kind: str
    said: str
    head: Message
    replies: list[Message]
    text_id: Any
    start: int | None
    end: int | None
    near: int | None
    scope: str
    quote: str
    old: str
    new: str | None
    happened: str
    fate: State | None
    fate_reason: str
    changed: bool
    before: str
    after: str
    instead: str
    applied: str
    decision: State | None
    decided: str
    decision_reason: str
    duplicate_of: Any
    mine: bool
    agreed: bool
    following: bool
    names_me: bool
    agreements: int
    can: str
    discipline: str
    status: str
    withdrawn: bool
    foot: str
    told: str
    via: str
    where: str
    address: str
    place_at: str
    placed_before: bool


class Cards:
    """Makes cards for one person: `zone` is theirs, `titles` the chapters' by key where a card says its place."""

    def __init__(self, disciplines: list[Discipline], zone: str, titles: dict[str, str] | None = None):
        self.by_slug = {d.slug: d for d in disciplines}
        self.zone = ZoneInfo(zone)
        self.titles = titles or {}
        self.icons: dict[tuple[str, str], str] = {}
        self.kinds = {key: str(label) for key, label in [*Thread.KINDS, *Thread.REACTIONS]}
        self.decisions = {key: str(label) for key, label in Decision.KINDS}
        self.you, self.team_code = _("You"), _("AUTHOR")
        self.days: dict[date, tuple[str, str]] = {}
        self.feet: dict[tuple[int, bool, int], str] = {}
        self.today = timezone.now().astimezone(self.zone).date()

    def icon(self, name: str, label: str = "") -> str:
        if (name, label) not in self.icons:
            href = f"{static('icons.svg')}#i-{name}"
            self.icons[name, label] = format_html(
                '<svg class="i k" viewBox="0 0 24 24" role="img" aria-label="{}"><use href="{}"/></svg>', label, href
            )
        return self.icons[name, label]

    def when(self, iso: str) -> tuple[str, str]:
        """(`3 Mar` or `today`, full date and time with its zone) of a moment in RFC 3339."""
        local = datetime.fromisoformat(iso).astimezone(self.zone)
        day = local.date()
        if day not in self.days:
            short = date_format(day, "j M" if day.year == self.today.year else "j M Y")
            self.days[day] = (_("today") if day == self.today else short, date_format(day, "j F Y"))
        short, full = self.days[day]
        return short, f"{full}, {local:%H:%M} {local.tzname()}"

    def message(self, comment: dict[str, Any], slug: str | None, mine: bool) -> Message:
        """`slug`: the discipline it speaks for, where known."""
        author = comment["author"]
        team = author["role"] in {"author", "co_author"}
        discipline = self.by_slug.get(slug) if slug and not team else None
        code = discipline.code if discipline else author["code"]
        short, full = self.when(comment["created"])
        return Message(
            id=comment["id"],
            name=self.you if mine else author["name"],
            code=self.team_code if team else code,
            discipline_name=discipline.name if discipline else author["name"],
            is_author=team,
            mine=mine,
            html=comment_html(comment["body"]),
            body=comment["body"],
            when=short,
            iso=full,
            edited=bool(comment["edited"]),
        )

    def card(self, note: dict[str, Any]) -> Card:
        mark = mark_of(note["kind"], note["reaction"])
        kind = self.kinds[note["reaction"] or note["kind"]]
        anchor = note["anchor"] or {}
        became = note["became"] or {}
        happened = became.get("fate") or (anchor.get("fate") if anchor.get("fate") == "detached" else "")
        first, *rest = note["comments"]
        old = _quote_of(note["written_on"])
        quote = anchor.get("exact") or old
        near = anchor.get("near") or {}
        replies = [self.message(c, None, c["mine"]) for c in rest]
        bare = note["reaction"] and not first["body"] and not note["withdrawn"]
        return Card(
            id=note["id"],
            stamp=note_stamp(note["updated"]),
            mark=mark,
            icon=self.icon(mark, kind),
            kind=kind,
            said=_said(note["reaction"], kind, note["agreements"] + 1) if bare else "",
            head=self.message(first, note["discipline"], note["mine"]),
            replies=replies,
            text_id=anchor.get("text_id") or near.get("text_id"),
            start=anchor.get("start"),
            end=anchor.get("end"),
            near=near.get("offset"),
            scope=note["scope"],
            quote=quote or "",
            old=old or "",
            new=note["replacement"],
            happened=happened or "",
            fate=self._fate(happened),
            fate_reason=_reason(became, anchor) if happened else "",
            changed=happened == "edited" and became["comparable"] and bool(old) and bool(anchor.get("exact")),
            before=became.get("before", ""),
            after=became.get("after", ""),
            instead=became.get("instead", ""),
            applied=_applied(note, quote, old),
            decision=self._decision(note),
            decided=(note["decision"] or {}).get("decision", ""),
            decision_reason=(note["decision"] or {}).get("reason", ""),
            duplicate_of=(note["decision"] or {}).get("duplicate_of"),
            mine=note["mine"],
            agreed=note["agreed"],
            following=note["following"],
            names_me=note["names_me"],
            agreements=note["agreements"],
            can=" ".join(name for name, allowed in note["can"].items() if allowed),
            discipline=note["discipline"] or "",
            status=note["status"],
            withdrawn=note["withdrawn"],
            foot=self._foot(replies, 0 if bare else note["agreements"]),
            told=_told(note),
            via=note["via"],
            where=self._where(note, anchor),
            address=note["html_url"],
            place_at=note["place_at"],
            placed_before=note["placed_before"],
        )

    def _where(self, note: dict[str, Any], anchor: dict[str, Any]) -> str:
        key = anchor.get("chapter") or note["written_on"]["chapter"]
        return self.titles.get(key, "") if key else _("The whole book")

    def _foot(self, replies: list[Message], agreements: int) -> str:
        said = (len(replies), any(reply.is_author for reply in replies), agreements)
        if said not in self.feet:
            self.feet[said] = _foot(*said)
        return self.feet[said]

    def _fate(self, happened: str | None) -> State | None:
        if happened not in FATE_ICONS:
            return None
        words = {
            "edited": _("Words changed"),
            "detached": _("Its words are gone"),
            "moved": _("Moved"),
            "placed": _("Placed by hand"),
        }
        return State(*FATE_ICONS[happened], words[happened])

    def _decision(self, note: dict[str, Any]) -> State | None:
        decision = note["decision"]
        if not decision:
            return None
        tone, icon = DECISION_ICONS[decision["decision"]]
        words = self.decisions[decision["decision"]].capitalize()
        if note["applied"] and decision["decision"] == "changed":
            words = _("Changed in draft %(label)s") % {"label": note["applied"]}
        return State(tone, icon, words)


def mark_of(kind: str, reaction: str | None) -> str:
    """How the mark of a note on its words is called on the page."""
    return MARKS.get(reaction or kind, reaction or kind)


def _reason(became: dict[str, Any], anchor: dict[str, Any]) -> str:
    """One sentence without its full stop: what happened to the words, and in which draft."""
    reason, label = became.get("reason") or anchor.get("reason") or "", became.get("draft")
    if became.get("left"):
        reason = _("It came from “%(chapter)s”") % {"chapter": became["left"]}
    if not reason or not label:
        return str(reason)
    if became.get("fate") == "placed" and anchor.get("exact"):
        return _("Since draft %(label)s") % {"label": label}
    return _("%(reason)s in draft %(label)s") % {"reason": reason, "label": label}


def _applied(note: dict[str, Any], quote: str | None, old: str) -> str:
    """That the words a note suggested stand in the book, where they do."""
    became = note["became"]
    new = note["replacement"]
    if not became or became["fate"] != "edited" or not new or (quote or "").split() != new.split():
        return ""
    label = became["draft"] or note["applied"]
    if note["mine"]:
        return _("Your words are in draft %(label)s") % {"label": label}
    return _("The suggested words are in draft %(label)s") % {"label": label}


def _quote_of(written_on: dict[str, Any]) -> str:
    selectors = written_on.get("selector") or []
    return next((s["exact"] for s in selectors if s["type"] == "TextQuoteSelector"), "")


def _said(reaction: str, kind: str, readers: int) -> str:
    """What readers say who marked a passage without a word."""
    if readers == 1:
        return kind.capitalize()
    sentences = {
        "confusing": ngettext("Confusing to %(n)d reader", "Confusing to %(n)d readers", readers),
        "valuable": ngettext("Valuable to %(n)d reader", "Valuable to %(n)d readers", readers),
        "too_slow": ngettext("Too slow for %(n)d reader", "Too slow for %(n)d readers", readers),
        "disagree": ngettext("%(n)d reader disagrees", "%(n)d readers disagree", readers),
        "missing": ngettext("%(n)d reader misses something", "%(n)d readers miss something", readers),
    }
    return sentences[reaction] % {"n": readers}


def _foot(replies: int, answered: bool, agreements: int) -> str:
    """What a closed note says below its words: how many answered, whether the author did, how many agree."""
    parts = []
    if replies:
        parts.append(ngettext("%(n)d reply", "%(n)d replies", replies) % {"n": replies})
        if answered:
            parts.append(_("the author answered"))
    if agreements:
        parts.append(ngettext("%(n)d agrees", "%(n)d agree", agreements) % {"n": agreements})
    return ", ".join(parts)


def _told(note: dict[str, Any]) -> str:
    """Who may read it and whether it may be quoted, where that differs from the usual or the note is one's own."""
    parts = []
    if note["visibility"] == "authors":
        parts.append(_("Author only."))
    elif note["mine"]:
        parts.append(_("Everyone may read it."))
    if note["mine"] or note["kind"] == "experience":
        parts.append(
            {
                "no": _("Not to be quoted."),
                "unnamed": _("May be quoted unnamed."),
                "named": _("May be quoted with the name."),
            }[note["quote_permission"]]
        )
    return " ".join(parts)
