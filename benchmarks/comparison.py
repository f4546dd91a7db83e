"""What a year costs under five tariffs, beside loading the readings it is asked of."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from adapters.clock import FrozenClock
from domain.calendar import Period, PeriodKind
from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.blocks import BandRate, Block
from domain.tariffs.compare import compare
from domain.tariffs.tariff import Tariff
from services import contract_rating, portal
from tests.factories.billing_world import billing_world
from tests.factories.tariffs import make_energy, make_fixed, make_tariff

Row = tuple[str, str, str, str, str]
YEAR = Period(PeriodKind.CUSTOM, date(2025, 7, 1), date(2026, 7, 1))
A_YEAR = (("2025-06-30T22:00", "2026-06-30T22:00"),)
NOW = datetime(2026, 7, 4, 6, tzinfo=UTC)


def run(*, full: bool = False) -> Iterator[Row]:
    count = 500 if full else 50
    with tempfile.TemporaryDirectory() as folder:
        made = billing_world(Path(folder), count, spans=A_YEAR, first=date(2025, 7, 1))
        tariffs = _tariffs()
        with portal.using(replace(made, clock=FrozenClock(NOW))):
            contracts = [contract_rating.row_of(number) for number in range(1, count + 1)]
            begun = time.perf_counter()
            loaded = [contract_rating.use_of(contract, tariffs, YEAR) for contract in contracts]
            loading = time.perf_counter() - begun
            begun = time.perf_counter()
            for contract, use in zip(contracts, loaded, strict=True):
                market = contract_rating.market_of(tariffs, YEAR, contract)
                costs = compare(tariffs, YEAR, use, date(2026, 7, 1), contract_rating.facts_of(contract), market)
                assert all(cost.refusal is None for cost in costs), "every tariff is priced"
            rating = time.perf_counter() - begun
        yield (
            f"{count} contracts x 5 tariffs, a year of quarter-hours each", f"{rating / count * 1e3:.1f} ms a contract",
            f"loading its readings {loading / count * 1e3:.1f} ms", f"{rating / loading:.1f}x", "",
        )  # fmt: skip
        made.readings.close()
        made.records.dispose()


def _tariffs() -> list[Tariff]:
    """One price, day and night, blocks, a dearer standing charge, seasons."""
    base = make_fixed(vat_code="std")
    day = Calendar(rules=(Rule(band="day", from_min=360, to_min=1320), Rule(band="night")))
    season = Calendar(rules=(Rule(band="summer", months=(4, 5, 6, 7, 8, 9)), Rule(band="winter")))
    rates = {"day": "0.33", "night": "0.24", "summer": "0.27", "winter": "0.32"}

    def banded(*names: str) -> tuple[BandRate, ...]:
        return tuple(BandRate(band=name, price=Decimal(rates[name])) for name in names)

    blocks = (Block(up_to=Decimal(200), price=Decimal("0.26")), Block(price=Decimal("0.34")))
    return [
        make_tariff(make_energy(vat_code="std"), base, id="flat"),
        make_tariff(make_energy(None, vat_code="std", rates=banded("day", "night")), base, id="tou", calendar=day),
        make_tariff(make_energy(None, vat_code="std", blocks=blocks), base, id="blocks"),
        make_tariff(make_energy("0.25", vat_code="std"), make_fixed("39.00", vat_code="std"), id="standing"),
        make_tariff(make_energy(None, vat_code="std", rates=banded("summer", "winter")), base, id="season", calendar=season),
    ]  # fmt: skip
