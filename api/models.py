"""What scripts come in with: tokens, and the keys that make a repeated POST harmless."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from manuscripts.models import Manuscript

SCOPES = {
    "read": frozenset({"read"}),
    "write": frozenset({"read", "write"}),
    "admin": frozenset({"read", "write", "admin"}),
}


def hash_secret(secret: str) -> str:
    """Tokens carry 256 random bits, so a plain hash keeps them safe at rest."""
    return hashlib.sha256(secret.encode()).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def valid(self) -> "ApiTokenQuerySet":
        """Those that open something now. A new password makes all older tokens of its user void."""
        newer = Q(user__password_changed=None) | Q(created__gte=F("user__password_changed"))
        return self.filter(newer, revoked=None, expires__gt=timezone.now(), user__is_active=True)


class ApiToken(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    manuscript = models.ForeignKey(Manuscript, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=80, blank=True)
    scope = models.CharField(
        max_length=5,
        default="write",
        choices=[("read", _("read")), ("write", _("write")), ("admin", _("admin"))],
    )
    start = models.CharField(max_length=8, help_text="the first characters, to tell tokens apart")
    secret_hash = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    @classmethod
    def make(cls, user, *, scope: str, days: int, manuscript=None, name: str = "") -> tuple["ApiToken", str]:
        """A new token and its secret, which is shown this once."""
        secret = "wm_" + secrets.token_urlsafe(32)
        token = cls.objects.create(
            user=user,
            manuscript=manuscript,
            name=name,
            scope=scope,
            start=secret[:8],
            secret_hash=hash_secret(secret),
            expires=timezone.now() + timedelta(days=days),
        )
        return token, secret

    @property
    def scopes(self) -> frozenset[str]:
        return SCOPES[self.scope]


class IdempotencyKey(models.Model):
    """The answer to a POST that carried an Idempotency-Key, kept for 24 hours."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    path = models.CharField(max_length=300)
    key = models.CharField(max_length=200)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    response = models.TextField(blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "path", "key"], name="idempotency_key_once")]
