"""The page of one's tokens; what scripts use is in urls.py."""

from django.urls import path

from . import views_tokens

urlpatterns = [
    path("account/tokens/", views_tokens.tokens, name="tokens"),
    path("account/tokens/<int:pk>/revoke/", views_tokens.revoke, name="token_revoke"),
]
