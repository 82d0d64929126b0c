"""The rows of the permission table about reports."""

from manuscripts.permissions import TEAM_ONLY, allow, author_team, both, may_write

allow("findings.read", author_team, otherwise=TEAM_ONLY)
allow("report.read", author_team, otherwise=TEAM_ONLY)
allow("report.create", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("report.share", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("report.delete", both(author_team, may_write), otherwise=TEAM_ONLY)
allow("schedule.change", both(author_team, may_write), otherwise=TEAM_ONLY)
