"""Keeps what opens a door out of the logs: personal links, sign-in links, shared reports."""

import logging
import re

_SECRET = re.compile(r"(/(?:i|s|account/link)/)[^/\s?\"']+")


class MaskSecrets(logging.Filter):
    """Writes `/i/…` for the path of a personal link, and so on, in every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = _SECRET.sub(r"\1…", record.getMessage()), None
        return True
