"""Bills that sellers of energy print as examples, where no kind of charge has its own.

Elsewhere: Erongo RED (charges/test_levy.py), Octopus Agile by band (charges/test_spot.py), blended feed-in rates
(charges/test_feed_in.py), GST and credits (charges/test_percent.py), demand with a surcharge (charges/test_demand.py),
Wittenberg and Rostock (billing/test_totals.py).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np

from domain.money import round_half_away, to_minor
from domain.tariffs.base import Market
from domain.tariffs.charges.spot import Spot
from domain.tariffs.rate import rate
from tests.factories.tariffs import make_energy, make_prices, make_tariff, make_use, month


def test_a_day_is_rounded_once_and_not_by_the_half_hour():
    """HomeAssistant-OctopusEnergy: 3.932 kWh at 26.4159 p are 1.0387 pounds; the sum of rounded half-hours was 1.10."""
    half_hours = np.zeros(48 * 30, dtype=np.int64)
    half_hours[:48] = [82] * 44 + [81] * 4
    assert half_hours.sum() == 3_932
    use = make_use("2026-06-01", "2026-07-01", half_hours, interval_s=1800)
    result = rate(make_tariff(make_energy("0.264159"), currency="GBP"), month("2026-06"), use)
    assert round_half_away(result.amount, 4) == Decimal("1.0387")
    assert result.net_minor == 104
    # Rounded one by one, each half-hour of 2.14 to 2.17 p would be 2 p.
    price = Fraction(264_159, 1_000_000)
    assert sum(to_minor(Fraction(int(wh), 1000) * price, "GBP") for wh in half_hours) == 96


def test_an_interval_at_printed_precision():
    """The same page: 0.028 kWh counted as 0.03 at 26.42 p are 0.7926 p; we count the 28 Wh that were metered."""
    assert Fraction("0.03") * Fraction("26.42") == Fraction("0.7926")
    use = make_use("2026-06-01", "2026-07-01", [28] + [0] * 2879)
    result = rate(make_tariff(make_energy("0.2642")), month("2026-06"), use)
    assert result.amount * 100 == Fraction("0.73976")


def test_the_older_formula_of_octopus_agile():
    """D + P + W x X: 2 p of distribution, 5 p at the peak and 1.2 times 15 p are 25 p per kWh."""
    charge = Spot(
        code="agile", label="Agile", cost_group="energy", series="spot", multiplier=Decimal("1.2"),
        adder=Decimal("0.07"), cap=Decimal("0.35"),
    )  # fmt: skip
    prices = make_prices("2026-06-01", "2026-07-01", 15_000)
    result = rate(
        make_tariff(charge), month("2026-06"), make_use("2026-06-01", "2026-07-01"), market=Market({"spot": prices})
    )
    assert (result.lines[0].unit_price, result.net_minor) == (Decimal("0.25"), 18_000)  # 720 kWh
