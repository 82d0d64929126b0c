"""The pages under /account/. Of allauth's pages only those that are used here."""

from allauth.account import views as allauth
from allauth.mfa.webauthn import views as allauth_passkeys
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import RedirectView

from . import views, views_passkeys
from .levelling import levelled

shown = require_safe
asked = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/link/<str:secret>/", views.sign_in_link, name="sign_in_link"),
    path("account/logout/", views.sign_out, name="account_logout"),
    path("account/login/", asked(allauth.login), name="account_login"),
    path("account/login/code/", asked(levelled(allauth.request_login_code)), name="account_request_login_code"),
    path("account/login/code/confirm/", asked(allauth.confirm_login_code), name="account_confirm_login_code"),
    path("account/passkeys/", shown(RedirectView.as_view(pattern_name="account")), name="mfa_index"),
    path("account/passkeys/add/", asked(views_passkeys.add_passkey), name="mfa_add_webauthn"),
    path("account/passkeys/login/", asked(allauth_passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("account/passkeys/<int:pk>/remove/", asked(views_passkeys.remove_passkey), name="mfa_remove_webauthn"),
    path("account/inactive/", shown(allauth.account_inactive), name="account_inactive"),
    path("account/signup/", asked(levelled(allauth.signup)), name="account_signup"),
    path("account/confirm-email/", views.confirm_email, name="account_email_verification_sent"),
    path("account/reauthenticate/", asked(allauth.reauthenticate), name="account_reauthenticate"),
    path("account/password/change/", asked(allauth.password_change), name="account_change_password"),
    path("account/password/set/", asked(allauth.password_set), name="account_set_password"),
    path("account/password/reset/", asked(levelled(allauth.password_reset)), name="account_reset_password"),
    path(
        "account/password/reset/confirm/",
        asked(allauth.confirm_password_reset_code),
        name="account_confirm_password_reset_code",
    ),
    path(
        "account/password/reset/complete/",
        asked(allauth.complete_password_reset),
        name="account_complete_password_reset",
    ),
    path(
        "account/password/reset/done/",
        shown(allauth.password_reset_from_key_done),
        name="account_password_reset_completed",
    ),
]
