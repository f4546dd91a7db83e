from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest

from domain.tariffs.blocks import BandRate
from domain.tariffs.charges.demand import Demand, Ratchet
from domain.tariffs.charges.minimum import Minimum
from domain.tariffs.charges.netting import Netting
from domain.tariffs.tariff import is_in_force
from tests.factories.tariffs import DAY_NIGHT, make_energy, make_fixed, make_tariff

NEW_YEAR = date(2027, 1, 1)


def test_a_sound_tariff_has_no_issues():
    tariff = make_tariff()
    assert tariff.issues() == []
    assert (tariff.bands, tariff.flows) == ((), ("import",))
    assert make_tariff(calendar=DAY_NIGHT).bands == ("day", "night")


@pytest.mark.parametrize(
    ("tariff", "expected"),
    [
        (make_tariff(currency="eur"), [("currency", "not_iso_4217")]),
        (make_tariff(version=0), [("version", "not_positive")]),
        (make_tariff(valid_from=NEW_YEAR, valid_to=NEW_YEAR), [("valid_to", "ends_before_it_begins")]),
        (make_tariff(calendar=dataclasses.replace(DAY_NIGHT, rules=())), [("calendar.rules", "time_not_covered")]),
        (make_tariff(make_energy(), make_energy()), [("charges[1].code", "code_twice")]),
        (make_tariff(make_energy(code="")), [("charges[0].code", "empty")]),
        (make_tariff(make_energy(None)), [("charges[0].price", "one_of_price_blocks_rates")]),
        (
            make_tariff(make_fixed(valid_from=NEW_YEAR, valid_to=NEW_YEAR)),
            [("charges[0].valid_to", "ends_before_it_begins")],
        ),
        (
            make_tariff(make_energy(None, rates=(BandRate(band="x", price=Decimal(1)),))),
            [("charges[0].rates[0].band", "unknown_band")],
        ),
    ],
)
def test_a_wrong_tariff_names_its_field(tariff, expected):
    assert [(issue.field, issue.code) for issue in tariff.issues()] == expected


def test_a_tariff_without_charges_is_an_issue():
    empty = dataclasses.replace(make_tariff(), charges=())
    assert [(issue.field, issue.code) for issue in empty.issues()] == [("charges", "empty")]


def test_the_same_code_may_follow_itself_in_time():
    old, new = make_energy("0.30", valid_to=NEW_YEAR), make_energy("0.33", valid_from=NEW_YEAR)
    assert make_tariff(old, new).issues() == []


def test_as_of_keeps_the_prices_of_a_day_and_drops_their_dates():
    tariff = make_tariff(make_energy("0.30", valid_to=NEW_YEAR), make_energy("0.33", valid_from=NEW_YEAR), make_fixed())
    later = tariff.as_of(NEW_YEAR)
    assert [getattr(charge, "price", None) for charge in later.charges] == [Decimal("0.33"), None]
    assert all(is_in_force(charge, date(2000, 1, 1)) for charge in later.charges)


def test_the_digest_changes_with_any_price_and_with_nothing_else():
    assert make_tariff().digest == make_tariff().digest
    assert make_tariff(make_energy("0.31")).digest != make_tariff(make_energy("0.30")).digest
    assert make_tariff(make_fixed()).digest != make_tariff(make_fixed(per="year")).digest


def test_a_tariff_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_tariff().version = 2


def test_a_tariff_reaches_back_as_far_as_the_charge_that_looks_furthest():
    ratchet = Ratchet(share=Decimal("0.8"), lookback_months=11)
    peak = Demand(code="peak", label="Peak", cost_group="network", price=Decimal(1))
    bank = Netting(code="net", label="Net", cost_group="energy", mode="period_kwh", buy=(BandRate(price=Decimal(1)),))
    least = Minimum(code="least", label="Least", cost_group="energy", amount=Decimal(1))
    reach = {
        0: (make_energy(), peak, least, dataclasses.replace(bank, mode="interval")),
        11: (make_energy(), dataclasses.replace(peak, ratchet=ratchet)),
        12: (dataclasses.replace(peak, ratchet=ratchet, per="year"),),
    }
    for months, charges in reach.items():
        assert make_tariff(*charges).reach_back_months == months
    for charge in (
        bank,
        dataclasses.replace(bank, mode="interval", surplus="carried"),
        dataclasses.replace(least, per="year"),
    ):
        assert make_tariff(charge).reach_back_months == 12
