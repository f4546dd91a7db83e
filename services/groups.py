"""Which sites are similar: traits and home-use terms of all sites, for benchmarks that show no single one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from data.queries import cohort
from data.queries import sites as queries
from domain.energy.benchmark import Traits, people_band
from services import portal
from services.sites import HOME_USE_SIGNS, SiteView, is_computable

REMEMBERED_S = 86_400.0


def traits_of(site: SiteView) -> Traits:
    return Traits(site.kind, people_band(site.people), site.heating, site.has_ev, site.has_solar, site.business_type)


def all_sites() -> dict[int, tuple[Traits, list[tuple[int, int]]]]:
    """Traits and electricity terms by site id. Never shown by itself: only distributions of large groups leave here."""
    with portal.current().records.reading() as db:
        rows = queries.every_site(db)
        registers = queries.registers(db, [row.id for row in rows])
    terms: dict[int, list[tuple[int, int]]] = {row.id: [] for row in rows}
    flows: dict[int, set[str]] = {row.id: set() for row in rows}
    for register in registers:
        if register.commodity == "electricity" and register.flow in HOME_USE_SIGNS:
            terms[register.site_id].append((register.id, HOME_USE_SIGNS[register.flow]))
            flows[register.site_id].add(register.flow)
    return {
        row.id: (
            Traits(row.kind, people_band(row.people), row.heating, row.has_ev, row.has_solar, row.business_type),
            terms[row.id] if is_computable(flows[row.id]) else [],
        )
        for row in rows
    }


def month_totals(members: Mapping[int, cohort.Terms], month: date) -> dict[int, int]:
    """Wh by site id in the month that begins on `month`; remembered until any reading or any member changes."""
    at = portal.current()
    who = sorted((site_id, sorted(terms)) for site_id, terms in members.items())
    key = ("cohort", at.readings.version, month, who)
    return at.cache.memo(key, REMEMBERED_S, lambda: cohort.month_totals(at.readings, members, month))
