"""The rows of the permission table about reports."""

from manuscripts.permissions import TEAM_ONLY, Actor, allow, author_team, both, may_write, member


def report_is_shown(actor: Actor, obj) -> bool:
    """A report that its readers are shown, and that tells them nothing a round keeps from them."""
    return obj.is_shown


def pdf_of_a_shown_report(actor: Actor, obj) -> bool:
    return obj.format == "pdf" and obj.report.is_shown


allow("findings.read", author_team, otherwise=TEAM_ONLY)
allow("report.list", author_team, otherwise=TEAM_ONLY)
allow("report.read", author_team, both(member, report_is_shown), otherwise=TEAM_ONLY)
allow("report.fetch", author_team, both(member, pdf_of_a_shown_report), otherwise=TEAM_ONLY)
allow("report.create", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("report.share", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("report.show", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("report.delete", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("schedule.change", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("quote.choose", both(author_team, may_write), otherwise=TEAM_ONLY)
