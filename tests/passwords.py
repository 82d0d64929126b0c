"""Passwords of tests: kept as those of people are, but made without the third of a second that guessing shall cost."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    iterations = 1
