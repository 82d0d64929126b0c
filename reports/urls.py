"""Addresses of what is compiled from the readers' words."""

from django.urls import path

from . import views_home

urlpatterns = [
    path("m/<slug:slug>/", views_home.manuscript, name="manuscript"),
]
