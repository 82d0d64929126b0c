"""Every address of the site. Each app lists its own pages."""

from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.account.urls")),
]
