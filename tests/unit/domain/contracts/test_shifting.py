"""Laws of easy shifting: what a day took it takes still, no device above its power, nothing without a sub-meter moves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar import Period, PeriodKind
from domain.contracts.shifting import on_grid, prices, shift, shifted_use
from domain.energy.intervals import Intervals
from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.base import Market
from domain.tariffs.blocks import BandRate, Block
from domain.tariffs.charges.energy import Energy
from domain.tariffs.rate import rate
from domain.tariffs.slots import Use
from domain.tariffs.tariff import Tariff

FIRST, END = date(2026, 3, 28), date(2026, 3, 31)  # the night to 29 March is an hour short
ZONE = "Europe/Berlin"
HOURS = 71


def use_of(energy_wh, interval_s=3600, first=FIRST, missing=()):
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(hours=1)
    starts = np.datetime64(start.replace(tzinfo=None), "s") + np.arange(len(energy_wh)) * np.timedelta64(
        interval_s, "s"
    )
    keep = np.setdiff1d(np.arange(len(energy_wh)), np.array(missing, dtype=int))
    wh = np.array(energy_wh, dtype=np.int64)[keep]
    end = start + timedelta(seconds=interval_s * len(energy_wh))
    return Intervals(1, interval_s, starts[keep], wh, np.zeros(len(wh), np.uint8), start, end)


def laid_of(energy_wh, missing=()):
    return Use(ZONE, {"import": use_of(energy_wh, missing=missing)}).laid("import", FIRST, END)


def by_day(laid, energy):
    return [int(energy[laid.slots.day == day].sum()) for day in np.unique(laid.slots.day)]


energies = st.lists(st.integers(0, 5000), min_size=HOURS, max_size=HOURS)
costs = st.lists(st.integers(-50, 50), min_size=HOURS, max_size=HOURS)
gaps = st.sets(st.integers(0, HOURS - 1), max_size=8)


@settings(max_examples=60, deadline=None)
@given(energies, energies, energies, costs, gaps)
def test_each_day_takes_what_it_took_and_never_costs_more(imported, car, heater, price, missing):
    laid = laid_of(imported, tuple(missing))
    devices, cost = [np.array(car), np.array(heater)], np.array(price, dtype=float)
    found = shift(laid, devices, cost)
    assert by_day(laid, found.import_wh) == by_day(laid, laid.energy_wh)
    assert (found.import_wh[~laid.is_known] == 0).all()
    assert (found.import_wh >= 0).all()
    assert (found.import_wh * cost).sum() <= (laid.energy_wh * cost).sum()
    assert found.moved_wh >= 0


@settings(max_examples=60, deadline=None)
@given(energies, energies, costs)
def test_no_device_takes_more_at_once_than_it_has(imported, car, price):
    laid = laid_of(imported)
    found = shift(laid, [np.array(car)], np.array(price, dtype=float))
    rest = laid.energy_wh - np.minimum(laid.energy_wh, car)  # what others took stays where it was
    assert (found.import_wh >= rest).all()
    assert (found.import_wh - rest).max() <= max(car)


@given(energies, costs)
def test_what_has_no_sub_meter_stays(imported, price):
    laid = laid_of(imported)
    for devices in ([], [np.zeros(HOURS, dtype=np.int64)]):
        found = shift(laid, devices, np.array(price, dtype=float))
        assert (found.import_wh.tolist(), found.moved_wh) == (laid.energy_wh.tolist(), 0)


def test_a_car_that_charged_in_the_evening_charges_at_night():
    imported = np.full(HOURS, 300)
    imported[18:20] += 4000  # 18:00 to 20:00 on the first day, 4 kW
    car = np.zeros(HOURS, dtype=np.int64)
    car[18:20] = 4000
    price = np.full(HOURS, 0.30)
    price[2:5] = 0.20
    found = shift(laid_of(imported), [car], price)
    assert found.import_wh[2:5].tolist() == [4300, 4300, 300]  # of equal prices the earlier ones
    assert found.import_wh[18:20].tolist() == [300, 300]
    assert found.moved_wh == 8000


def test_sun_that_charged_the_car_is_not_moved():
    imported, car = np.zeros(HOURS), np.zeros(HOURS, dtype=np.int64)
    imported[12], car[12] = 1000, 4000  # 3 kWh of it came from the roof
    found = shift(laid_of(imported), [car], -np.arange(HOURS, dtype=float))
    assert by_day(laid_of(imported), found.import_wh) == [1000, 0, 0]
    assert found.import_wh[23] == 1000


def tariff(*charges, calendar=None):
    return Tariff(
        id="t", version=1, name="T", currency="EUR", zone=ZONE, charges=tuple(charges), calendar=calendar
    )  # fmt: skip


NIGHT = Calendar(rules=(Rule(band="night", from_min=0, to_min=360), Rule(band="day")))


def test_prices_of_the_hours_are_those_of_the_lines():
    both = tariff(
        Energy(code="e", label="", cost_group="energy", rates=(
            BandRate(band="night", price=Decimal("0.20")), BandRate(band="day", price=Decimal("0.30")))),
        Energy(code="n", label="", cost_group="network", price=Decimal("0.05")),
        Energy(code="f", label="", cost_group="feed_in", flow="export", price=Decimal("0.08"), is_credit=True),
        calendar=NIGHT,
    )  # fmt: skip
    use = Use(ZONE, {"import": use_of([100] * HOURS), "export": use_of([10] * HOURS)})
    result = rate(both, Period(PeriodKind.CUSTOM, FIRST, END), use, None, Market())
    found = prices(result.lines, use.laid("import", FIRST, END))
    assert found.tolist() == prices(result.lines, use.laid("import", FIRST, END), is_gross=False).tolist()  # untaxed
    assert found[:7].tolist() == pytest.approx([0.25] * 6 + [0.35])
    assert found[24:30].tolist() == pytest.approx([0.25] * 5 + [0.35])  # the short night has five hours


def test_where_blocks_price_an_interval_the_first_one_stands_for_it():
    blocks = (Block(up_to=Decimal(2), price=Decimal("0.10")), Block(price=Decimal("0.40")))
    use = Use(ZONE, {"import": use_of([1000] * HOURS)})
    result = rate(
        tariff(Energy(code="e", label="", cost_group="energy", blocks=blocks)),
        Period(PeriodKind.CUSTOM, FIRST, END), use, None, Market(),
    )  # fmt: skip
    assert set(prices(result.lines, use.laid("import", FIRST, END)).tolist()) == {0.10}


def test_a_finer_sub_meter_is_summed_and_a_coarser_one_tells_nothing():
    laid = laid_of([1000] * HOURS)
    quarters = use_of([250] * (HOURS * 4), interval_s=900)
    assert on_grid(quarters, laid).tolist() == [1000] * HOURS
    assert on_grid(use_of([6000] * 3, interval_s=86_400), laid).tolist() == [0] * HOURS
    assert on_grid(use_of([500] * HOURS), laid).tolist() == [500] * HOURS
    nothing = Use(ZONE, {"import": use_of([])}).laid("import", FIRST, FIRST)
    assert len(on_grid(quarters, nothing)) == 0


def test_a_use_with_other_import_keeps_its_gaps():
    use = Use(ZONE, {"import": use_of([100] * HOURS, missing=(3, 4))})
    laid = use.laid("import", FIRST, END)
    other = shifted_use(use, FIRST, END, laid.energy_wh * 2)
    again = other.laid("import", FIRST, END)
    assert again.is_known.tolist() == laid.is_known.tolist()
    assert again.energy_wh.tolist() == (laid.energy_wh * 2).tolist()
