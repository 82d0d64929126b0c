"""Every address x method x role, with the exact status written by hand in tests/access_matrix.py."""

import pytest
from django.db import transaction

from manuscripts import permissions
from tests.access_check import NOT_HERE, mismatches, wrong_methods
from tests.access_matrix import ROWS
from tests.access_mutants import noticed
from tests.access_scene import address, body_of, make_scene
from tests.access_walk import METHODS, PATTERNS, patterns

#: Denied in different ways: by what is shown, by a page's rule for the author team, by who wrote something,
#: by the author's own right; with the addresses where it comes up.
MUTANTS = {
    "people.see_links": {"people", "api:invitations"},
    "people.see_details": {"api:members"},
    "people.see_pseudonym": {"api:members"},
    "desk.read": {"desk"},
    "comment.edit": {"comment_change", "api:comment"},
    "manuscript.delete": {"api:manuscript"},
}
BY_NAME = {str(row): row for row in ROWS}


@pytest.fixture(scope="module")
def db(django_db_setup, django_db_blocker):
    """The database for the whole module: the scene outlives a test."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def scene(db):
    """Made once for all rows: what each request did is rolled back."""
    with transaction.atomic():
        yield make_scene()
        transaction.set_rollback(True)


def test_nothing_at_an_address_of_the_api_that_is_none(scene):
    for method in METHODS[:-1]:
        for who in ("anonymous", "token:author"):
            assert scene.client(who).generic(method, "/api/v1/nothing/").status_code == 404


def test_every_address_is_in_the_matrix_and_none_that_is_not_there():
    named = {row.name for row in ROWS}
    assert len(patterns()) == len(PATTERNS), "two addresses have one name"
    assert named | {NOT_HERE} == set(PATTERNS)
    assert len(BY_NAME) == len(ROWS), "a row stands twice"


@pytest.mark.parametrize("line", BY_NAME)
def test_row(scene, line):
    wrong = mismatches(scene, BY_NAME[line])
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", sorted({row.name for row in ROWS}))
def test_methods_that_are_not_written_down_are_refused(scene, name):
    wrong = wrong_methods(scene, name)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("action", MUTANTS)
def test_a_right_given_to_everyone_is_noticed(scene, action):
    """A sample; `scripts/bench matrix` tries every row of the permission table."""
    assert action in permissions.TABLE
    assert noticed(scene, action, [row for row in ROWS if row.name in MUTANTS[action]])


def test_no_check_at_all_is_noticed(scene, monkeypatch):
    """With the engine saying yes to everything the matrix must fail, or it proves nothing."""
    monkeypatch.setattr(permissions, "can", lambda actor, action, obj=None: permissions.Allowed())
    assert mismatches(scene, BY_NAME["desk GET -"], first_only=True)
    assert mismatches(scene, BY_NAME["api:invitations POST -"], first_only=True)
    assert mismatches(scene, BY_NAME["settings POST -"], first_only=True)


def test_a_list_that_shows_everything_is_noticed(scene, monkeypatch):
    """So it must with a list that leaves nobody out."""
    monkeypatch.setattr("manuscripts.models.ManuscriptQuerySet.visible_to", lambda rows, actor: rows.all())
    assert mismatches(scene, BY_NAME["api:manuscript GET -"], first_only=True)


def test_forms_of_other_sites_are_refused(scene):
    """Every page that takes a POST takes it with its token alone."""
    for row in ROWS:
        if row.method == "POST" and not row.name.startswith("api:"):
            client = scene.client("author", checks_csrf=True)
            answer = client.post(address(scene, row.name, row.case), body_of(scene, row.name, row.method, row.case))
            assert answer.status_code == 403, str(row)
