"""What energy cost, on the dashboard and beside its chart: with or without VAT as the customer is told prices."""

from __future__ import annotations

import json
from datetime import date

import pytest

from components import formats
from domain.calendar import Period, PeriodKind
from services import costs, portal
from services.sites import sites_of
from tests.web.test_app import route
from tests.web.walk import call, components, draw, held_by, seen

OCTOBER = Period.of(PeriodKind.MONTH, date(2026, 10, 1))
IN_OCTOBER = "?period=month&date=2026-10-15"


NOVEMBER = Period.of(PeriodKind.MONTH, date(2026, 11, 1))
SLOT = "consumption-cost.children"


@pytest.fixture
def cost_in(world, viewer_in):
    """`cost_in("consumer", OCTOBER)` of the first site."""

    def find(person, period, commodity="electricity", **more):
        with portal.using(world):
            viewer = viewer_in(person)
            return costs.cost(viewer, sites_of(viewer)[0], commodity, period, **more)

    return find


def figure(client, app, query):
    """The cost figure of a page as its browser would ask for it."""
    held = held_by(draw(client, "/consumption", query))
    answer = call(client, app, SLOT, seen(app, SLOT, held))
    assert answer.status_code == 200
    (graph,) = [item for item in components(answer.get_json()) if item["type"] == "Graph"]
    return graph["props"]["figure"]


def bars_of(drawn):
    (bars,) = [trace for trace in drawn["data"] if trace["type"] == "bar"]
    return bars


def text(client, path, query=""):
    answer = route(client, path, query)
    assert answer.status_code == 200
    return json.dumps(answer.get_json(), ensure_ascii=False)


@pytest.mark.parametrize(("person", "vat"), [("consumer", "VAT is included."), ("business", "Without VAT.")])
def test_a_month_says_what_it_cost_and_whether_vat_is_in_it(sign_in, cost_in, person, vat):
    found = cost_in(person, OCTOBER)
    said = text(sign_in(person), "/consumption", IN_OCTOBER)
    assert f"Electricity cost {formats.money(found.shown_minor, 'EUR')} in October 2026." in said
    assert vat in said
    for _name, minor in found.groups:
        assert formats.money(minor, "EUR") in said
    assert formats.money(found.gross_minor, "EUR") in said


def test_the_bars_of_a_month_are_its_days_and_sum_to_it(app, sign_in, cost_in):
    client, found = sign_in("consumer"), cost_in("consumer", OCTOBER)
    drawn = figure(client, app, IN_OCTOBER)
    assert len(bars_of(drawn)["y"]) == 31
    assert round(sum(bars_of(drawn)["y"]) * 100) == found.gross_minor
    assert drawn["layout"]["annotations"][0]["text"] == "€"


def test_a_year_is_drawn_by_month(app, sign_in):
    drawn = figure(sign_in("consumer"), app, "?period=year&date=2026-05-05")
    assert bars_of(drawn)["x"][:2] == ["February 2026", "March 2026"]  # the tiny world is supplied since 15 February


def test_a_day_has_its_amount_without_a_picture(sign_in):
    said = text(sign_in("consumer"), "/consumption", "?period=day&date=2026-10-15")
    assert "What it cost" in said
    assert "consumption-cost-seen" not in said


def test_feeding_in_is_told_beside_what_was_paid(sign_in, cost_in):
    earned = cost_in("prosumer", OCTOBER, direction="feed_in")
    said = text(sign_in("prosumer"), "/consumption", IN_OCTOBER)
    assert f"Feeding in earned {formats.money(-earned.gross_minor, 'EUR')}, paid apart." in said


def test_before_the_contract_no_amount_is_shown(sign_in):
    said = text(sign_in("consumer"), "/consumption", "?period=month&date=2026-01-15")
    assert "What it cost" not in said


def test_the_dashboard_sums_electricity_and_gas_of_the_running_month(sign_in, cost_in):
    power, gas = (cost_in("consumer", NOVEMBER, name).gross_minor for name in ("electricity", "gas"))
    said = text(sign_in("consumer"), "/dashboard")
    assert "Cost this month" in said
    assert f"electricity {formats.money(power, 'EUR')}, gas {formats.money(gas, 'EUR')}; with VAT, up to today" in said


def test_a_cost_nobody_can_price_any_more_answers_404(app, sign_in):
    client = sign_in("consumer")
    held = seen(app, SLOT, held_by(draw(client, "/consumption", IN_OCTOBER)))
    held["consumption-state.data"] = {**held["consumption-state.data"], "date": "2025-01-01"}
    assert call(client, app, SLOT, held).status_code == 404
