"""Structures nobody thought of: schedules, blocks, peaks, standing and minimum charges drawn from a seed."""

from __future__ import annotations

import numpy as np

from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.base import Charge
from domain.tariffs.blocks import BandRate, Block
from tests.factories.tariffs import make_fixed
from tests.oracle.pysam import OPEN
from tests.oracle.structures import Structure, d, demand, energy, minimum

Table = list[list[int]]
KINDS = (((1, 2, 3, 4, 5), "weekday"), ((6, 7), "weekend"))


def drawn(seed: int) -> Structure:
    """A structure with one to four bands, one to three blocks and any of the charges beside energy."""
    dice = np.random.default_rng(seed)
    bands, tiers = int(dice.integers(1, 5)), int(dice.integers(1, 4))
    times = {name: _schedule(dice, bands) for _days, name in KINDS}
    limits = sorted({int(limit) for limit in dice.integers(100, 3000, tiers - 1)})
    daily, in_turn = bool(dice.integers(2)), bool(dice.integers(2))
    cents = dice.integers(-200, 5000, (bands, len(limits) + 1))
    fixed, least = (int(value) for value in dice.integers(0, 300, 2))
    peak_cents, when = dice.integers(100, 1500, 2), int(dice.integers(1, bands + 1))
    charges: tuple[Charge, ...] = (
        energy(
            None,
            rates=_rates(cents, limits),
            limit_per="day" if daily else "month",
            block_mode="chronological" if in_turn else "proportional",
        ),
        demand("flat", str(d(int(peak_cents[0])) / 100)),
        demand("peak", str(d(int(peak_cents[1])) / 100), when=(f"b{when}",)),
        make_fixed(str(fixed)),
        minimum(str(least), "month"),
    )
    rates = {
        "ur_ec_tou_mat": [
            [band + 1, tier + 1, [*limits, OPEN][tier], 2 if daily else 0, int(cents[band, tier]) / 10_000, 0]
            for band in range(bands)
            for tier in range(len(limits) + 1)
        ],
        "ur_ec_sched_weekday": times["weekday"],
        "ur_ec_sched_weekend": times["weekend"],
        "ur_metering_option": 2 if in_turn else 0,
        "ur_dc_enable": 1,
        "ur_dc_flat_mat": [[month, 1, OPEN, int(peak_cents[0]) / 100] for month in range(12)],
        "ur_dc_tou_mat": [
            [band, 1, OPEN, int(peak_cents[1]) / 100 if band == when else 0] for band in range(1, bands + 1)
        ],
        "ur_dc_sched_weekday": times["weekday"],
        "ur_dc_sched_weekend": times["weekend"],
        "ur_monthly_fixed_charge": fixed,
        "ur_monthly_min_charge": least,
    }
    load = dice.integers(0, 20_000, 8760) * dice.integers(0, 3, 8760)
    return Structure(charges, rates, lambda: load, calendar=_calendar(times))


def _schedule(dice: np.random.Generator, bands: int) -> Table:
    """A band for each month and hour, in stretches of a few hours."""
    return [np.repeat(dice.integers(1, bands + 1, 12), 2).tolist() for _month in range(12)]


def _calendar(times: dict[str, Table]) -> Calendar:
    rules = [
        Rule(band=f"b{band}", months=(month + 1,), weekdays=days, from_min=60 * hour, to_min=60 * hour + 60)
        for days, name in KINDS
        for month, row in enumerate(times[name])
        for hour, band in enumerate(row)
    ]
    return Calendar(rules=tuple(rules))


def _rates(cents: np.ndarray, limits: list[int]) -> tuple[BandRate, ...]:
    edges = [*(d(limit) for limit in limits), None]
    return tuple(
        BandRate(
            band=f"b{band + 1}",
            blocks=tuple(
                Block(price=d(int(price)) / 10_000, up_to=edge) for price, edge in zip(row, edges, strict=True)
            ),
        )
        for band, row in enumerate(cents)
    )
