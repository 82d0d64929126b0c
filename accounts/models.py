"""People who sign in. An e-mail address is the user name; case never matters."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserQuerySet(models.QuerySet["User"]):
    def by_email(self, email: str) -> "User | None":
        """The account of that address, whatever its case."""
        return self.filter(email=normal_email(email)).first()


class Users(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """A new account; without a password it is entered by mailed code or link."""
        user = self.model(email=normal_email(email), **fields)
        if password:
            user.set_password(password)
        else:
            user.set_unusable_password()
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        """An operator: runs the server, reads no manuscript."""
        return self.create_user(email, password, is_operator=True, **fields)


def normal_email(email: str) -> str:
    """The form an address is kept and compared in: trimmed, lower case."""
    return email.strip().lower()


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(max_length=12, default="en")
    time_zone = models.CharField(max_length=64, blank=True)
    is_active = models.BooleanField(default=True)
    is_author = models.BooleanField(default=False, help_text=_("may make manuscripts"))
    is_operator = models.BooleanField(default=False, help_text=_("sees the server's pages, reads no manuscript"))
    single_keys = models.BooleanField(_("single-key shortcuts"), default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    password_changed = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="what was handed out before it, as API tokens, is void"
    )

    objects = Users()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    def save(self, *args, **kwargs) -> None:
        self.email = normal_email(self.email)
        super().save(*args, **kwargs)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_changed = timezone.now()

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email


class SignInLink(models.Model):
    """A link that signs its user in once (`manage.py sign_in_link`); only the hash of its secret is kept."""

    LIFE = timedelta(hours=24)

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    secret_hash = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)

    @classmethod
    def make(cls, user: User) -> str:
        """The secret of a new link. It carries 256 random bits, so a plain hash keeps it safe at rest."""
        secret = secrets.token_urlsafe(32)
        cls.objects.create(user=user, secret_hash=cls._hash(secret), expires=timezone.now() + cls.LIFE)
        return secret

    @classmethod
    def find(cls, secret: str) -> "SignInLink | None":
        """The link of that secret if it can still be used."""
        usable = cls.objects.filter(used=None, expires__gt=timezone.now(), user__is_active=True)
        return usable.filter(secret_hash=cls._hash(secret)).select_related("user").first()

    def use(self) -> bool:
        """Uses it up; of any number of requests at once True for one alone."""
        now = timezone.now()
        return bool(SignInLink.objects.filter(pk=self.pk, used=None, expires__gt=now).update(used=now))

    @staticmethod
    def _hash(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()


class SentMail(models.Model):
    """One mail, for the operator's page: whom, about what, how it went. Never its body."""

    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=250)
    state = models.CharField(max_length=10, choices=[("sent", _("sent")), ("failed", _("failed"))])
    error = models.CharField(max_length=250, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
