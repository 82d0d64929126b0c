"""People who sign in. An e-mail address is the user name; case never matters."""

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

    objects = Users()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    def save(self, *args, **kwargs) -> None:
        self.email = normal_email(self.email)
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email


class SignInLink(models.Model):
    """A link that signs its user in once (`manage.py sign_in_link`); only the hash of its secret is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    secret_hash = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)


class SentMail(models.Model):
    """One mail, for the operator's page: whom, about what, how it went. Never its body."""

    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=250)
    state = models.CharField(max_length=10, choices=[("sent", _("sent")), ("failed", _("failed"))])
    error = models.CharField(max_length=250, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
