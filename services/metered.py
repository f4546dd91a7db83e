"""What was metered at a site, by flow, ready to be priced: the input of every bill, estimate and comparison."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from data.queries import consumption as queries
from domain.access import Permission, Viewer, require_site
from domain.calendar import Period, add_months
from domain.tariffs.metered import summed
from domain.tariffs.slots import Use
from services import portal
from services.sites import SiteView, consumption_terms
from services.use import Terms


def use_of(
    viewer: Viewer,
    site: SiteView,
    period: Period,
    flows: Iterable[str],
    *,
    lookback_months: int = 0,
    known_at: datetime | None = None,
) -> Use:
    """Readings of the flows a tariff names (`Tariff.flows`), within the viewer's tenancy.

    A flow the site does not meter is not in the result, and pricing it is refused. `lookback_months` reaches back
    for ratchets and banks; `known_at` answers as of an instant, which is how a bill is computed again.
    """
    require_site(viewer, Permission.VIEW_READINGS, site.id)
    first = max(add_months(period.first, -lookback_months), site.first_date)
    whole = Period(period.kind, first, min(period.end, site.end_date or period.end))
    bounds = whole.bounds_utc(site.zone_name) if whole.first < whole.end else None
    store = portal.current().readings
    found = {}
    for flow in flows:
        terms = _terms(site, flow)
        if terms and bounds:
            parts = [(queries.intervals(store, number, *bounds, known_at=known_at), sign) for number, sign in terms]
            found[flow] = summed(parts)
    return Use(site.zone_name, found)


def _terms(site: SiteView, flow: str) -> Terms:
    """Home use is the sum of several registers; every other flow adds up the registers of its name."""
    if flow == "use":
        return consumption_terms(site)
    return [(register.id, 1) for register in site.with_flow(flow)]
