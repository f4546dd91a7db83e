from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.tariffs.blocks import BandRate, Block
from domain.tariffs.charges.netting import Netting
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import Term, rate
from domain.tariffs.slots import Use
from tests.factories.tariffs import (
    BERLIN,
    DAY_NIGHT,
    amounts,
    days,
    grid,
    make_energy,
    make_tariff,
    make_use,
    month,
    readings,
    year,
)  # fmt: skip

DAY = ("2026-06-01", "2026-06-02")
BUY, SELL = (BandRate(price=Decimal("0.30")),), (BandRate(price=Decimal("0.08")),)


def netting(mode: str, **changes: object) -> Netting:
    sell = {} if mode == "period_kwh" else {"sell": SELL}
    return Netting(
        **({"code": "net", "label": "Energy", "cost_group": "energy", "mode": mode, "buy": BUY} | sell | changes)
    )


def one_day(charge: Netting, taken: object, given_wh: object):
    flows = dict(zip(charge.flows, (taken, given_wh), strict=True))
    use = Use(BERLIN, {name: readings(grid(*DAY), value) for name, value in flows.items()})
    return rate(make_tariff(charge, calendar=DAY_NIGHT), days(*DAY), use)


def test_net_billing_nets_within_each_interval():
    # Half of the quarters take 500 and give 200, the others take 100 and give 300: 48 x 0.3 kWh bought, 48 x 0.2 sold.
    result = one_day(netting("interval"), [500, 100] * 48, [200, 300] * 48)
    bought, sold = result.lines
    assert (bought.quantity, bought.amount_minor) == (Fraction(144, 10), 432)
    assert (sold.quantity, sold.amount_minor) == (Fraction(96, 10), -77)  # 0.768


def test_a_longer_window_nets_more():
    # In each hour 2 x (500 - 200) + 2 x (100 - 300) = 200 Wh are left to buy, none to sell.
    result = one_day(netting("interval", window_min=60), [500, 100] * 48, [200, 300] * 48)
    assert [line.quantity for line in result.lines] == [Fraction(48, 10), 0]


def test_buy_all_sell_all_nets_nothing():
    result = one_day(netting("buy_all_sell_all"), 500, 200)
    assert [(line.quantity, line.amount_minor) for line in result.lines] == [(48, 1_440), (Fraction(192, 10), -154)]


def test_bands_have_their_own_prices():
    buy = (BandRate(band="day", price=Decimal("0.30")), BandRate(band="night", price=Decimal("0.20")))
    result = one_day(netting("interval", buy=buy), 500, 250)
    assert amounts(result) == {"net day": 480, "net night": 160, "net": 0}  # 16 h and 8 h at 1 kW net


def test_an_interval_of_which_one_side_is_missing_does_not_count():
    starts = grid(*DAY)
    use = Use(BERLIN, {"import": readings(starts, 500), "export": readings(starts[4:], 100)})
    result = rate(make_tariff(netting("interval")), days(*DAY), use)
    assert result.lines[0].quantity == Fraction(92 * 400, 1000)
    assert result.missing == 4


# Surplus by months of 2026, in kWh of the whole month: bought or given.
MONTHS = {1: 300, 2: 100, 3: -150, 4: -250, 5: 200, 6: 50, 7: -100, 8: 0, 9: 0, 10: 30, 11: 0, 12: -40}


def year_use() -> Use:
    """All energy of a month in its first interval."""
    starts = grid("2026-01-01", "2027-01-01")
    taken, given_wh = np.zeros(len(starts), dtype=np.int64), np.zeros(len(starts), dtype=np.int64)
    for number, kilowatt_hours in MONTHS.items():
        at = int(np.searchsorted(starts, grid(f"2026-{number:02d}-01", f"2026-{number:02d}-02")[0]))
        (taken if kilowatt_hours > 0 else given_wh)[at] = abs(kilowatt_hours) * 1000
    return Use(BERLIN, {"import": readings(starts, taken), "export": readings(starts, given_wh)})


def test_net_metering_carries_kilowatt_hours_and_pays_the_rest_in_december():
    # January 300, February 100; March and April bank 400; May takes 200, June 50; July banks 100 (250);
    # October takes 30 (220); December adds 40: 260 kWh at 0.04 = 10.40. Bought: 400 kWh x 0.30.
    charge = netting("period_kwh", year_end_price=Decimal("0.04"))
    result = rate(make_tariff(charge), year(2026), year_use())
    assert amounts(result) == {"net": 12_000, "net bank": -1_040}
    assert [part.quantity for part in result.lines[0].parts] == [300, 100, *[0] * 10]


def test_one_month_of_net_metering_finds_its_bank_in_the_readings_before():
    charge = netting("period_kwh", year_end_price=Decimal("0.04"))
    may = rate(make_tariff(charge), month("2026-05"), year_use())
    assert (may.net_minor, may.notices) == (0, ())
    december = rate(make_tariff(charge), month("2026-12"), year_use())
    assert december.net_minor == -1_040


def test_without_the_readings_before_it_says_so():
    starts = grid("2026-05-01", "2026-06-01")
    use = Use(BERLIN, {"import": readings(starts, 100), "export": readings(starts, 0)})
    result = rate(make_tariff(netting("period_kwh")), month("2026-05"), use)
    assert result.notices[0].params == {"needed_from": date(2026, 1, 1), "known_from": date(2026, 5, 1)}
    empty = Use(BERLIN, {"import": readings(starts[:0]), "export": readings(starts[:0])})
    assert rate(make_tariff(netting("period_kwh")), month("2026-05"), empty).net_minor == 0


def test_a_bank_does_not_reach_back_before_the_contract():
    terms = [Term(make_tariff(netting("period_kwh")), date(2026, 5, 1), date(2027, 1, 1))]
    assert rate(terms, month("2026-05"), year_use()).net_minor == 6_000  # 200 kWh x 0.30: April's bank was another's


def test_the_year_of_the_bank_may_end_in_april():
    charge = netting("period_kwh", year_end_price=Decimal("0.04"), true_up_month=4)
    result = rate(make_tariff(charge), month("2026-05"), year_use())
    assert result.net_minor == 6_000  # paid out at the end of April


# In money at 0.30 and 0.08: January 90.00, February 30.00; March earns 12.00 and April 20.00; May 60.00 less 32.00 is 28.00;
# June 15.00; July earns 8.00; October 9.00 less 8.00 is 1.00; December earns 3.20, which is paid at the end of its year.
@pytest.mark.parametrize("surplus", ["carried", "next_month"])
def test_a_credit_in_money_pays_for_later_months(surplus):
    result = rate(make_tariff(netting("month", surplus=surplus)), year(2026), year_use())
    monthly = [90, 30, 0, 0, 28, 15, 0, 0, 0, 1, 0, Fraction("-3.2")]
    assert [found.amount for found in result.months()] == monthly
    credit = result.lines[-1]
    assert (credit.band, credit.unit) == ("credit", "EUR")
    assert [part.amount for part in credit.parts] == [0, 0, 12, 20, -32, 0, 8, 0, 0, -8, 0, 0]
    may = rate(make_tariff(netting("month", surplus=surplus)), month("2026-05"), year_use())
    assert amounts(may) == {"net": 6_000, "net credit": -3_200}


def test_a_credit_that_is_not_paid_at_the_end_of_the_year_is_lost():
    charge = netting("month", surplus="carried", credit_payout=Decimal("0.25"))
    december = rate(make_tariff(charge), month("2026-12"), year_use())
    assert amounts(december) == {"net": -320, "net credit": 240}  # a fourth of 3.20 is paid


def test_a_credit_is_spent_in_its_own_month_or_later():
    # 150 kWh bought and 100 sold in each of two months: 45.00 and 8.00.
    starts = grid("2026-01-01", "2026-03-01")
    energy = {name: np.zeros(len(starts), dtype=np.int64) for name in ("import", "export")}
    for place in (0, 31 * 96):
        energy["import"][place], energy["export"][place + 1] = 150_000, 100_000
    use = Use(BERLIN, {name: readings(starts, values) for name, values in energy.items()})
    for surplus, monthly in {"paid": [37, 37], "carried": [37, 37], "next_month": [45, 37]}.items():
        charge = netting("interval", surplus=surplus, true_up_month=6)
        result = rate(make_tariff(charge), days("2026-01-01", "2026-03-01"), use)
        assert [found.amount for found in result.months()] == monthly, surplus


def test_a_month_nets_by_band():
    # Day: 64 quarters of 500 - 100; night: 32 of 500 - 600.
    both = (BandRate(band="day", price=Decimal("0.30")), BandRate(band="night", price=Decimal("0.20")))
    night = (BandRate(band="night", price=Decimal("0.08")),)
    given_wh = np.where((np.arange(96) >= 24) & (np.arange(96) < 88), 100, 600)
    result = one_day(netting("month", buy=both, sell=night), 500, given_wh)
    assert amounts(result) == {"net day": 768, "net night": -26}  # 25.6 kWh bought; 3.2 sold, 0.256


def test_a_credit_without_the_readings_before_says_so():
    starts = grid("2026-05-01", "2026-06-01")
    use = Use(BERLIN, {"import": readings(starts, 100), "export": readings(starts, 0)})
    result = rate(make_tariff(netting("interval", surplus="carried")), month("2026-05"), use)
    assert result.notices[0].params == {"needed_from": date(2026, 1, 1), "known_from": date(2026, 5, 1)}
    assert [line.band for line in result.lines] == ["", ""]  # nothing was carried


def test_flows_of_other_lengths_are_refused():
    flows = {"import": readings(grid(*DAY)), "export": readings(grid(*DAY, interval_s=3600), interval_s=3600)}
    for mode in ("interval", "period_kwh"):
        with pytest.raises(RatingRefusedError) as caught:
            rate(make_tariff(netting(mode)), days(*DAY), Use(BERLIN, flows))
        assert caught.value.reason == "readings_too_coarse"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_law_net_billing_is_buy_all_sell_all_without_overlap(seed):
    rng = np.random.default_rng(seed)
    net = rng.integers(-500, 500, 96)
    taken, given_wh = np.maximum(net, 0), np.maximum(-net, 0)
    both = (one_day(netting(mode), taken, given_wh).amount for mode in ("interval", "buy_all_sell_all"))
    assert len(set(both)) == 1


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["carried", "next_month"]), st.sampled_from(["interval", "month"]))
def test_law_a_credit_changes_when_it_is_paid_and_not_how_much(seed, surplus, mode):
    rng = np.random.default_rng(seed)
    starts = grid("2026-01-01", "2027-01-01", interval_s=3600)
    flows = {
        name: readings(starts, rng.integers(0, 9_000, len(starts)), interval_s=3600) for name in ("import", "export")
    }
    use = Use(BERLIN, flows)
    paid = rate(make_tariff(netting(mode)), year(2026), use)
    carried = rate(make_tariff(netting(mode, surplus=surplus)), year(2026), use)
    assert carried.amount == paid.amount
    assert all(found.amount >= 0 for found in carried.months()[:-1])
    assert (
        rate(make_tariff(netting(mode, surplus=surplus, credit_payout=Decimal(0))), year(2026), use).amount
        >= paid.amount
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_law_net_metering_costs_at_most_net_billing_if_selling_pays_less(seed):
    rng = np.random.default_rng(seed)
    taken, given_wh = rng.integers(100, 500, 96), rng.integers(0, 500, 96)
    given_wh = np.minimum(given_wh, int(taken.sum()) // 96)  # no surplus in the period
    assert (
        one_day(netting("period_kwh"), taken, given_wh).amount <= one_day(netting("interval"), taken, given_wh).amount
    )


def test_netting_of_nothing_given_is_a_flat_price():
    flat = rate(make_tariff(make_energy("0.30")), days(*DAY), make_use(*DAY, 500)).amount
    assert one_day(netting("interval"), 500, 0).amount == flat


@pytest.mark.parametrize(
    ("mode", "changes", "expected"),
    [
        ("interval", {}, []),
        ("interval", {"sell": ()}, [("sell", "empty")]),
        ("period_kwh", {"sell": SELL}, [("sell", "not_in_this_mode")]),
        ("interval", {"buy": (BandRate(blocks=(Block(price=Decimal(1)),)),)}, [("buy", "no_blocks_here")]),
        ("period_kwh", {"surplus": "carried"}, [("surplus", "not_in_this_mode")]),
        ("month", {"sell": (BandRate(band="night", price=Decimal(1)),)}, [("sell", "netted_bands_differ")]),
        ("interval", {"credit_payout": Decimal(2)}, [("credit_payout", "out_of_range")]),
        ("period_kwh", {"true_up_month": 13}, [("true_up_month", "not_a_month")]),
    ],
)
def test_a_wrong_charge_names_its_field(mode, changes, expected):
    assert [(issue.field, issue.code) for issue in netting(mode, **changes).issues(("night",))] == expected
