"""The pages under /account/. Of allauth's pages only those that are used here."""

from allauth.account import views as allauth
from django.urls import path

from . import views
from .levelling import levelled

urlpatterns = [
    path("account/", views.account, name="account"),
    path("account/link/<str:secret>/", views.sign_in_link, name="sign_in_link"),
    path("account/logout/", views.sign_out, name="account_logout"),
    path("account/login/", allauth.login, name="account_login"),
    path("account/login/code/", levelled(allauth.request_login_code), name="account_request_login_code"),
    path("account/login/code/confirm/", allauth.confirm_login_code, name="account_confirm_login_code"),
    path("account/inactive/", allauth.account_inactive, name="account_inactive"),
    path("account/signup/", levelled(allauth.signup), name="account_signup"),
    path("account/confirm-email/", views.confirm_email, name="account_email_verification_sent"),
    path("account/reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("account/password/change/", allauth.password_change, name="account_change_password"),
    path("account/password/set/", allauth.password_set, name="account_set_password"),
    path("account/password/reset/", levelled(allauth.password_reset), name="account_reset_password"),
    path(
        "account/password/reset/confirm/",
        allauth.confirm_password_reset_code,
        name="account_confirm_password_reset_code",
    ),
    path("account/password/reset/complete/", allauth.complete_password_reset, name="account_complete_password_reset"),
    path(
        "account/password/reset/done/",
        allauth.password_reset_from_key_done,
        name="account_password_reset_completed",
    ),
]
