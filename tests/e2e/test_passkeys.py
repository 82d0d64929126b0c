"""In a real browser with an authenticator of its own: a passkey is made, signs in, is no second step, is removed."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from tests.cast import make_user

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(new_page):
    """A page whose browser has a fingerprint reader that always says yes."""
    page = new_page(viewport={"width": 390, "height": 800})
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    return page


def enter(page, live_server, user) -> None:
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


def add(page, live_server, user, name: str) -> None:
    enter(page, live_server, user)
    page.goto(f"{live_server.url}/account/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("A name for it").fill(name)
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_text("The passkey is added.").wait_for()


def test_a_passkey_is_made_signs_in_and_is_removed(live_server, page):
    user = make_user("vera@quist.example")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    add(page, live_server, user, "The small phone")
    page.get_by_text("The small phone").wait_for()
    assert page.get_by_text("never used so far").is_visible()
    assert mail.outbox[-1].subject == "A passkey was added" and mail.outbox[-1].to == [user.email]

    page.get_by_role("button", name="Sign out").last.click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/account/")
    assert "/account/login/" in page.url
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(re.compile("/account/$"))  # where the person was going
    page.get_by_text("last used on").wait_for()

    page.get_by_role("link", name="Remove The small phone").click()
    page.get_by_role("button", name="Remove it").click()
    page.get_by_text("The passkey is removed.").wait_for()
    page.get_by_role("button", name="Sign out").last.click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("This passkey is not known here.").wait_for()
    assert mail.outbox[-1].subject == "A passkey was removed"


def test_who_has_a_passkey_still_comes_in_by_a_mailed_code_alone(live_server, page, client):
    user = make_user("vera@quist.example")
    add(page, live_server, user, "")
    assert str(Authenticator.objects.get(user=user)).startswith("Added on ")
    client.post("/account/login/code/", {"email": user.email})
    code = re.search(r"^\s+([A-Z0-9-]{6,})$", mail.outbox[-1].body, re.MULTILINE)[1]
    assert client.post("/account/login/code/confirm/", {"code": code})["Location"] == "/"
    assert client.get("/account/").status_code == 200


def test_one_persons_passkey_cannot_be_removed_by_another(live_server, page, client):
    owner = make_user("vera@quist.example")
    add(page, live_server, owner, "The laptop")
    client.force_login(make_user("oda@lunde.example"))
    address = f"/account/passkeys/{Authenticator.objects.get().pk}/remove/"
    assert client.get(address).status_code == client.post(address).status_code == 404
    assert Authenticator.objects.filter(user=owner).exists()


def test_a_browser_that_knows_no_passkeys_is_told_and_offers_none(live_server, new_page):
    page = new_page()
    page.add_init_script("delete window.PublicKeyCredential")
    page.goto(f"{live_server.url}/account/login/")
    page.get_by_role("link", name="Mail me a code").wait_for()
    assert page.get_by_role("button", name="Sign in with a passkey").count() == 0
    enter(page, live_server, make_user("vera@quist.example"))
    page.goto(f"{live_server.url}/account/passkeys/add/")
    assert page.get_by_text("This cannot be done here").is_visible()
    assert page.get_by_role("button", name="Make a passkey").count() == 0


def test_a_browser_that_is_refused_says_so_and_lets_one_try_again(live_server, new_page):
    page = new_page()
    page.add_init_script("navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")
    page.goto(f"{live_server.url}/account/login/")
    button = page.get_by_role("button", name="Sign in with a passkey")
    button.click()
    page.get_by_role("alert").get_by_text("No passkey was used.").wait_for()
    assert button.is_enabled()
