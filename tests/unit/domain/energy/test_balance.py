"""Home use = import + production - export, known only where every register is known."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd

from domain.energy.balance import coarsened, from_intervals, from_rollup, picked, regrouped, spliced, without_end
from domain.energy.buckets import Span, buckets, slots
from domain.energy.intervals import Intervals

DAY = date(2026, 5, 4)


def _intervals(register_id, values, quality=None):
    grid = slots("UTC", DAY, date(2026, 5, 5), 900)
    at = np.array(list(values), dtype=np.int64)
    return Intervals(
        register_id,
        900,
        grid.start_utc[at],
        np.array(list(values.values()), dtype=np.int64),
        np.array(quality or [0] * len(values), dtype=np.uint8),
        datetime(2026, 5, 4, tzinfo=UTC),
        datetime(2026, 5, 5, tzinfo=UTC),
    )


def test_signed_sums_interval_by_interval():
    grid = slots("UTC", DAY, date(2026, 5, 5), 900)
    bought = _intervals(1, {0: 100, 1: 0, 2: 50}, [0, 1, 0])
    made = _intervals(2, {0: 0, 1: 400})
    sold = _intervals(3, {0: 0, 1: 300, 2: 0})
    found = from_intervals([(bought, 1), (made, 1), (sold, -1)], grid)
    # 100 + 0 - 0 = 100; 0 + 400 - 300 = 100; the third has no production reading, so it is not known.
    assert found.values_wh()[:3] == [100, 100, None]
    assert found.total_wh == 200
    # 96 slots: one measured, one as weak as its estimated part, 94 missing.
    assert found.total_counts == (1, 1, 0, 0, 0, 94)


def test_nothing_known_has_no_total():
    grid = slots("UTC", DAY, date(2026, 5, 5), 900)
    found = from_intervals([(_intervals(1, {}), 1)], grid)
    assert found.total_wh is None
    assert found.total_counts[5] == 96


def _rollup(register_id, energy_wh, measured, estimated=0):
    return {
        "register_id": register_id,
        "label": np.datetime64(DAY, "s"),
        "fold": 0,
        "energy_wh": energy_wh,
        "n_measured": measured,
        "n_estimated": estimated,
        "n_customer": 0,
        "n_corrected": 0,
        "n_suspect": 0,
    }


def test_a_day_of_several_registers_counts_the_weakest():
    expected = buckets(Span("UTC", DAY, date(2026, 5, 5)), "day", {1: 900, 2: 900})
    frame = pd.DataFrame([_rollup(1, 5000, 96), _rollup(2, 2000, 80, 6)])
    found = from_rollup(frame, [(1, 1), (2, -1)], expected)
    assert found.values_wh() == [3000]
    assert found.total_counts == (80, 6, 0, 0, 0, 10)  # 96 - 80 - 6 = 10 missing of register 2


def test_a_day_without_one_register_is_unknown():
    expected = buckets(Span("UTC", DAY, date(2026, 5, 5)), "day", {1: 900, 2: 900})
    found = from_rollup(pd.DataFrame([_rollup(1, 5000, 96)]), [(1, 1), (2, 1)], expected)
    assert found.values_wh() == [None]
    assert found.total_counts == (0, 0, 0, 0, 0, 96)


def test_the_register_with_the_gap_speaks_even_if_the_other_is_estimated():
    # Register 1 is whole but half estimated; register 2 lacks 10 of 96. Missing energy is the news.
    expected = buckets(Span("UTC", DAY, date(2026, 5, 5)), "day", {1: 900, 2: 900})
    frame = pd.DataFrame([_rollup(1, 5000, 48, 48), _rollup(2, 2000, 86)])
    for terms in ([(1, 1), (2, -1)], [(2, -1), (1, 1)]):
        assert from_rollup(frame, terms, expected).total_counts == (86, 0, 0, 0, 0, 10)


def test_quarter_hours_add_up_to_an_hour_only_when_all_four_are_there():
    # 00:00 has 10 + 20 + 30 + 40 = 100 Wh, one of them estimated; 01:00 lacks one of its four.
    found = coarsened(_intervals(1, {0: 10, 1: 20, 2: 30, 3: 40, 4: 1, 5: 1, 6: 1}, [0, 1, 0, 0, 0, 0, 0]), 3600)
    assert (found.interval_s, found.energy_wh.tolist(), found.quality.tolist()) == (3600, [100], [1])
    assert str(found.start_utc[0]) == "2026-05-04T00:00:00"


def test_nothing_is_coarsened_to_a_finer_length():
    part = _intervals(1, {0: 10})
    assert coarsened(part, 900) is part
    assert len(coarsened(_intervals(1, {}), 3600).energy_wh) == 0


def test_regrouping_keeps_energy_and_counts():
    grid = slots("UTC", DAY, date(2026, 5, 5), 900)
    fine = from_intervals([(_intervals(1, {0: 100, 5: 50}), 1)], grid)
    hours = regrouped(fine, "hour")
    assert hours.values_wh()[:3] == [100, 50, None]
    assert hours.counts[0].tolist() == [1, 0, 0, 0, 0, 3]
    assert regrouped(fine, "day").values_wh() == regrouped(fine, "year").values_wh() == [150]
    assert regrouped(fine, "day").total_counts == fine.total_counts


def test_better_buckets_take_the_place_of_torn_ones():
    grid = slots("UTC", DAY, date(2026, 5, 5), 900)
    hours = regrouped(from_intervals([(_intervals(1, {0: 100, 5: 50}), 1)], grid), "hour")
    second = picked(regrouped(from_intervals([(_intervals(1, {4: 1, 5: 2, 6: 3, 7: 4}), 1)], grid), "hour"),
                    np.arange(24) == 1)  # fmt: skip
    found = spliced(hours, second)
    assert found.values_wh()[:3] == [100, 10, None]
    assert found.counts[1].tolist() == [4, 0, 0, 0, 0, 0]


def test_only_the_unknown_end_that_may_still_come_is_left_out():
    grid = slots("UTC", DAY, date(2026, 5, 5), 900)
    found = from_intervals([(_intervals(1, {0: 100, 93: 50}), 1)], grid)
    on_its_way = np.arange(96) >= 92  # the last four
    left = without_end(found, on_its_way)
    assert len(left) == 94  # 92 is a gap before a reading and stays missing, 94 and 95 may come
    assert left.total_counts == (2, 0, 0, 0, 0, 92)
    assert without_end(found, np.zeros(96, dtype=bool)) is found
    nothing = from_intervals([(_intervals(1, {}), 1)], grid)
    assert len(without_end(nothing, np.ones(96, dtype=bool))) == 0
    assert len(without_end(left, np.zeros(94, dtype=bool))) == 94
