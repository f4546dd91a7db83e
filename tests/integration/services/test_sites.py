"""Which sites, meters and registers a viewer sees, and what adds up to home use."""

from __future__ import annotations

import pytest

from domain.errors import NotFoundError
from services import sites


def test_a_business_owner_sees_the_sites_of_the_business_only(viewer_of):
    owner, member, consumer = (viewer_of(name) for name in ("business", "accountant", "consumer"))
    ids = {site.public_id for site in sites.sites_of(owner)}
    assert len(ids) >= 2
    assert {site.public_id for site in sites.sites_of(member)} == ids
    assert ids.isdisjoint(site.public_id for site in sites.sites_of(consumer))


def test_foreign_and_missing_sites_and_meters_are_the_same_404(viewer_of):
    consumer, owner = viewer_of("consumer"), viewer_of("business")
    foreign = sites.sites_of(owner)[0]
    errors = [
        pytest.raises(NotFoundError, sites.site, consumer, foreign.public_id).value,
        pytest.raises(NotFoundError, sites.site, consumer, "site-0000000000").value,
    ]
    assert errors[0].args == errors[1].args
    with pytest.raises(NotFoundError):
        sites.meter(consumer, foreign.meters[0].public_id)


def test_home_use_of_a_prosumer_adds_production_and_takes_export(viewer_of):
    home = sites.sites_of(viewer_of("prosumer"))[0]
    flows = {(home.register(register_id).flow, sign) for register_id, sign in sites.consumption_terms(home)}
    assert {("import", 1), ("export", -1), ("production", 1)} <= flows
    assert not any(flow in {"submeter", "phase", "temperature"} for flow, _sign in flows)


def test_gas_is_its_own_energy(viewer_of):
    home = sites.sites_of(viewer_of("consumer"))[0]
    gas = {register_id for register_id, _sign in sites.consumption_terms(home, "gas")}
    electricity = {register_id for register_id, _sign in sites.consumption_terms(home)}
    assert gas.isdisjoint(electricity)


def test_a_stay_is_not_stretched_over_somebody_elses(world):
    # From January to March, and again from June: April and May belong to somebody else.
    from datetime import date

    from domain.access import SiteGrant
    from services.sites import _latest_stay

    grants = [SiteGrant(1, 1, "owner", date(2026, 1, 1), date(2026, 4, 1)), SiteGrant(1, 1, "owner", date(2026, 6, 1))]
    assert _latest_stay(grants) == (date(2026, 6, 1), None)
    joined = [SiteGrant(1, 1, "owner", date(2026, 1, 1), date(2026, 6, 1)), SiteGrant(1, 2, "owner", date(2026, 6, 1))]
    assert _latest_stay(joined) == (date(2026, 1, 1), None)


def test_production_without_a_feed_in_meter_makes_home_use_unknown(viewer_of):
    # Import 5 and production 8 kWh are not 13 kWh of use when nobody knows what left for the grid.
    from dataclasses import replace

    home = sites.sites_of(viewer_of("prosumer"))[0]
    blind = replace(home, registers=tuple(r for r in home.registers if r.flow != "export"))
    assert sites.consumption_terms(blind) == []
    assert sites.is_computable({"import"})
    assert sites.is_computable({"import", "production", "export"})
    assert not sites.is_computable({"import", "production", "charge", "discharge"})
