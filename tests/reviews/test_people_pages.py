"""Every page about people and invitations, asked by everybody."""

import pytest
from django.urls import reverse

INSIDE_TEAM = ("author", "co_author")


@pytest.mark.parametrize("name", ["people", "settings"])
def test_pages_of_the_author_team(cast, client, name):
    address = reverse(name, args=[cast.book.slug])
    answers = {who: cast.enter(client, who).get(address).status_code for who in cast.ROLES}
    members_denied = dict.fromkeys(("ops", "sec", "observer", "link"), 403)
    assert answers == (dict.fromkeys(INSIDE_TEAM, 200) | members_denied | dict.fromkeys(cast.OUTSIDE, 404))
