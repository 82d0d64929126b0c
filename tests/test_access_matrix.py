"""Every address x method x role, with the exact status written by hand in tests/access_matrix.py."""

import pytest
from django.db import transaction

from tests.access_check import NOT_HERE, mismatches, wrong_methods
from tests.access_matrix import ROWS
from tests.access_scene import make_scene
from tests.access_walk import PATTERNS, patterns

#: Denied in three different ways: by a page's rule for the author team, by who wrote something, by an operator's flag.
MUTANTS = ("desk.read", "comment.edit", "manuscript.delete")
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
