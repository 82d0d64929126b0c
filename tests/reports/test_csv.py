"""The CSV read by the letter of RFC 4180, with words that are meant to break out of a cell."""

import csv
import io
import re

import pytest

from reports.findings import findings
from reports.formats import FORMATS
from reports.formats.csv import COLUMNS, guarded
from tests.reports.hostile import WORDS, hostile_round
from tests.reports.samples import full_round

#: `field` of the grammar: escaped, or text without quotes, commas and line ends.
FIELD = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')


def strictly(text: str) -> list[list[str]]:
    """The records of `file` in RFC 4180, section 2; AssertionError where the text is no such file."""
    at, records, record = 0, [], []
    while at < len(text):
        found = FIELD.match(text, at)
        quoted, bare = found.groups()
        record.append(bare if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if text.startswith(",", at):
            at += 1
            continue
        assert text.startswith("\r\n", at), (
            f"neither a comma nor CRLF after field {len(record)}: {text[at : at + 20]!r}"
        )
        at += 2
        records.append(record)
        record = []
    assert not record, "the last record has no end"
    return records


@pytest.mark.parametrize("book", [full_round(), hostile_round(WORDS)], ids=["usual", "hostile"])
def test_it_is_a_file_by_rfc_4180(book):
    text = FORMATS["csv"].render(findings(book), "").decode("utf-8-sig")
    records = strictly(text)
    assert tuple(records[0]) == COLUMNS
    assert {len(record) for record in records} == {len(COLUMNS)}
    csv.field_size_limit(10**7)
    assert records == list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_words_stand_as_typed_but_for_what_would_be_a_formula():
    records = strictly(FORMATS["csv"].render(findings(hostile_round(WORDS)), "").decode("utf-8-sig"))
    words = {record[COLUMNS.index("words")] for record in records if record[0] == "note"}
    assert words == {guarded(word) for word in WORDS}
    changed = {word for word in WORDS if guarded(word) != word}
    assert {word[0] for word in changed} == set("=+-@\t＝") and all(guarded(word) == f"'{word}" for word in changed)
