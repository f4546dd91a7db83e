from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.tariffs.base import Facts, Market
from domain.tariffs.blocks import Block
from domain.tariffs.charges.capacity import Capacity
from domain.tariffs.charges.levy import Levy
from domain.tariffs.rate import rate
from domain.tariffs.taxes import LevyRate, TaxTable
from tests.factories.tariffs import amounts, days, make_energy, make_tariff, make_use, month


def levy(name: str) -> Levy:
    return Levy(code=name, label=name, cost_group="tax_levy", levy=name)


def test_a_levy_that_changes_makes_a_line_of_each_price():
    rows = (
        LevyRate(levy="tax", price=Decimal("0.02"), valid_to=date(2026, 6, 11)),
        LevyRate(levy="tax", price=Decimal("0.03"), valid_from=date(2026, 6, 11)),
    )
    market = Market(taxes=TaxTable(levies=rows))
    result = rate(make_tariff(levy("tax")), month("2026-06"), make_use("2026-06-01", "2026-07-01"), market=market)
    # 10 days of 24 kWh at 0.02, 20 at 0.03.
    assert [line.amount_minor for line in result.lines] == [480, 1_440]
    assert [len(line.intervals) for line in result.lines] == [960, 1_920]


def test_the_published_bill_of_erongo_red():
    """Erongo RED, "How is my account calculated": 850 kWh, 40 A, two levies, N$ 1 777.93."""
    blocks = (
        Block(price=Decimal("1.56"), up_to=Decimal(250)),  # 250 x 1.56 = 390.00
        Block(price=Decimal("1.68"), up_to=Decimal(750)),  # 500 x 1.68 = 840.00
        Block(price=Decimal("2.06")),  # 100 x 2.06 = 206.00
    )
    tariff = make_tariff(
        make_energy(None, blocks=blocks),
        Capacity(code="ampere", label="Capacity", cost_group="network", price=Decimal(8), unit="A"),  # 40 x 8 = 320.00
        levy("ECB"),  # 850 x 0.0150 = 12.75
        levy("NEF"),  # 850 x 0.0108 = 9.18
        currency="NAD",
    )
    rows = (LevyRate(levy="ECB", price=Decimal("0.0150")), LevyRate(levy="NEF", price=Decimal("0.0108")))
    parts = [850_000 // 2880] * 2880
    parts[0] += 850_000 - sum(parts)
    use = make_use("2026-06-01", "2026-07-01", parts)
    facts = Facts(capacities={"A": Decimal(40)})
    result = rate(tariff, days("2026-06-01", "2026-07-01"), use, facts, Market(taxes=TaxTable(levies=rows)))
    assert amounts(result) == {
        "energy 1": 39_000, "energy 2": 84_000, "energy 3": 20_600, "ampere": 32_000, "ECB": 1_275, "NEF": 918,
    }  # fmt: skip
    assert result.net_minor == 177_793
