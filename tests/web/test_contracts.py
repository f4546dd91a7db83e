"""The pages of contracts: prices as rated, comparisons that can be computed again, the own tariff first."""

from __future__ import annotations

import json
from datetime import date

import pytest

from components import formats
from services import contract_details, portal, tariff_comparison
from tests.web.test_app import route
from tests.web.walk import call, components, draw, held_by, seen

SLOT = "contracts-months.children"


def text(client, path, query=""):
    answer = route(client, path, query)
    assert answer.status_code == 200
    return json.dumps(answer.get_json(), ensure_ascii=False)


@pytest.fixture
def power_of(world, viewer_in):
    """The running electricity supply of somebody, and its comparison."""

    def find(name):
        with portal.using(world):
            viewer = viewer_in(name)
            views = contract_details.every(viewer)
            view = next(
                one for one in views if (one.contract.commodity, one.contract.direction) == ("electricity", "supply")
            )
            return view, tariff_comparison.comparison(viewer, view.contract.public_id)

    return find


def test_a_household_is_told_prices_with_vat_and_a_business_without(sign_in):
    assert "33.16\u00a0ct/kWh" in text(sign_in("consumer"), "/contracts")
    assert "Price now, with VAT" in text(sign_in("consumer"), "/contracts")
    assert "Price now, without VAT" in text(sign_in("business"), "/contracts")


def test_a_dynamic_price_is_a_range_of_today(sign_in):
    assert "29.22\u00a0ct/kWh to 36.07\u00a0ct/kWh today" in text(sign_in("prosumer"), "/contracts")


def test_a_contract_lists_its_prices_with_dates_and_its_tariffs(sign_in, power_of):
    view, _found = power_of("consumer")
    said = text(sign_in("consumer"), f"/contracts/{view.contract.public_id}")
    assert view.contract.number in said
    assert "Rheintal Fix 12" in said
    assert "16 May 2026" in said  # the second version of the tariff
    assert said.count('"Concession fee"') == 1  # 1.59 ct/kWh net all the year, whatever its VAT
    assert "VAT: 19\u00a0% until 30 Jun 2026, 16\u00a0% since 1 Jul 2026." in said


def test_the_comparison_says_what_each_tariff_would_have_cost_the_own_one_first(sign_in, power_of):
    view, found = power_of("consumer")
    said = text(sign_in("consumer"), "/contracts/compare", f"?contract={view.contract.public_id}")
    assert found.options[0].is_own
    places = [said.index(f'"{option.offered.name}"') for option in found.options if not option.is_own]
    assert places == sorted(places)
    for option in found.options:
        assert formats.money_near(option.year.gross_minor / 100, "EUR") in said
    assert "VAT is included." in said
    assert "Your readings under this contract cover 259 days, not a year." in said  # 15 February to 31 October


def test_another_tariff_can_be_looked_at_by_its_address(sign_in, power_of):
    view, found = power_of("consumer")
    other = found.options[-1].offered
    said = text(
        sign_in("consumer"), "/contracts/compare", f"?contract={view.contract.public_id}&tariff={other.public_id}"
    )
    assert f"Before you switch to {other.name}" in said
    assert "Exit fee of €45.00, without VAT" in said


def test_a_business_is_compared_without_vat(sign_in):
    assert "Without VAT." in text(sign_in("business"), "/contracts/compare")


def test_somebody_elses_contract_in_the_query_is_as_good_as_none(sign_in, power_of):
    foreign, _found = power_of("business")
    own, _found = power_of("consumer")
    said = text(sign_in("consumer"), "/contracts/compare", f"?contract={foreign.contract.public_id}")
    assert foreign.contract.public_id not in said
    assert own.contract.public_id in said


def test_the_bars_of_the_months_are_the_differences_and_sum_to_the_year(app, sign_in, power_of):
    view, found = power_of("consumer")
    client = sign_in("consumer")
    held = held_by(draw(client, "/contracts/compare", f"?contract={view.contract.public_id}"))
    answer = call(client, app, SLOT, seen(app, SLOT, held))
    assert answer.status_code == 200
    (graph,) = [item for item in components(answer.get_json()) if item["type"] == "Graph"]
    bars = [trace for trace in graph["props"]["figure"]["data"] if trace["type"] == "bar"]
    total = sum(value for trace in bars for value in trace["y"] if value is not None)
    assert round(total * 100) == found.cheapest.year.gross_minor - found.own.year.gross_minor
    assert [trace["name"] for trace in bars] == ["Cheaper", "Dearer"]
    assert len(bars[0]["x"]) == len(found.own.year.months) == 9
    held["contracts-state.data"] = {"contract": "con-0000000000", "tariff": ""}
    assert call(client, app, SLOT, seen(app, SLOT, held)).status_code == 404


def test_the_compared_days_are_whole_months_under_the_contract(power_of):
    _view, found = power_of("prosumer")
    assert (found.first, found.end, found.is_year) == (date(2026, 2, 15), date(2026, 11, 1), False)
    assert found.devices == ("ev",)
    for option in found.options:
        assert option.shifted_minor <= option.year.gross_minor
