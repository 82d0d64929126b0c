"""The words that the reading room's scripts put on the page."""

from django.utils.translation import gettext as _


def room_words() -> dict[str, object]:
    """By name, in the language of the request; `%n` and `%m` stand for numbers."""
    return {
        "titles": {
            "comment": _("Comment"),
            "suggest": _("Suggested edit"),
            "experience": _("Experience"),
            "confusing": _("Confusing"),
            "valuable": _("Valuable"),
            "slow": _("Too slow"),
            "disagree": _("Disagree"),
            "missing": _("Missing"),
        },
        "on": {
            "paragraph": _("on this paragraph"),
            "chapter": _("on the chapter"),
            "book": _("on the book"),
        },
        "placeholders": {
            "comment": _("What should the author know?"),
            "suggest": _("Why, if you like"),
            "experience": _("What happened, where you work? As long as it needs."),
            "missing": _("What belongs here?"),
            "reaction": _("Add a reason, if you like"),
        },
        "labels": {"note": _("Your note"), "why": _("Why"), "story": _("What happened")},
        "note_of": _("Note %n of %m"),
        "notes_one": _("%n note"),
        "notes_many": _("%n notes"),
        "here_one": _("%n note here"),
        "here_many": _("%n notes here"),
        "passage": _("Passage %n"),
        "no_notes": _("no notes"),
        "on_paragraph": _("Note on this paragraph: %t"),
        "kept": _("Kept"),
        "not_kept": _("Not kept yet: no connection"),
        "not_saved": _("Not saved. Your words are kept; try again."),
        "offline": _("No connection. Your words are kept here, and sent when it is back."),
        "kept_in_browser": _("Kept in this browser only"),
        "kept_here": _("Not sent. Your words are kept here."),
        "saved": _("Saved"),
        "expected": _("You selected: %t"),
        "found": _("There stands now: %t"),
        "add_reason": _("Add a reason"),
        "edit": _("Edit"),
        "marked": _("Marked: %t"),
        "withdrawn": _("Withdrawn"),
        "withdraw_sure": _("Withdraw this? Its words are deleted."),
        "withdraw_yes": _("Withdraw it"),
        "reply_saved": _("Reply saved"),
        "decided": _("Decided"),
        "discarded": _("Discarded"),
        "undo": _("Undo"),
        "show_changes": _("Show the changes"),
        "hide_changes": _("Hide the changes"),
        "go_there": _("Go there"),
        "moved_words": _("The words you selected are no longer here: “%t”"),
    }
