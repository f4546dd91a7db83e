"""Tariff structures, each written twice by hand: as a tariff of ours and as the tables PySAM asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.base import Charge, Market
from domain.tariffs.blocks import BandRate, Block
from domain.tariffs.charges.demand import Demand, Ratchet
from domain.tariffs.charges.minimum import Minimum
from domain.tariffs.charges.netting import Netting
from domain.tariffs.charges.spot import Spot
from domain.tariffs.prices import PriceSeries
from domain.tariffs.tariff import Tariff
from tests.factories.tariffs import grid, make_energy, make_tariff
from tests.oracle import years
from tests.oracle.pysam import OPEN

Int64s = npt.NDArray[np.int64]
Rates = Mapping[str, Any]
d = Decimal
ALL = range(12)


@dataclass(frozen=True)
class Structure:
    """One structure and the year it is billed on."""

    charges: tuple[Charge, ...]
    rates: Rates
    load: Callable[[], Int64s] = years.household
    made: Callable[[], Int64s] | None = None
    calendar: Calendar | None = None
    prices: tuple[PriceSeries, ...] = field(default=())

    @property
    def tariff(self) -> Tariff:
        return make_tariff(*self.charges, calendar=self.calendar)

    @property
    def market(self) -> Market:
        return Market(prices={series.name: series for series in self.prices})

    def flows(self) -> tuple[Int64s, Int64s | None]:
        return self.load(), self.made() if self.made else None


def energy(price: str | None = "0.30", **changes: Any) -> Charge:
    return make_energy(price, **({"flow": "use"} | changes))


def demand(code: str, price: str | None, **changes: Any) -> Demand:
    wanted = {"label": code, "cost_group": "network", "flow": "use", "window_min": 60}
    return Demand(code=code, price=d(price) if price else None, **(wanted | changes))


def netting(mode: str, buy: Mapping[str, str], **changes: Any) -> Netting:
    return Netting(code="net", label="Net", cost_group="energy", mode=mode, buy=by_band(buy), **changes)


def by_band(prices: Mapping[str, str]) -> tuple[BandRate, ...]:
    return tuple(BandRate(band=band, price=d(price)) for band, price in prices.items())


def blocks(*steps: tuple[str | None, str]) -> tuple[Block, ...]:
    return tuple(Block(price=d(price), up_to=d(limit) if limit else None) for limit, price in steps)


def minimum(amount: str, per: str) -> Minimum:
    return Minimum(code="min", label="Minimum", cost_group="service", amount=d(amount), per=per)


def schedule(hours: Callable[[int, int], int]) -> list[list[int]]:
    """PySAM's period by month (0-11) and hour."""
    return [[hours(month, hour) for hour in range(24)] for month in ALL]


def both(hours: Callable[[int, int], int]) -> Rates:
    return {"ur_ec_sched_weekday": schedule(hours), "ur_ec_sched_weekend": schedule(hours)}


def quarterly(hourly: Callable[[], Int64s]) -> Callable[[], Int64s]:
    return lambda: years.quarters(hourly())


# Two seasons with a peak on workdays ---------------------------------------------------------------------------------
SEASONS = Calendar(
    rules=(
        Rule(band="summer peak", months=(5, 6, 7, 8, 9), weekdays=(1, 2, 3, 4, 5), from_min=16 * 60, to_min=21 * 60),
        Rule(band="summer", months=(5, 6, 7, 8, 9)),
        Rule(band="winter peak", weekdays=(1, 2, 3, 4, 5), from_min=16 * 60, to_min=21 * 60),
        Rule(band="winter"),
    )
)
SEASON_PRICES = {"summer peak": "0.4412", "summer": "0.2530", "winter peak": "0.3711", "winter": "0.2268"}
SEASON_TIMES = {
    "ur_ec_sched_weekday": schedule(
        lambda m, h: (1 if 16 <= h < 21 else 2) if 4 <= m <= 8 else 3 if 16 <= h < 21 else 4
    ),
    "ur_ec_sched_weekend": schedule(lambda m, _h: 2 if 4 <= m <= 8 else 4),
}
SEASON_TABLE = [[period + 1, 1, OPEN, 0, float(price), 0] for period, price in enumerate(SEASON_PRICES.values())]

# Three seasons, a dearest hour that wraps round midnight, weekends of their own ----------------------------------------
NIGHTS = Calendar(
    rules=(
        Rule(band="weekend", weekdays=(6, 7)),
        Rule(band="night", from_min=23 * 60, to_min=5 * 60),
        Rule(band="deep winter", months=(12, 1, 2)),
        Rule(band="high summer", months=(7, 8), from_min=11 * 60, to_min=15 * 60),
        Rule(band="day"),
    )
)
NIGHT_PRICES = {"weekend": "0.2", "night": "0.15125", "deep winter": "0.39", "high summer": "0.09", "day": "0.3071"}


def night_period(month: int, hour: int) -> int:
    if hour >= 23 or hour < 5:
        return 2
    if month in {11, 0, 1}:
        return 3
    return 4 if month in {6, 7} and 11 <= hour < 15 else 5


NIGHT_TIMES = {
    "ur_ec_sched_weekday": schedule(night_period),
    "ur_ec_sched_weekend": schedule(lambda _m, _h: 1),
}
NIGHT_TABLE = [[period + 1, 1, OPEN, 0, float(price), 0] for period, price in enumerate(NIGHT_PRICES.values())]

# Blocks in two bands: the same limits, as PySAM demands ------------------------------------------------------------------
DAY_NIGHT = Calendar(rules=(Rule(band="day", from_min=7 * 60, to_min=20 * 60), Rule(band="night")))
DAY_NIGHT_TIMES = both(lambda _m, h: 1 if 7 <= h < 20 else 2)
DAY_NIGHT_BLOCKS = (
    BandRate(band="day", blocks=blocks(("300", "0.25"), ("650", "0.31"), (None, "0.42"))),
    BandRate(band="night", blocks=blocks(("300", "0.18"), ("650", "0.22"), (None, "0.35"))),
)
DAY_NIGHT_TABLE = [
    [1, 1, 300, 0, 0.25, 0], [1, 2, 650, 0, 0.31, 0], [1, 3, OPEN, 0, 0.42, 0],
    [2, 1, 300, 0, 0.18, 0], [2, 2, 650, 0, 0.22, 0], [2, 3, OPEN, 0, 0.35, 0],
]  # fmt: skip

# Demand: steps on any hour, and a peak window ------------------------------------------------------------------------------
WINDOW = Calendar(rules=(Rule(band="window", weekdays=(1, 2, 3, 4, 5), from_min=840, to_min=1200), Rule(band="rest")))
STEPS = blocks(("5", "4.5"), ("15", "7.25"), (None, "9"))


def peaks(window_min: int) -> tuple[Charge, ...]:
    flat = demand("flat", None, blocks=STEPS, window_min=window_min)
    return (energy("0.12"), flat, demand("peak", "11.2", when=("window",), window_min=window_min))


PEAK_TABLES = {
    "ur_ec_tou_mat": [[1, 1, OPEN, 0, 0.12, 0]],
    "ur_dc_enable": 1,
    "ur_dc_flat_mat": [
        row for month in ALL for row in ([month, 1, 5, 4.5], [month, 2, 15, 7.25], [month, 3, OPEN, 9])
    ],
    "ur_dc_tou_mat": [[1, 1, OPEN, 11.2], [2, 1, OPEN, 0]],
    "ur_dc_sched_weekday": schedule(lambda _m, h: 1 if 14 <= h < 20 else 2),
    "ur_dc_sched_weekend": schedule(lambda _m, _h: 2),
}  # fmt: skip


def ratchet(percent: float, months: int, least_kw: float = 0, looked_at: Sequence[int] = tuple(ALL)) -> Rates:
    """A demand price of 10 on the month's peak or a share of earlier ones; no year before."""
    return {
        "ur_ec_tou_mat": [[1, 1, OPEN, 0, 0.10, 0]],
        "ur_dc_enable": 1,
        "ur_dc_flat_mat": [[month, 1, OPEN, 10] for month in ALL],
        "ur_enable_billing_demand": 1,
        "ur_billing_demand_minimum": least_kw,
        "ur_billing_demand_lookback_period": months,
        "ur_billing_demand_lookback_percentages": [[percent if month in looked_at else 0, 1] for month in ALL],
        "ur_dc_billing_demand_periods": [[1, 1]],
        "ur_yearzero_usage_peaks": [0] * 12,
    }


def ratcheted(**changes: Any) -> tuple[Charge, ...]:
    return (energy("0.10"), demand("kw", "10", ratchet=Ratchet(**changes)))


# Market prices [1/1000 per kWh] -----------------------------------------------------------------------------------------
HOURLY = 60 + 8 * ((5 * years.CLOCK + years.DAY) % 9) + 110 * ((years.CLOCK >= 17) & (years.CLOCK <= 20))
MARKET = (
    HOURLY - 4 * (years.SUN // 2) * ((years.CLOCK >= 10) & (years.CLOCK <= 15)) - 40 * (years.DAY % 13 == 0)
)  # falls to -54
QUARTERLY = np.repeat(MARKET, 4) + np.tile([-30, 10, 25, -5], 8760)


def prices(name: str, mills: Int64s) -> PriceSeries:
    interval_s = 3600 * 8760 // len(mills)
    return PriceSeries(name, "EUR", interval_s, 1000, grid("2018-01-01", "2019-01-01", "UTC", interval_s), mills)


def spot(**changes: Any) -> Spot:
    wanted = {"code": "spot", "label": "Spot", "cost_group": "energy", "series": "market", "flow": "use"}
    return Spot(**(wanted | changes))


def stepwise(buy_mills: Int64s, sell_mills: Int64s | None = None) -> Rates:
    found: dict[str, Any] = {"ur_en_ts_buy_rate": 1, "ur_ts_buy_rate": [int(price) / 1000 for price in buy_mills]}
    if sell_mills is not None:
        found |= {"ur_en_ts_sell_rate": 1, "ur_ts_sell_rate": [int(price) / 1000 for price in sell_mills]}
    return found
