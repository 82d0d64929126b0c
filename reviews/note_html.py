"""The HTML of notes in the margin: `templates/reviews/_notes.html` says how a list of them stands on the page.

A chapter may hold several hundred notes. The template engine needs ten times as long for each as `fill`, and
format_html three times.
"""

from collections.abc import Iterable
from html import escape
from typing import Any

from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .note_cards import Card, Message, State

PUT_AGAIN = frozenset({"edited", "moved", "detached", "placed"})
OLD_AND_NEW = '<p class="sugg" dir="auto"><bdi class="vh">%s </bdi><del>%s</del> <ins>%s</ins></p>'
NOTHING, SPAN, DIV, P = (SafeString(tag) for tag in ("", "span", "div", "p"))


def fill(template: str, *values: Any) -> SafeString:
    """`template` with each value in the place of a %s, escaped unless it is safe HTML already.

    The same as format_html for values that are no lazy strings, without its detours.
    """
    return SafeString(template % tuple([v if type(v) is SafeString else escape(str(v)) for v in values]))


def together(parts: Iterable[SafeString], between: str = "") -> SafeString:
    """Pieces that `fill` made, one after the other."""
    return SafeString(between.join(parts))


def notes_html(cards: Iterable[Card]) -> SafeString:
    """One list item for each note, in the order given."""
    maker = NoteHtml()
    return together((maker.note(card) for card in cards), "\n")


class NoteHtml:
    """Makes the list item of one note after the other, with the words and addresses that all of a page share."""

    def __init__(self) -> None:
        self.icons = static("icons.svg")
        self.speakers: dict[tuple[Any, ...], SafeString] = {}
        self.suggested = _("Suggested edit:")
        self.written_on = _("Written on:")
        self.words_changed = _("Before and now:")
        self.words_gone = _("The words it was written on:")
        self.in_its_place = _("In its place stands:")
        self.old_paragraph = _("The paragraph they stood in")
        self.put = _("Put it on words")
        self.put_elsewhere = _("Put it elsewhere")
        self.undo = _("Undo")
        self.edited = _("edited")
        self.withdrawn = _("Withdrawn by its writer.")
        self.names_you = fill('<p class="names">%s</p>', _("Names you"))

    def note(self, n: Card) -> SafeString:
        quote = self.quote(n)
        return fill(
            '<li class="note" id="note-%s" data-id="%s" data-stamp="%s" data-kind="%s" data-scope="%s" data-status="%s"'
            ' data-discipline="%s" data-can="%s" data-comment="%s"%s>%s<button class="open" type="button"'
            ' aria-expanded="false"%s>%s</button>%s%s%s%s<div class="txt" dir="auto">%s</div>%s%s'
            '<div class="more">%s%s%s%s</div></li>',
            n.id,
            n.id,
            n.stamp,
            n.mark,
            n.scope,
            n.status,
            n.discipline,
            n.can,
            n.head.id,
            self.place(n),
            n.icon,
            fill(' aria-describedby="on-%s"', n.id) if quote else NOTHING,
            self.by(n.head, SPAN, n.said),
            self.names_you if n.names_me else NOTHING,
            self.fate(n, n.fate) if n.fate else NOTHING,
            quote,
            self.suggestion(n) if n.new is not None and not n.applied else NOTHING,
            self.words(n),
            fill('<p class="decided">%s</p>', self.state(n.decision, SPAN)) if n.decision else NOTHING,
            fill('<p class="foot">%s</p>', n.foot) if n.foot else NOTHING,
            fill('<p class="why" dir="auto">%s</p>', n.decision_reason) if n.decision_reason else NOTHING,
            self.place_again(n) if n.happened in PUT_AGAIN else NOTHING,
            self.told(n),
            together(self.reply(r) for r in n.replies),
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
        if n.following:
            parts.append(("following", 1))
        if n.mine:
            parts += [("mine", 1), ("body", n.head.body)]
        return together(fill(' data-%s="%s"', name, value) for name, value in parts)

    def by(self, m: Message, tag: SafeString, said: str = "") -> SafeString:
        """Who speaks, and when; before them what a reaction without words says."""
        speaker = (m.is_author, m.mine, m.code, m.discipline_name, m.name, said)
        if speaker not in self.speakers:  # hundreds of messages come from a few people
            kind = " author" if m.is_author else " mine" if m.mine else ""
            title = m.discipline_name or m.name
            code = fill('<abbr class="disc%s" title="%s">%s</abbr> ', kind, title, m.code) if m.code else NOTHING
            name = fill('<span class="who">%s</span>' if said else "<span>%s</span>", m.name)
            what = fill('<span class="what">%s</span> ', said) if said else NOTHING
            self.speakers[speaker] = together([what, code, name])
        who = self.speakers[speaker]
        return fill('<%s class="by">%s<time title="%s">%s</time></%s>', tag, who, m.iso, m.when, tag)

    def state(self, state: State, tag: SafeString) -> SafeString:
        return fill(
            '<%s class="state %s"><svg class="i" viewBox="0 0 24 24" aria-hidden="true"><use href="%s#i-%s"/></svg>'
            "%s</%s>",
            tag,
            state.tone,
            self.icons,
            state.icon,
            state.words,
            tag,
        )

    def quote(self, n: Card) -> SafeString:
        """The words it stands on, where nothing else of the note shows them."""
        shown = n.changed or (n.happened == "detached" and n.old)
        if not n.quote or shown:
            return NOTHING
        return fill('<p class="quote" id="on-%s" dir="auto">%s</p>', n.id, n.quote)

    def fate(self, n: Card, state: State) -> SafeString:
        """What a new draft did to the words the note was written on."""
        shown = [self.state(state, P)]
        if n.applied:
            shown.append(fill('<p class="fatewhy">%s.</p>', n.applied))
        elif n.fate_reason:
            shown.append(fill('<p class="fatewhy">%s.</p>', n.fate_reason))
        if n.changed:
            old_and_new = (self.words_changed, n.old, n.quote)
            shown.append(fill(OLD_AND_NEW, *old_and_new))
        elif n.happened == "detached" and n.old:
            gone = '<p class="sugg" dir="auto"><bdi class="vh">%s </bdi><del>%s</del></p>'
            shown.append(fill(gone, self.words_gone, n.old))
            if n.instead:
                shown.append(fill('<p class="fatewhy">%s <ins dir="auto">%s</ins></p>', self.in_its_place, n.instead))
        elif n.happened == "placed" and n.old:
            shown.append(fill('<p class="fatewhy">%s <q dir="auto">%s</q></p>', self.written_on, n.old))
        if n.placed_before and n.place_at:
            shown.append(fill('<p><a class="btn small undo" data-put-back href="%s">%s</a></p>', n.place_at, self.undo))
        return together(shown)

    def place_again(self, n: Card) -> SafeString:
        """The paragraph the words stood in, and the way to put the note on others, for who may."""
        parts = []
        if n.happened == "detached" and (n.before or n.after):
            around = (self.old_paragraph, n.before, n.old, n.after)
            fold = '<details class="was"><summary>%s</summary><p dir="auto">%s<mark>%s</mark>%s</p></details>'
            parts.append(fill(fold, *around))
        if n.place_at:
            put = self.put if n.happened == "detached" else self.put_elsewhere
            parts.append(fill('<p class="acts"><a class="btn small" data-place href="%s">%s</a></p>', n.place_at, put))
        return together(parts)

    def suggestion(self, n: Card) -> SafeString:
        return fill(OLD_AND_NEW, self.suggested, n.old, n.new)

    def words(self, n: Card) -> SafeString:
        if n.withdrawn:
            return fill('<p class="gone">%s</p>', self.withdrawn)
        if n.head.html:
            return n.head.html
        return NOTHING if n.new is not None or n.said else fill("<p>%s</p>", n.kind.capitalize())

    def told(self, n: Card) -> SafeString:
        if not (n.told or n.head.edited or n.via):
            return NOTHING
        via = _("Recorded by the author: %(via)s.") % {"via": n.via} if n.via else ""
        edited = f"({self.edited})" if n.head.edited else ""
        said = " ".join(part for part in (f"{n.kind.capitalize()}.", n.told, via, edited) if part)
        return fill('<p class="hint told">%s</p>', said)

    def reply(self, r: Message) -> SafeString:
        own = fill(' data-mine="1" data-body="%s"', r.body) if r.mine else NOTHING
        edited = fill('<p class="hint">(%s)</p>', self.edited) if r.edited else NOTHING
        return fill(
            '<div class="reply" data-comment="%s"%s>%s<div class="said" dir="auto">%s</div>%s</div>',
            r.id,
            own,
            self.by(r, DIV),
            r.html,
            edited,
        )
