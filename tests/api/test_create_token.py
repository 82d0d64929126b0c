"""`manage.py create_token` and the table of permissions."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from api.models import ApiToken, hash_secret
from manuscripts.permissions import TABLE
from tests.cast import make_user


def printed(capsys, *words: str) -> str:
    call_command(*words)
    return capsys.readouterr().out


def test_it_prints_the_token_alone(db, capsys):
    user = make_user("vera@quist.example")
    out = printed(capsys, "create_token", "Vera@Quist.example")
    token = ApiToken.objects.get(secret_hash=hash_secret(out.removesuffix("\n")))
    assert (token.user, token.scope, token.manuscript, out.count("\n")) == (user, "write", None, 1)
    assert abs(token.expires - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)


def test_scope_manuscript_and_days(cast, capsys):
    out = printed(
        capsys, "create_token", "ada@quill.example", "--scope", "read", "--days", "7", "--manuscript", cast.book.slug
    )
    token = ApiToken.objects.get(secret_hash=hash_secret(out.strip()))
    assert (token.scope, token.manuscript) == ("read", cast.book)
    assert token.expires < timezone.now() + timedelta(days=7, minutes=1)


def test_an_unknown_address_is_refused_or_made(db, capsys):
    with pytest.raises(CommandError, match=r"There is no account new@author\.example"):
        call_command("create_token", "new@author.example")
    assert not User.objects.exists()
    printed(capsys, "create_token", "new@author.example", "--create")
    assert User.objects.get().is_author


@pytest.mark.parametrize("words", [["--days", "0"], ["--days", "x"], ["--scope", "all"], ["--what"]])
def test_wrong_usage_is_a_usage_error(db, words):
    make_user("vera@quist.example")
    with pytest.raises(CommandError) as error:
        call_command("create_token", "vera@quist.example", *words)
    assert "create_token" in str(error.value) or "argument" in str(error.value)
    assert not ApiToken.objects.exists()


def test_another_authors_manuscript_is_unknown(cast):
    for slug in (cast.other_book.slug, "no-such-book"):
        with pytest.raises(CommandError, match=f"has no manuscript {slug}"):
            call_command("create_token", "ada@quill.example", "--manuscript", slug)
    with pytest.raises(CommandError, match="no manuscript"):
        call_command("create_token", "made@now.example", "--create", "--manuscript", cast.book.slug)
    assert not User.objects.filter(email="made@now.example").exists()


def test_the_table_names_every_action(db, capsys):
    lines = printed(capsys, "permissions").splitlines()
    assert {line.split()[0] for line in lines} == set(TABLE)
    assert "people.read" in " ".join(lines) and "author team" in " ".join(lines)
