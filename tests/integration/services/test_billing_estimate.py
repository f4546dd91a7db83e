"""The bill to come: rated to date as the cost card says it, the rest as foreseen, through the rating that writes the bill."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.access import SiteGrant
from domain.calendar import Period, PeriodKind
from services import billing_estimate, costs
from services.billing_estimate import Estimate, NoEstimate
from services.sites import sites_of
from tests.factories.billing_world import at, billing_world, owner, read

NOVEMBER = Period.of(PeriodKind.MONTH, date(2026, 11, 1))
NOW = "2026-11-20T11:00"  # 12:00 in Berlin
LATELY = ("2026-09-20T22:00", NOW)
# Home 1 uses 101 Wh in each quarter-hour: 290.88 kWh in November at 0.30 are 87.26, 12.50 a month, 16 % VAT of 99.76.
BILL = 8726 + 1250 + 1596


def resident(number: int, first: date = date(2024, 1, 1), end: date | None = None):
    """Who owns the account of a home and lives there in some days."""
    return replace(owner(number), grants=(SiteGrant(number, number, "owner", first, end),))


def only(viewer) -> Estimate:
    (found,) = billing_estimate.estimates(viewer)
    assert isinstance(found, Estimate)
    return found


def test_the_estimate_of_steady_use_is_the_bill_to_the_cent(tmp_path):
    with at(billing_world(tmp_path, 1, spans=[LATELY]), NOW):
        found = only(resident(1))
    assert (found.period, found.is_gross, found.currency) == (NOVEMBER, True, "EUR")
    assert (found.minor, found.low_minor, found.high_minor) == (BILL, BILL, BILL)
    assert found.outlook.basis == "lately"
    # 19 days and 12 hours are known; to come are 10 days and 12 hours of 96 quarter-hours.
    assert found.energy_wh == 101 * (10 * 96 + 48)
    assert found.standing_minor == round((1250 - 833) * 1.16)  # of the fee 20 of 30 days are 8.33; with VAT


def test_last_years_days_count_as_far_as_use_has_changed_since(tmp_path):
    """Twice as much was used until the end of last year: half of last year's November is this one's."""
    made = billing_world(tmp_path, 1, spans=[("2025-12-31T23:00", NOW)], first=date(2025, 1, 1))
    read(made, 1, "2025-08-31T22:00", "2025-12-31T23:00", extra_wh=101)
    with at(made, NOW):
        found = only(resident(1))
    assert (found.outlook.basis, found.outlook.weeks, found.outlook.factor) == ("last_year", 8, 1 / 2)
    assert found.minor == BILL


def test_the_band_is_what_the_lowest_and_the_highest_week_make_of_the_rest(tmp_path):
    """The last week was 131 Wh a quarter-hour, the three before 101: their mean is 108.5."""
    made = billing_world(tmp_path, 1, spans=[("2026-09-20T22:00", "2026-11-13T11:00")])
    read(made, 1, "2026-11-13T11:00", NOW, extra_wh=30)
    with at(made, NOW):
        found = only(resident(1))
    assert (float(found.outlook.low), float(found.outlook.high)) == (101 / 108.5, 131 / 108.5)
    assert found.low_minor < found.minor < found.high_minor


def test_two_weeks_are_the_least(tmp_path):
    with at(billing_world(tmp_path, 1, spans=[("2026-11-08T00:00", NOW)]), NOW):
        (found,) = billing_estimate.estimates(resident(1))
    assert (type(found), found.reason) == (NoEstimate, "few_readings")


@pytest.mark.parametrize("stay", [(date(2026, 12, 1), None), (date(2024, 1, 1), date(2026, 11, 1))])
def test_whoever_does_not_live_there_now_has_no_bill_to_come(tmp_path, stay):
    with at(billing_world(tmp_path, 2, spans=[LATELY]), NOW):
        assert billing_estimate.estimates(resident(1, *stay)) == []
        assert billing_estimate.estimates(owner(1)) == []  # a membership alone shows no readings
        assert [each.contract.account_id for each in billing_estimate.estimates(resident(2))] == [2]


@pytest.mark.parametrize("name", ["consumer", "prosumer", "business"])
def test_so_far_is_what_the_cost_card_says(viewer_of, name):
    viewer = viewer_of(name)
    places = {site.id: site for site in sites_of(viewer)}
    found = [each for each in billing_estimate.estimates(viewer) if isinstance(each, Estimate)]
    assert found
    for each in found:
        row = each.contract
        cost = costs.cost(viewer, places[row.site_id], row.commodity, each.period, direction=row.direction)
        assert (each.so_far_minor, each.is_gross) == (cost.shown_minor, cost.is_gross)
        assert each.so_far_minor + each.standing_minor + each.energy_minor == each.minor
        assert each.low_minor <= each.minor <= each.high_minor
