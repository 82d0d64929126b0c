"""Manuscripts coming in: `check` at the door, `convert` in the worker. No database, no network, no file read."""

from .blocks import NOTE, Block, Document, Problem, word_count
from .convert import Converted, convert
from .errors import ConversionFailed, ConversionStopped, UploadRefused
from .images import Picture
from .upload import MAX_BYTES, Checked, Upload, check

__all__ = [
    "MAX_BYTES",
    "NOTE",
    "Block",
    "Checked",
    "ConversionFailed",
    "ConversionStopped",
    "Converted",
    "Document",
    "Picture",
    "Problem",
    "Upload",
    "UploadRefused",
    "check",
    "convert",
    "word_count",
]
