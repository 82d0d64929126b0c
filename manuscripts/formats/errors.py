"""What can be wrong with an uploaded manuscript, in two moments: at once, or while it is converted."""

from __future__ import annotations


class UploadRefused(Exception):
    """The upload is refused before anything is stored.

    `code` is a stable word for scripts, `status` the HTTP status that fits (400, 413 or 415), and the message
    names the file and says what to do.
    """

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message


class ConversionFailed(Exception):
    """Only conversion could find out: the draft becomes `failed` with this as its problem."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class ConversionStopped(Exception):
    """The caller's `should_stop` said so."""
