"""The order of quality codes is the order of the counts' columns."""

from __future__ import annotations

from domain.energy.balance import COUNTS
from domain.energy.quality import ORDER


def test_counts_follow_the_codes():
    assert [name.removeprefix("n_") for name in COUNTS] == [quality.name.lower() for quality in ORDER]
