"""The folders that converters and typst are given to work in."""

import tempfile

#: How their names begin, so that those of a killed process can be told from anybody else's.
PREFIX = "widemargin-work-"


def work_folder() -> "tempfile.TemporaryDirectory[str]":
    """A new one for its user alone; gone when the block ends."""
    return tempfile.TemporaryDirectory(prefix=PREFIX)
