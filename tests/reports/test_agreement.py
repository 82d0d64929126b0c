"""Intervals and agreement against published figures."""

import pytest

from reports.agreement import alpha_ordinal, wilson
from reports.findings import findings
from reports.snapshot import Edition
from tests.reports.samples import full_round

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section D: four observers, twelve units.
FOUR_OBSERVERS = [
    [1, 1, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [5, 5, 5], [1, 1], [3],
]  # fmt: skip


def test_alpha_of_the_published_example():
    assert alpha_ordinal(FOUR_OBSERVERS) == pytest.approx(0.815, abs=0.0005)


def test_alpha_at_its_ends():
    assert alpha_ordinal([[1, 1], [3, 3], [2, 2]]) == 1.0
    assert alpha_ordinal([[2, 2], [2, 2]]) is None  # nothing varies
    assert alpha_ordinal([[1], [3]]) is None


def test_wilson_interval():
    # 8 of 10: centre (0.8 + 0.1921) / 1.3841 = 0.7167, half width 0.2266 (Wilson without correction)
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=0.0001)
    assert wilson(0, 5) == pytest.approx((0.0, 0.4345), abs=0.0001)
    assert wilson(0, 0) is None


def test_alpha_stands_only_where_names_are_known():
    book = full_round()
    assert findings(book)["appendix"]["makes_sense_alpha"] is not None
    assert findings(book, Edition(names=False))["appendix"]["makes_sense_alpha"] is None
