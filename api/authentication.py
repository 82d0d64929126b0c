"""Coming in by token: `Authorization: Bearer TOKEN`. A browser's session opens nothing here, so no CSRF either."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from manuscripts.permissions import Actor
from reviews.invitations import attach_memberships

from .models import ApiToken, hash_secret

#: How exactly `last_used` is kept; a busy script does not write a row at each request.
LAST_USED_STEP = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """Sets `request.actor` to the token's user, narrowed to the token's manuscript and scopes."""

    def authenticate(self, request):
        """(user, token), or None where no bearer token was sent; AuthenticationFailed for one that opens nothing."""
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = self._find(secret.strip())
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, expired or revoked."), code="invalid_token")
        self._note_use(token)
        attach_memberships(token.user)
        request._request.actor = Actor(user=token.user, only_manuscript=token.manuscript_id, scopes=token.scopes)
        return token.user, token

    def authenticate_header(self, request) -> str:
        return 'Bearer realm="Widemargin"'

    @staticmethod
    def _find(secret: str) -> ApiToken | None:
        if not secret.isascii():
            return None
        tokens = ApiToken.objects.valid().select_related("user", "manuscript")
        return tokens.filter(secret_hash=hash_secret(secret)).first()

    @staticmethod
    def _note_use(token: ApiToken) -> None:
        now = timezone.now()
        stale = Q(last_used=None) | Q(last_used__lt=now - LAST_USED_STEP)
        if token.last_used is None or token.last_used < now - LAST_USED_STEP:
            ApiToken.objects.filter(stale, pk=token.pk).update(last_used=now)


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema describes the token."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema) -> dict:
        return {"type": "http", "scheme": "bearer"}
