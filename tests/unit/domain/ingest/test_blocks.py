"""A block of raw readings knows how many it holds."""

from __future__ import annotations

import numpy as np

from domain.ingest.blocks import RawBlock


def test_readings_are_counted_not_rows():
    # A wide row with two registers is one row and two readings.
    two = np.zeros(2, dtype=np.int64)
    block = RawBlock(("a", "b"), two, two, two, two.astype(float), ("",), two, two, two, rows=1, empty=0, done=1.0)
    assert (len(block), block.rows) == (2, 1)
