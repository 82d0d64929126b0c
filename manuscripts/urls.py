"""Addresses of making manuscripts, of drafts, and of the operator's pages."""

from django.urls import path

from . import views, views_changes, views_drafts

urlpatterns = [
    path("m/new/", views.manuscript_new, name="manuscript_new"),
    path("m/<slug:slug>/drafts/new", views_drafts.draft_new, name="draft_new"),
    path("m/<slug:slug>/drafts/<int:number>/", views_drafts.draft, name="draft"),
    path("m/<slug:slug>/drafts/<int:number>/changes/", views_changes.draft_changes, name="draft_changes"),
    path("m/<slug:slug>/drafts/<int:number>/progress/", views_drafts.draft_progress, name="draft_progress"),
    path("m/<slug:slug>/drafts/<int:number>/correct/", views_drafts.draft_correct, name="draft_correct"),
    path("m/<slug:slug>/drafts/<int:number>/split/<str:section>/", views_drafts.draft_split, name="draft_split"),
    path("account/mail/", views.sent_mail, name="sent_mail"),
]
