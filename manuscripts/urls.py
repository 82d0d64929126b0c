"""Addresses of making manuscripts, of drafts, and of the operator's pages."""

from django.urls import path

from . import views

urlpatterns = [
    path("m/new/", views.manuscript_new, name="manuscript_new"),
    path("account/mail/", views.sent_mail, name="sent_mail"),
]
