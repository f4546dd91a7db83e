"""What a group used in a month is read once and read again as soon as anything in the store changed."""

from __future__ import annotations

from datetime import date

import pytest

from data.queries import cohort
from services import groups, portal
from services.sites import consumption_terms, sites_of

OCTOBER = date(2026, 10, 1)


@pytest.fixture
def asked(monkeypatch):
    """How often the store was asked."""
    asks: list[date] = []
    really = cohort.month_totals

    def counted(store, members, month):
        asks.append(month)
        return really(store, members, month)

    monkeypatch.setattr(cohort, "month_totals", counted)
    portal.current().cache.clear()
    return asks


def _members(viewer_of):
    return {site.id: consumption_terms(site) for who in ("consumer", "prosumer") for site in sites_of(viewer_of(who))}


def test_a_month_is_read_once_and_is_the_same_from_the_cache(viewer_of, request):
    members = _members(viewer_of)
    asks = request.getfixturevalue("asked")
    first = groups.month_totals(members, OCTOBER)
    assert (
        groups.month_totals(members, OCTOBER)
        == first
        == cohort.month_totals(portal.current().readings, members, OCTOBER)
    )
    assert set(first) <= set(members)
    assert len(asks) == 2  # the first time, and the comparison above


def test_another_group_month_or_store_is_another_answer(viewer_of, request, monkeypatch):
    members = _members(viewer_of)
    asks = request.getfixturevalue("asked")
    groups.month_totals(members, OCTOBER)
    smaller = dict(list(members.items())[:1])
    assert set(groups.month_totals(smaller, OCTOBER)) <= set(smaller)
    groups.month_totals(members, date(2026, 3, 1))
    assert len(asks) == 3
    readings = portal.current().readings
    monkeypatch.setattr(type(readings), "version", property(lambda _store: 10**9))
    groups.month_totals(members, OCTOBER)
    assert len(asks) == 4
