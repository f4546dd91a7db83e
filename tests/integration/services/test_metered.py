"""The same energy everywhere: what is priced is what the pages show."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from data.queries import consumption as queries
from domain.access import Role, Viewer
from domain.calendar import Period, PeriodKind
from domain.errors import NotFoundError
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import rate
from services import metered, portal, use
from services.sites import consumption_terms, sites_of
from tests.factories.tariffs import days, make_energy, make_tariff

OCTOBER = Period.of(PeriodKind.MONTH, date(2026, 10, 1))  # with the long night


@pytest.mark.parametrize("who", ["consumer", "prosumer"])
def test_the_billed_energy_is_that_of_the_page(viewer_of, who):
    viewer = viewer_of(who)
    site = sites_of(viewer)[0]
    found = metered.use_of(viewer, site, OCTOBER, ("import", "use"))
    tariff = make_tariff(make_energy("1"), make_energy("1", code="use", flow="use"))
    billed = {line.code: line.quantity for line in rate(tariff, OCTOBER, found).lines}
    imported = [(register.id, 1) for register in site.with_flow("import")]
    for code, terms in (("energy", imported), ("use", consumption_terms(site))):
        page = use.series(viewer, site, terms, OCTOBER, "month").total_wh
        assert billed[code] == Fraction(page, 1000)


def test_what_is_missing_on_the_page_is_missing_in_the_bill(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    terms = [(register.id, 1) for register in site.with_flow("import")]
    for month in (OCTOBER, Period.of(PeriodKind.MONTH, date(2026, 3, 1))):
        page = use.series(viewer, site, terms, month, "interval").total_counts
        (flow,) = rate(make_tariff(make_energy()), month, metered.use_of(viewer, site, month, ("import",))).coverage
        assert (*flow.counts, flow.missing) == page


def test_a_flow_that_is_not_metered_cannot_be_billed(viewer_of):
    viewer = viewer_of("consumer")
    found = metered.use_of(viewer, sites_of(viewer)[0], OCTOBER, ("import", "export"))
    assert set(found.flows) == {"import"}
    with pytest.raises(RatingRefusedError):
        rate(make_tariff(make_energy(flow="export")), OCTOBER, found)


def test_looking_back_stays_within_the_tenancy(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    found = metered.use_of(viewer, site, days("2026-10-01", "2026-11-01"), ("import",), lookback_months=1)
    assert found.first_day("import") == date(2026, 9, 21)  # the small world's autumn begins there
    before = days("2000-01-01", "2000-02-01")
    assert metered.use_of(viewer, site, before, ("import",)).flows == {}


def test_a_bill_can_be_computed_as_it_was_known(viewer_of):
    viewer = viewer_of("consumer")
    site = sites_of(viewer)[0]
    long_ago = datetime(2000, 1, 1, tzinfo=UTC)
    unknown = metered.use_of(viewer, site, OCTOBER, ("import",), known_at=long_ago)
    register = site.with_flow("import")[0]
    first, end = OCTOBER.bounds_utc(site.zone_name)
    direct = queries.intervals(portal.current().readings, register.id, first, end, known_at=long_ago)
    assert unknown.flows["import"].total_wh == direct.total_wh


def test_a_stranger_prices_nothing(viewer_of):
    site = sites_of(viewer_of("consumer"))[0]
    stranger = Viewer(999, "x@example.org", "X", Role.CUSTOMER, "en", (), ())
    with pytest.raises(NotFoundError):
        metered.use_of(stranger, site, OCTOBER, ("import",))
