"""What a set of readings knows about itself."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from domain.energy.intervals import Intervals
from domain.energy.quality import CODES, ORDER, Quality


def test_missing_counts_what_the_period_should_hold():
    # One hour has 4 quarter-hours; 3 are there.
    readings = Intervals(
        register_id=1,
        interval_s=900,
        start_utc=np.array(["2026-01-01T00:00", "2026-01-01T00:15", "2026-01-01T00:45"], "datetime64[s]"),
        energy_wh=np.array([10, 20, 40]),
        quality=np.zeros(3, np.uint8),
        first_utc=datetime(2026, 1, 1, tzinfo=UTC),
        end_utc=datetime(2026, 1, 1, 1, tzinfo=UTC),
    )
    assert (readings.total_wh, readings.expected_count, readings.missing_count) == (70, 4, 1)


def test_quality_codes_are_stable():
    # The codes are stored with every reading and never change.
    assert [(q.name, int(q)) for q in ORDER] == [
        ("MEASURED", 0),
        ("ESTIMATED", 1),
        ("CUSTOMER", 2),
        ("CORRECTED", 3),
        ("SUSPECT", 4),
    ]
    assert CODES["corrected"] is Quality.CORRECTED
