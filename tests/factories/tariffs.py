"""Tariffs, charges and metered use with readable defaults."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np

from domain.calendar import Period, PeriodKind, local_midnight_utc
from domain.energy.intervals import Intervals
from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.charges.energy import Energy
from domain.tariffs.charges.fixed import Fixed
from domain.tariffs.prices import PriceSeries
from domain.tariffs.slots import Use
from domain.tariffs.tariff import Tariff

BERLIN = "Europe/Berlin"
DAY_NIGHT = Calendar(rules=(Rule(band="day", from_min=360, to_min=1320), Rule(band="night")))


def days(first: str, end: str) -> Period:
    """Local days `[first, end)`."""
    return Period(PeriodKind.CUSTOM, date.fromisoformat(first), date.fromisoformat(end))


def month(text: str) -> Period:
    return Period.of(PeriodKind.MONTH, date.fromisoformat(f"{text}-01"))


def year(number: int) -> Period:
    return Period.of(PeriodKind.YEAR, date(number, 1, 1))


def grid(first: str, end: str, zone: str = BERLIN, interval_s: int = 900) -> np.ndarray:
    """Starts of all intervals of some local days."""
    low, high = (int(local_midnight_utc(date.fromisoformat(day), zone).timestamp()) for day in (first, end))
    return np.arange(low, high, interval_s, dtype=np.int64).astype("datetime64[s]")


def readings(starts: np.ndarray, energy_wh: object = 250, quality: object = 0, interval_s: int = 900) -> Intervals:
    """Readings of one register; one number stands for all. 250 Wh in a quarter-hour is 1 kW."""
    count = len(starts)
    return Intervals(
        register_id=1,
        interval_s=interval_s,
        start_utc=starts,
        energy_wh=np.broadcast_to(np.asarray(energy_wh, dtype=np.int64), count).copy(),
        quality=np.broadcast_to(np.asarray(quality, dtype=np.uint8), count).copy(),
        first_utc=datetime(2020, 1, 1, tzinfo=UTC),
        end_utc=datetime(2030, 1, 1, tzinfo=UTC),
    )


def make_use(
    first: str, end: str, energy_wh: object = 250, *, zone: str = BERLIN, interval_s: int = 900, **flows: object
) -> Use:
    """Every interval of some local days; `export=100` adds that flow."""
    starts = grid(first, end, zone, interval_s)
    made = {"import": readings(starts, energy_wh, interval_s=interval_s)}
    made |= {name: readings(starts, value, interval_s=interval_s) for name, value in flows.items()}
    return Use(zone, made)


def make_energy(price: str | None = "0.30", **changes: object) -> Energy:
    wanted = {"code": "energy", "label": "Energy", "cost_group": "energy", "price": Decimal(price) if price else None}
    return Energy(**(wanted | changes))


def make_fixed(amount: str = "12.50", **changes: object) -> Fixed:
    wanted = {"code": "fixed", "label": "Standing charge", "cost_group": "service", "amount": Decimal(amount)}
    return Fixed(**(wanted | changes))


def make_tariff(*charges: object, **changes: object) -> Tariff:
    """A flat tariff unless charges are given."""
    wanted = {
        "id": "test",
        "version": 1,
        "name": "Test",
        "currency": "EUR",
        "zone": BERLIN,
        "charges": charges or (make_energy(), make_fixed()),
    }
    return Tariff(**(wanted | changes))


def make_prices(first: str, end: str, price: object, *, interval_s: int = 3600, name: str = "spot") -> PriceSeries:
    """A price of each interval, in 1/100,000 EUR per kWh (EUR/MWh with two decimals)."""
    starts = grid(first, end, interval_s=interval_s)
    values = np.broadcast_to(np.asarray(price, dtype=np.int64), len(starts)).copy()
    return PriceSeries(name, "EUR", interval_s, 100_000, starts, values, "test")


def amounts(result: object) -> dict[str, int]:
    """Minor units by code, band and tier, for reading a result at a glance."""
    found: dict[str, int] = {}
    for line in result.lines:
        key = " ".join(str(part) for part in (line.code, line.band, line.tier) if part)
        found[key] = found.get(key, 0) + line.amount_minor
    return found
