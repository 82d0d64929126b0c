"""The only reader of the environment.

A value that cannot be understood stops the start with a sentence that names the variable. Each secret may also
come as NAME_FILE, the path of a file that holds it.
"""

import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
_env = environ.FileAwareEnv()


def text(name: str, default: str = "") -> str:
    """The value of `name`, stripped; `default` where it is unset or empty."""
    return str(_env.str(name, default="")).strip() or default


def flag(name: str, default: bool = False) -> bool:
    """true/false, yes/no, on/off, 1/0 in any case; anything else is an error."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")


def number(name: str, default: int, *, low: int = 0, high: int = 10**9) -> int:
    """A whole number between `low` and `high`."""
    value = text(name)
    if not value:
        return default
    try:
        result = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if not low <= result <= high:
        raise ImproperlyConfigured(f"{name} must be between {low} and {high}, not {result}.")
    return result


def seconds(name: str, default: float) -> float:
    """A positive number of seconds."""
    value = text(name)
    try:
        result = float(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a number of seconds, not {value!r}.") from None
    if result <= 0:
        raise ImproperlyConfigured(f"{name} must be more than 0.")
    return result


def rate(name: str, default: str) -> str:
    """So many requests in a second, minute, hour or day, such as 1200/min."""
    value = text(name, default)
    if not re.fullmatch(r"[1-9]\d{0,8}/(s|sec|second|m|min|minute|h|hour|d|day)", value):
        raise ImproperlyConfigured(f"{name} must look like 1200/min, not {value!r}.")
    return value


def log_level() -> str:
    """LOG_LEVEL, one of the names Python's logging knows."""
    value = text("LOG_LEVEL", "WARNING").upper()
    if value not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise ImproperlyConfigured(f"LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL, not {value!r}.")
    return value


def data_dir() -> Path:
    """Where everything that is kept lies; relative paths count from the project. Made for its owner alone."""
    path = ROOT / text("DATA_DIR", "var")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def base_url(production: bool) -> str:
    """The address in every mailed link, without a closing slash. Required in production."""
    value = text("BASE_URL").rstrip("/")
    if not value:
        if production:
            raise ImproperlyConfigured("BASE_URL is required in production, e.g. https://books.example.org")
        return f"http://127.0.0.1:{number('PORT', 8000, low=1, high=65535)}"
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise ImproperlyConfigured(f"BASE_URL must look like https://books.example.org, not {value!r}.")
    return value


def secret_key(folder: Path, production: bool) -> str:
    """SECRET_KEY, else the one kept in `folder` (made by scripts/run), else a new one kept there."""
    value = text("SECRET_KEY")
    if value:
        return value
    kept = folder / "secret_key"
    if kept.exists():
        return kept.read_text().strip()
    if production:
        raise ImproperlyConfigured("SECRET_KEY is required in production.")
    key = secrets.token_urlsafe(50)
    kept.touch(mode=0o600)
    kept.write_text(key)
    return key


def database(folder: Path) -> dict:
    """DATABASE_URL (postgres://), else SQLite in `folder` with write-ahead log and immediate transactions."""
    value = text("DATABASE_URL")
    if not value:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(folder / "widemargin.sqlite3"),
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
            "TEST": {"NAME": str(folder / "test.sqlite3")},
        }
    if urlsplit(value).scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgres://; leave it out to use SQLite.")
    config = dict(environ.Env.db_url_config(value))
    config["ENGINE"] = "django.db.backends.postgresql"
    config["CONN_MAX_AGE"] = 0
    config["OPTIONS"] = {**config.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": 12, "timeout": 20}}
    return config


def redis_url() -> str:
    """REDIS_URL (redis://, rediss://, unix://) or empty: then jobs travel through files."""
    value = text("REDIS_URL")
    if value and urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or unix://.")
    return value


def email() -> dict:
    """EMAIL_URL (smtp://, smtp+tls://, smtp+ssl://) as Django settings, or empty: then mails become files."""
    value = text("EMAIL_URL")
    if not value:
        return {}
    if not urlsplit(value).scheme.startswith("smtp"):
        raise ImproperlyConfigured("EMAIL_URL must begin with smtp://, smtp+tls:// or smtp+ssl://.")
    return dict(environ.Env.email_url_config(value))
