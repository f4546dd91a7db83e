from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from domain.tariffs.base import Facts, Market
from domain.tariffs.blocks import Block
from domain.tariffs.charges.feed_in import FeedIn, Vintage, blended
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import rate
from tests.factories.tariffs import days, make_prices, make_tariff, make_use, month

JUNE = ("2026-06-01", "2026-07-01")


def tiers(*pairs: tuple[str, int | None]) -> tuple[Block, ...]:
    return tuple(Block(price=Decimal(price), up_to=None if up_to is None else Decimal(up_to)) for price, up_to in pairs)


# Germany, surplus feed-in, commissioned from 1 February 2025 and from 1 August 2025. [EUR/kWh]
EARLIER = Vintage(
    tiers=tiers(("0.0794", 10), ("0.0688", 40), ("0.0562", None)),
    commissioned_from=date(2025, 2, 1),
    commissioned_to=date(2025, 8, 1),
)
LATER = Vintage(
    tiers=tiers(("0.0786", 10), ("0.0680", 40), ("0.0556", None)),
    commissioned_from=date(2025, 8, 1),
    commissioned_to=date(2026, 2, 1),
    unpaid_if_negative=True,
)


def feed_in(**changes: object) -> FeedIn:
    wanted = {
        "code": "eeg",
        "label": "Feed-in",
        "cost_group": "feed_in",
        "vintages": (EARLIER, LATER),
        "series": "spot",
    }
    return FeedIn(**(wanted | changes))


def facts(day: str, kilowatts: str = "9.9") -> Facts:
    return Facts(commissioning_date=date.fromisoformat(day), installed_kw=Decimal(kilowatts))


def june(found: Facts, charge: FeedIn | None = None, **market: object):
    use = make_use(*JUNE, export=125)
    return rate(make_tariff(charge or feed_in()), month("2026-06"), use, found, Market(**market))


@pytest.mark.parametrize(
    ("installed", "rates", "cents"),
    [("15", (("0.0803", 10), ("0.0695", None)), "7.67"), ("60", (("0.1273", 10), ("0.1068", None)), "11.02")],
)
def test_the_published_blends_by_capacity(installed, rates, cents):
    """solarmodo.de: 15 kW get (10 x 8.03 + 5 x 6.95)/15 = 7.67 ct; 60 kW (10 x 12.73 + 50 x 10.68)/60 = 11.02 ct."""
    assert blended(tiers(*rates), Decimal(installed), 4) * 100 == Decimal(cents)


def test_an_unrounded_blend_ends_at_twelve_decimals():
    assert blended(tiers(("0.0803", 10), ("0.0695", None)), Decimal(15), None) == Decimal("0.0767")  # 1.1505 / 15


def test_the_rate_is_that_of_the_day_of_commissioning():
    # 360 kWh at 7.94 ct for a generator of July 2025.
    (line,) = june(facts("2025-07-31")).lines
    assert (line.quantity, line.unit_price, line.amount_minor) == (360, Decimal("-0.0794"), -2_858)  # 28.584
    assert line.quantity * Fraction(line.unit_price) == line.amount


def test_a_later_generator_is_not_paid_while_the_market_is_negative():
    # The first hour of each of 30 days is negative: 690 of 720 hours are paid, 0.5 kWh each.
    prices = np.tile([-100, *[100] * 23], 30)
    result = june(facts("2025-08-01"), prices={"spot": make_prices(*JUNE, prices)})
    (line,) = result.lines
    assert (line.quantity, len(line.intervals)) == (345, 690 * 4)
    assert line.unit_price == Decimal("-0.0786")


def test_payment_ends_with_the_twentieth_year_after():
    open_ended = feed_in(vintages=(Vintage(tiers=tiers(("0.20", None))),))
    assert june(facts("2006-03-01"), open_ended).lines[0].quantity == 360  # to the end of 2026
    assert june(facts("2005-12-31"), open_ended).lines[0].quantity == 0


def test_payment_begins_with_the_commissioning():
    open_ended = feed_in(vintages=(Vintage(tiers=tiers(("0.20", None))),))
    assert june(facts("2026-06-21"), open_ended).lines[0].quantity == 120  # 10 days of 12 kWh
    assert june(facts("2026-08-01"), open_ended).lines[0].quantity == 0


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (Facts(), "fact_missing"),
        (Facts(commissioning_date=date(2025, 7, 1)), "fact_missing"),
        (facts("2020-01-01"), "vintage_missing"),
        (facts("2025-08-01"), "series_missing"),
    ],
)
def test_what_the_contract_does_not_say_is_refused(found, reason):
    with pytest.raises(RatingRefusedError) as caught:
        june(found)
    assert caught.value.reason == reason


def test_full_feed_in_reads_production():
    charge = feed_in(vintages=(Vintage(tiers=tiers(("0.1247", None))),), flow="production")
    result = rate(
        make_tariff(charge), days("2026-06-01", "2026-06-02"), make_use(*JUNE, production=250), facts("2025-07-01")
    )
    assert result.net_minor == -299  # 24 kWh x 0.1247 = 2.9928


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"vintages": ()}, [("vintages", "empty")]),
        ({"vintages": (Vintage(tiers=()),)}, [("vintages[0].tiers", "empty")]),
        ({"vintages": (LATER,), "series": ""}, [("series", "empty")]),
        ({"vintages": (Vintage(tiers=tiers(("1", 5))),)}, [("vintages[0].tiers[0].up_to", "last_block_open")]),
    ],
)
def test_a_wrong_charge_names_its_field(changes, expected):
    assert [(issue.field, issue.code) for issue in feed_in(**changes).issues(())] == expected
