"""Rating a year beside the bare arithmetic it cannot do without, in turn in one process."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.util import find_spec

import numpy as np

from domain.calendar import Period, PeriodKind, local_midnight_utc
from domain.energy.intervals import Intervals
from domain.tariffs.bands import Calendar, Rule, compiled
from domain.tariffs.base import Market
from domain.tariffs.blocks import BandRate
from domain.tariffs.charges.energy import Energy
from domain.tariffs.charges.fixed import Fixed
from domain.tariffs.charges.spot import Spot
from domain.tariffs.prices import PriceSeries
from domain.tariffs.rate import rate
from domain.tariffs.slots import Use, band_codes, cells, slots
from domain.tariffs.tariff import Tariff
from tests.oracle import pysam, years
from tests.oracle.cases import STRUCTURES

Row = tuple[str, str, str, str, str]
ZONE = "Europe/Berlin"
YEAR = Period.of(PeriodKind.YEAR, date(2025, 1, 1))
ROUNDS, IN_A_ROW = 30, 4


def run(*, full: bool = False) -> Iterator[Row]:
    """A dynamic and a time-of-use year; `full` changes nothing, a year is a year."""
    del full
    quarters, hours = _use(900), _use(3600)
    tou, spot = _tou(), _tariff(Spot(code="s", label="S", cost_group="energy", series="m", resolution_min=15))
    energy = quarters.flows["import"].energy_wh
    prices = np.random.default_rng(2).integers(-5_000, 30_000, len(energy))
    market = Market(prices={"m": PriceSeries("m", "EUR", 900, 100_000, quarters.flows["import"].start_utc, prices)})
    bare, ours = _times(lambda: np.dot(energy, prices), lambda: rate(spot, YEAR, _again(quarters), market=market))
    yield _row("rating, 35,040 market prices, beside an int64 dot product", ours, bare, "10x")
    sums = _band_sums(hours)
    bare, ours = _times(sums, lambda: rate(tou, YEAR, _again(hours)))
    yield _row("rating, 8,760 hours in two bands, beside the sums of two masks", ours, bare, "")
    bare, ours = _times(sums, lambda: _cold(tou, hours))
    yield _row("the same, calendar not compiled yet", ours, bare, "")
    yield from _beside_pysam()


def _beside_pysam() -> Iterator[Row]:
    """A year of seasons and workday peaks that both bill to the same cent, in PySAM's own year (no change of clocks)."""
    if find_spec("PySAM") is None:
        return
    made = STRUCTURES["bands of two seasons"]
    load, _none = made.flows()
    use, period = years.use_of(load), Period.of(PeriodKind.YEAR, date(2018, 1, 1))
    ready = pysam.model(made.rates, load)
    for what, ours, aim in (
        ("calendar compiled", lambda: rate(made.tariff, period, _again(use)), "20x"),
        ("calendar not compiled yet", lambda: _cold(made.tariff, use, period), "3x"),
    ):
        theirs, mine = _times(ready.execute, ours)
        yield _faster(f"rating, 8,760 hours in four bands, {what}, beside PySAM's execute", mine, theirs, aim)
        theirs, mine = _times(lambda: pysam.monthly_bills(made.rates, load), ours)
        yield _faster(f"the same, {what}, beside PySAM from readings to bills", mine, theirs, "")


def _faster(what: str, ours: float, theirs: float, aim: str) -> Row:
    return what, f"{ours * 1e3:.2f} ms", f"{theirs * 1e3:.2f} ms", f"{theirs / ours:.1f}x faster", aim


def _row(what: str, ours: float, bare: float, aim: str) -> Row:
    return what, f"{ours * 1e3:.2f} ms", f"{bare * 1e3:.3f} ms", f"{ours / bare:.0f}x", aim


def _times(bare: Callable[[], object], ours: Callable[[], object]) -> tuple[float, float]:
    """The best of some rounds, in turn; a few in a row, so that neither pays for what the other left in the caches."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for place, work in enumerate((bare, ours)):
            best[place] = min(best[place], *(_seconds(work) for _ in range(IN_A_ROW)))
    return best[0], best[1]


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _use(interval_s: int) -> Use:
    low, high = (int(local_midnight_utc(day, ZONE).timestamp()) for day in (YEAR.first, YEAR.end))
    starts = np.arange(low, high, interval_s, dtype=np.int64).astype("datetime64[s]")
    energy = np.random.default_rng(1).integers(0, 2_000, len(starts))
    bounds = (datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC))
    return Use(ZONE, {"import": Intervals(1, interval_s, starts, energy, np.zeros(len(starts), np.uint8), *bounds)})


def _again(use: Use) -> Use:
    """The same readings, not laid out yet."""
    return Use(use.zone_name, use.flows)


def _tariff(*charges: object, calendar: Calendar | None = None) -> Tariff:
    made = {
        "id": "b",
        "version": 1,
        "name": "B",
        "currency": "EUR",
        "zone": ZONE,
        "charges": charges,
        "calendar": calendar,
    }
    return Tariff(**made)


def _tou() -> Tariff:
    rates = (BandRate(band="day", price=Decimal("0.32")), BandRate(band="night", price=Decimal("0.25")))
    calendar = Calendar(rules=(Rule(band="day", from_min=360, to_min=1320), Rule(band="night")))
    energy = Energy(code="e", label="E", cost_group="energy", rates=rates)
    return _tariff(energy, Fixed(code="f", label="F", cost_group="service", amount=Decimal("9.90")), calendar=calendar)


def _band_sums(use: Use) -> Callable[[], object]:
    part = use.flows["import"]
    is_day = np.arange(len(part.energy_wh)) % 24 >= 8
    return lambda: (int(part.energy_wh[is_day].sum()), int(part.energy_wh[~is_day].sum()))


def _cold(tariff: Tariff, use: Use, period: Period = YEAR) -> object:
    for cached in (compiled, slots, band_codes, cells):
        cached.cache_clear()
    return rate(tariff, period, _again(use))
