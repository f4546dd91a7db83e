"""Real tariffs and prices of the open data beside the project, with real homes."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from adapters.tariffs.json_file import TariffFile, loads, parse, to_json
from adapters.tariffs.price_files import read_prices, series
from adapters.tariffs.urdb import import_urdb
from domain.energy.intervals import Intervals
from domain.tariffs.base import Market
from domain.tariffs.charges.spot import Spot
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import rate, rate_months
from domain.tariffs.slots import Use
from tests.factories.tariffs import make_tariff, make_use, month, year

SHARED = Path(os.environ.get("PORTAL_SHARED") or Path(__file__).resolve().parents[3] / "shared" / "data")
URDB = sorted((SHARED / "tariffs" / "urdb").glob("*.json"))
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not (SHARED / "tariffs").is_dir(), reason="the open data is not beside the project"),
]
UNBILLED = {"demandreactivepowercharge", "dgrules"}


@pytest.mark.parametrize("path", URDB, ids=lambda path: path.stem[:20])
def test_a_real_rate_is_imported_rated_and_comes_back(path):
    zone = "America/New_York" if path.stem.startswith("Florida") else "America/Los_Angeles"
    found = import_urdb(loads(path.read_text(encoding="utf-8")), zone)
    assert {row.field.lower() for row in found.unbilled} <= UNBILLED  # named, not dropped
    assert parse(to_json(TariffFile(found.tariff))).tariff == found.tariff
    use = make_use("2025-01-01", "2026-01-01", 150_000, zone=zone)  # a customer of 600 kW
    bills = rate_months(found.tariff, year(2025), use)
    whole = rate(found.tariff, year(2025), use)
    assert sum(bill.amount for bill in bills) == whole.amount
    energy = [line for line in whole.lines if line.code.startswith("energy")]
    assert sum(line.quantity for line in energy) == 8760 * 600  # each kWh once


def test_the_bill_of_a_real_demand_rate_by_hand():
    """Florida Power & Light GSLD-1, 600 kW around the clock in January 2025 (744 h)."""
    path = next(path for path in URDB if path.stem.startswith("Florida"))
    found = import_urdb(loads(path.read_text(encoding="utf-8")), "America/New_York")
    use = make_use("2025-01-01", "2025-02-01", 150_000, zone="America/New_York")
    result = rate(found.tariff, month("2025-01"), use)
    assert {line.code: line.amount_minor for line in result.lines} == {
        "fixed": 8_867,
        "energy": 2_456_093,  # 446 400 kWh x (0.01958 + 0.03544) = 24 560.928
        "demand-flat-0": 939_000,  # 600 kW x (13.59 + 2.06)
    }  # above the minimum of 6 833.67


def test_real_prices_of_2016_with_their_negative_hours():
    name = "DE-AT-LU"
    prices = read_prices(SHARED / "spot_prices" / "prices.parquet", name, "EUR")
    assert (prices.interval_s, prices.scale) == (3600, 100_000)
    tariff = make_tariff(Spot(code="spot", label="Spot", cost_group="energy", series=name, resolution_min=60))
    use = make_use("2016-05-08", "2016-05-09", 250)  # 1 kW on the Sunday whose prices went below -100 EUR/MWh
    result = rate(tariff, month("2016-05"), use, market=Market(prices={name: prices}))
    start = prices.start_utc.astype("datetime64[s]")
    day = (start >= np.datetime64("2016-05-07T22:00")) & (start < np.datetime64("2016-05-08T22:00"))
    assert prices.price[day].min() < -10_000
    assert result.amount == Fraction(int(prices.price[day].sum()), 100_000)  # 24 kWh, one of each hour
    assert result.missing == (31 - 1) * 96


def test_a_hole_in_real_prices_refuses_the_month_it_is_in():
    name = "DE-AT-LU"
    prices = read_prices(SHARED / "spot_prices" / "prices.parquet", name, "EUR")
    steps = np.diff(prices.start_utc.astype("datetime64[s]").astype(np.int64))
    hole = prices.start_utc[int(np.flatnonzero(steps > 3600)[0])]
    tariff = make_tariff(Spot(code="spot", label="Spot", cost_group="energy", series=name))
    period = month(str(hole)[:7])
    use = make_use(str(period.first), str(period.end))
    with pytest.raises(RatingRefusedError) as caught:
        rate(tariff, period, use, market=Market(prices={name: prices}))
    assert caught.value.reason == "price_missing"


def test_the_london_dynamic_tariff_of_2013():
    """Normal 11.76, low 3.99 and high 67.20 p/kWh by half-hours announced a day ahead."""
    table = pq.read_table(SHARED / "tariffs" / "lcl_dtou_2013.parquet")
    starts = table["ts_utc"].to_numpy().astype("datetime64[s]")
    pounds = [Decimal(str(value)) / 100 for value in table["price_p_kwh"].to_pylist()]
    assert set(pounds) == {Decimal("0.1176"), Decimal("0.0399"), Decimal("0.6720")}
    prices = series("dtou", "GBP", starts, pounds, "UK Power Networks, Low Carbon London")
    charge = Spot(code="dtou", label="Dynamic", cost_group="energy", series="dtou", resolution_min=30)
    use = Use("Europe/London", {"import": _hours_of(starts)})
    result = rate(make_tariff(charge, currency="GBP"), year(2013), use, market=Market(prices={"dtou": prices}))
    assert result.is_complete
    assert result.amount == sum(map(Fraction, pounds))  # 1 kWh in each half-hour


def _hours_of(starts: np.ndarray) -> Intervals:
    count = len(starts)
    energy, quality = np.full(count, 1000, dtype=np.int64), np.zeros(count, dtype=np.uint8)
    bounds = (datetime(2013, 1, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC))
    return Intervals(1, 1800, starts, energy, quality, *bounds)
