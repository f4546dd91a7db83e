"""Real homes: what the portal stores equals the published files to the Wh, by a query that shares no code."""

from __future__ import annotations

from datetime import date

import pytest

from data.queries import consumption
from data.queries.registers import registers_named
from domain.calendar import Period, PeriodKind
from services import real_world
from tests.factories import real
from tests.factories.real import DATASETS, HOURLY_CHANGES, QUARTER_HOURS, SHARED, Pair, random_pairs

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not real.IS_THERE, reason=real.WHY_SKIPPED)]
ALL = random_pairs() + HOURLY_CHANGES + QUARTER_HOURS


@pytest.mark.parametrize("pair", ALL, ids=str)
def test_the_store_equals_the_source(real_homes, pair):
    expected, store = real_homes.days(pair), real_homes.portal.readings
    register, period = real_homes.register_id(pair), Period.of(PeriodKind.MONTH, pair.month)

    frame = consumption.days(store, [register], period.first, period.end)
    days = {
        day.date(): (int(wh), int(n)) for day, wh, n in zip(frame.local_date, frame.energy_wh, frame.n, strict=True)
    }
    assert days == expected

    found = consumption.intervals(store, register, *period.bounds_utc(pair.zone_name))
    starts = found.start_utc.astype("datetime64[s]").astype(int).tolist()
    assert list(zip(starts, found.energy_wh.tolist(), strict=True)) == real_homes.intervals(pair)

    total = sum(wh for wh, _ in expected.values())
    assert sum(wh for _, wh in real_homes.intervals(pair)) == total
    months = consumption.months(store, [register], period.first, period.end)
    assert months.energy_wh.tolist() == ([total] if expected else [])


@pytest.mark.parametrize(
    ("series", "day", "hours", "per_hour"),
    [
        ("opsd_res4_grid_import", date(2016, 3, 27), 23, 1),
        ("opsd_res4_grid_import", date(2016, 10, 30), 25, 1),
        ("Backstube Haslach", date(2026, 3, 29), 23, 4),  # 92 quarter-hours
        ("Backstube Haslach", date(2026, 10, 25), 25, 4),  # 100 quarter-hours
    ],
)
def test_days_on_which_the_clocks_change(real_homes, series, day, hours, per_hour):
    pair = Pair("opsd_konstanz" if per_hour == 1 else "demo", series, "Europe/Berlin", day.replace(day=1))
    expected = real_homes.days(pair)[day]
    period, register = Period.of(PeriodKind.DAY, day), real_homes.register_id(pair)
    store = real_homes.portal.readings
    found = consumption.intervals(store, register, *period.bounds_utc("Europe/Berlin"))
    assert (found.total_wh, len(found.start_utc), found.expected_count) == (*expected, hours * per_hour)
    assert expected[1] == hours * per_hour
    frame = consumption.hours(store, [register], period.first, period.end)
    assert (len(frame), int(frame.energy_wh.sum())) == (hours, expected[0])


def test_every_published_total_is_stored(real_homes):
    # All days of all series at once: the sum of rounded days, series by series.
    store = real_homes.portal.readings
    for dataset in DATASETS:
        files = {name: str(SHARED / dataset / f"{name}.parquet") for name in ("readings", "series")}
        for series, total_wh, count in real.source().execute(real.TOTALS, files).fetchall():
            register = real_homes.register_id(Pair(dataset, series, "UTC", date(2000, 1, 1)))
            frame = consumption.days(store, [register], date(2000, 1, 1), date(2030, 1, 1))
            assert (series, int(frame.energy_wh.sum()), int(frame.n.sum())) == (series, total_wh, count)


def test_derived_series_are_not_loaded(real_homes):
    with real_homes.portal.records.reading() as db:
        assert registers_named(db, ["opsd_res3_consumption", "opsd_res4_consumption", "opsd_res6_consumption"]) == []


def test_loading_again_changes_nothing(real_homes):
    version = real_homes.portal.readings.version
    reports = real_world.load(real_homes.portal, SHARED)
    assert sum(report.stored + report.corrected for report in reports) == 0
    assert real_homes.portal.readings.version == version
