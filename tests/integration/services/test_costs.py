"""What a site's energy cost is what its contracts' rating says, in the days they ran, as the customer is told prices."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest

from data.queries import contracts as queries
from domain.calendar import Period, PeriodKind
from domain.errors import NotFoundError
from services import contract_rating, costs, portal, use
from services.costs import Cost, NoCost
from services.sites import sites_of

OCTOBER = Period.of(PeriodKind.MONTH, date(2026, 10, 1))
NOVEMBER = Period.of(PeriodKind.MONTH, date(2026, 11, 1))


@pytest.fixture
def home(viewer_of):
    """Somebody and the first of their sites."""

    def find(name: str):
        viewer = viewer_of(name)
        return viewer, sites_of(viewer)[0]

    return find


def rated(site, period, direction="supply", commodity="electricity"):
    with portal.current().records.reading() as db:
        rows = queries.contracts_in(db, period.first, period.end)
    wanted = (site.id, commodity, direction)
    (row,) = [row for row in rows if (row.site_id, row.commodity, row.direction) == wanted]
    return contract_rating.rate_contract(row.id, period)


def test_a_finished_month_costs_what_its_rating_says_with_vat_for_a_household(home):
    viewer, site = home("consumer")
    found, result = costs.cost(viewer, site, "electricity", OCTOBER), rated(site, OCTOBER)
    assert isinstance(found, Cost)
    assert (found.net_minor, found.tax_minor, found.gross_minor) == (
        result.net_minor, result.tax_minor, result.gross_minor,
    )  # fmt: skip
    assert found.is_gross
    assert found.shown_minor == found.net_minor + round(found.net_minor * 16 / 100)  # VAT of 16 % since July
    assert sum(minor for _name, minor in found.groups) == found.net_minor
    assert sum(minor for _day, minor in found.days) == found.shown_minor
    assert (len(found.days), found.is_running, found.is_whole, found.missing) == (31, False, True, 0)
    assert found.tariffs == ("Rheintal Fix 12",)


def test_a_business_is_told_prices_without_vat(home):
    viewer, site = home("business")
    found = costs.cost(viewer, site, "electricity", OCTOBER)
    assert (found.is_gross, found.shown_minor) == (False, found.net_minor)
    assert sum(minor for _day, minor in found.days) == found.net_minor


def test_the_running_month_has_cost_what_its_days_up_to_today_cost(home):
    """Now is 20 November: 20 days of standing charges, and only the hours to come are not missing."""
    viewer, site = home("consumer")
    found = costs.cost(viewer, site, "electricity", NOVEMBER)
    assert (found.is_running, found.until, len(found.days)) == (True, date(2026, 11, 21), 20)
    base = dict(found.groups)["service"]
    assert base == round(990 * 20 / 30)
    assert found.missing == 7  # one doubtful reading of 12 November stands for eight quarter-hours


@pytest.mark.parametrize("person", ["consumer", "business"])
def test_what_is_missing_is_the_same_beside_use_and_beside_cost(person, viewer_of):
    viewer = viewer_of(person)
    for site in sites_of(viewer):
        wired = [register.id for register in site.registers if register.flow == "import"]
        used = use.series(viewer, site, [(wired[0], 1)], NOVEMBER, "interval")
        found = costs.cost(viewer, site, "electricity", NOVEMBER)
        assert found.missing == used.total_counts[5], site.name


def test_what_is_paid_for_feeding_in_is_told_apart(home):
    viewer, site = home("prosumer")
    earned = costs.cost(viewer, site, "electricity", OCTOBER, direction="feed_in")
    assert earned.gross_minor == rated(site, OCTOBER, "feed_in").gross_minor < 0
    paid = costs.cost(viewer, site, "electricity", OCTOBER)
    assert paid.gross_minor == rated(site, OCTOBER).gross_minor > 0


def test_months_sum_to_the_days_and_a_mean_price_is_all_money_over_all_energy(home):
    viewer, site = home("consumer")
    two = Period(PeriodKind.CUSTOM, date(2026, 9, 25), date(2026, 10, 6))
    found = costs.cost(viewer, site, "electricity", two)
    months = costs.by_month(found)
    assert [first for first, _minor in months] == [date(2026, 9, 1), date(2026, 10, 1)]
    assert sum(minor for _first, minor in months) == found.shown_minor
    assert costs.mean_price(found, 50_000) == Fraction(found.shown_minor, 100) / 50
    assert costs.mean_price(found, 0) is None


def test_before_a_contract_and_for_what_was_never_signed_there_is_no_amount(home, viewer_of):
    viewer, site = home("consumer")
    before = Period.of(PeriodKind.MONTH, date(2025, 3, 1))
    assert costs.cost(viewer, site, "electricity", before) == NoCost("no_contract")
    assert costs.cost(viewer, site, "electricity", OCTOBER, direction="feed_in") == NoCost("no_contract")
    assert not costs.has_contract(viewer, site, "heat")
    assert costs.has_contract(viewer, site, "gas")


def test_what_cannot_be_priced_says_why(home, world, monkeypatch):
    """The market price of tomorrow's days is not there: a month that needs it is refused, never a zero."""
    viewer, site = home("prosumer")
    far = Period(PeriodKind.CUSTOM, date(2026, 11, 1), date(2026, 11, 21))
    monkeypatch.setattr(queries, "price_series", lambda *_args: {})
    found = costs.cost(viewer, site, "electricity", far)
    assert isinstance(found, NoCost)
    assert found.reason == "series_missing"


def test_a_cost_as_known_on_an_earlier_day_is_that_days(home, world):
    """A reading corrected on 31 October: what October cost was more as known the day before."""
    viewer, site = home("consumer")
    known_at = world.clock.now() - timedelta(days=21)
    then = costs.cost(viewer, site, "electricity", OCTOBER, known_at=known_at)
    assert then.gross_minor != costs.cost(viewer, site, "electricity", OCTOBER).gross_minor


def test_somebody_elses_costs_are_missing(home, viewer_of):
    _viewer, site = home("prosumer")
    stranger = viewer_of("consumer2")
    with pytest.raises(NotFoundError):
        costs.cost(stranger, site, "electricity", OCTOBER)
    with pytest.raises(NotFoundError):
        costs.has_contract(stranger, site, "electricity")
