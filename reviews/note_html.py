"""The HTML of notes in the margin: `templates/reviews/_notes.html` says how a list of them stands on the page.

Written with format_html, which escapes whatever is put in, because a chapter may hold several hundred notes and the
template engine needs ten times as long for each.
"""

import html
from collections.abc import Iterable
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .note_cards import Card, Message, State

NOTHING, SPAN, DIV, P = (SafeString(tag) for tag in ("", "span", "div", "p"))


def esc(value: Any) -> SafeString:
    """What format_html would do to `value`, without its detour over lazy strings."""
    return SafeString(html.escape(str(value)))


def notes_html(cards: Iterable[Card]) -> SafeString:
    """One list item for each note, in the order given."""
    maker = _Maker()
    return format_html_join("\n", "{}", ((maker.note(card),) for card in cards))


class _Maker:
    """The words and addresses that all notes of a page share."""

    def __init__(self) -> None:
        self.icons = esc(static("icons.svg"))
        self.suggested = _("Suggested edit:")
        self.written_on = _("Written on:")
        self.edited = _("edited")
        self.withdrawn = _("Withdrawn by its writer.")

    def note(self, n: Card) -> SafeString:
        return format_html(
            '<li class="note" id="note-{}" data-id="{}" data-kind="{}" data-scope="{}" data-status="{}"'
            ' data-discipline="{}" data-can="{}" data-comment="{}"{}>{}<button class="open" type="button"'
            ' aria-expanded="false">{}</button>{}{}{}<div class="txt">{}</div>{}{}<div class="more">{}{}{}</div></li>',
            esc(n.id),
            esc(n.id),
            esc(n.mark),
            esc(n.scope),
            esc(n.status),
            esc(n.discipline),
            esc(n.can),
            esc(n.head.id),
            self.place(n),
            n.icon,
            self.by(n.head, SPAN),
            self.fate(n) if n.fate else NOTHING,
            format_html('<p class="quote">{}</p>', esc(n.quote)) if n.quote else NOTHING,
            self.suggestion(n) if n.new is not None else NOTHING,
            self.words(n),
            format_html('<p class="decided">{}</p>', self.state(n.decision, SPAN)) if n.decision else NOTHING,
            format_html('<p class="foot">{}</p>', esc(n.foot)) if n.foot else NOTHING,
            format_html('<p class="why">{}</p>', n.decision_reason) if n.decision_reason else NOTHING,
            self.told(n),
            format_html_join("", "{}", ((self.reply(r),) for r in n.replies)) if n.replies else NOTHING,
        )

    def place(self, n: Card) -> SafeString:
        """The attributes that some notes have: where they stand, and that they are one's own."""
        parts = []
        if n.text_id:
            parts.append(("text", n.text_id))
        if n.start is not None:
            parts += [("start", n.start), ("end", n.end)]
        if n.near is not None:
            parts.append(("near", n.near))
        if n.agreed:
            parts.append(("agreed", 1))
        if n.mine:
            parts += [("mine", 1), ("body", n.head.body)]
        return format_html_join("", ' data-{}="{}"', ((esc(name), esc(value)) for name, value in parts))

    def by(self, m: Message, tag: SafeString) -> SafeString:
        """Who speaks, and when."""
        kind = " author" if m.is_author else " mine" if m.mine else ""
        code = (
            format_html(
                '<abbr class="disc{}" title="{}">{}</abbr> ', esc(kind), esc(m.discipline_name or m.name), esc(m.code)
            )
            if m.code
            else NOTHING
        )
        return format_html(
            '<{} class="by">{}<span>{}</span><time title="{}">{}</time></{}>',
            tag,
            code,
            esc(m.name),
            esc(m.iso),
            esc(m.when),
            tag,
        )

    def state(self, state: State, tag: SafeString) -> SafeString:
        return format_html(
            '<{} class="state {}"><svg class="i" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#i-{}"/></svg>'
            "{}</{}>",
            tag,
            esc(state.tone),
            self.icons,
            esc(state.icon),
            esc(state.words),
            tag,
        )

    def fate(self, n: Card) -> SafeString:
        """What a new draft did to the words the note was written on."""
        old = format_html("{} <q>{}</q>", self.written_on, n.old) if n.old else NOTHING
        reason = format_html("{}. ", n.fate_reason) if n.fate_reason else NOTHING
        return format_html('{}<p class="fatewhy">{}{}</p>', self.state(n.fate, P), reason, old)

    def suggestion(self, n: Card) -> SafeString:
        return format_html(
            '<p class="sugg"><span class="vh">{} </span><del>{}</del> <ins>{}</ins></p>', self.suggested, n.old, n.new
        )

    def words(self, n: Card) -> SafeString:
        if n.withdrawn:
            return format_html('<p class="gone">{}</p>', self.withdrawn)
        if n.head.html:
            return n.head.html
        return NOTHING if n.new is not None else format_html("<p>{}</p>", n.kind.capitalize())

    def told(self, n: Card) -> SafeString:
        if not (n.told or n.head.edited or n.via):
            return NOTHING
        via = _("Recorded by the author: %(via)s.") % {"via": n.via} if n.via else ""
        edited = f"({self.edited})" if n.head.edited else ""
        said = " ".join(part for part in (f"{n.kind.capitalize()}.", n.told, via, edited) if part)
        return format_html('<p class="hint told">{}</p>', said)

    def reply(self, r: Message) -> SafeString:
        own = format_html(' data-mine="1" data-body="{}"', r.body) if r.mine else NOTHING
        edited = format_html('<p class="hint">({})</p>', self.edited) if r.edited else NOTHING
        return format_html(
            '<div class="reply" data-comment="{}"{}>{}<div class="said">{}</div>{}</div>',
            esc(r.id),
            own,
            self.by(r, DIV),
            r.html,
            edited,
        )
