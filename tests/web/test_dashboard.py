"""The overview over HTTP: what is drawn for whom, the charts' figures, and the status asked again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from components import formats
from domain.calendar import Period, PeriodKind
from pages.dashboard._page import greeting
from services import costs, dashboard
from services import portal as portals
from services.sites import sites_of
from services.use import today_of
from tests.web.test_app import route


def ask(client, output, source, value, site):
    """A chart's or the status' callback, as the browser asks it."""
    where, prop = source
    body = {
        "output": f"{output}.children",
        "outputs": {"id": output, "property": "children"},
        "inputs": [{"id": where, "property": prop, "value": value}],
        "state": [{"id": "dashboard-state", "property": "data", "value": {"site": site}}],
        "changedPropIds": [f"{where}.{prop}"],
    }
    token = client.get_cookie("portal_csrf")
    return client.post("/_dash-update-component", json=body, headers={"X-CSRF-Token": token.value})


def drawn_text(client, path):
    answer = route(client, path)
    assert answer.status_code == 200
    return json.dumps(answer.get_json(), ensure_ascii=False)


@pytest.fixture
def site_of(world, viewer_in):
    def first(name):
        with portals.using(world):
            return sites_of(viewer_in(name))[0].public_id

    return first


def _without_readings(row):
    days = replace(row.month.days, energy_wh=row.month.days.energy_wh * 0, is_known=row.month.days.is_known & False)
    today = replace(row.today, is_known=row.today.is_known & False)
    return replace(row, today=today, month=replace(row.month, so_far_wh=None, previous=None, days=days))


def test_a_sum_over_sites_says_of_how_many_it_is(sign_in, monkeypatch):
    # One of the two sites has sent nothing: it is not counted as zero.
    load, client = dashboard.overview_rows, sign_in("business")
    monkeypatch.setattr(
        dashboard, "overview_rows", lambda viewer: [_without_readings(load(viewer)[0]), *load(viewer)[1:]]
    )
    text = drawn_text(client, "/dashboard")
    assert "1 of your 2 sites used" in text
    assert "the others have sent no readings" in text
    assert "1 of 2 sites so far" in text
    monkeypatch.setattr(dashboard, "overview_rows", lambda viewer: [_without_readings(row) for row in load(viewer)])
    assert "There are no readings of your 2 sites this month yet." in drawn_text(client, "/dashboard")


def test_a_home_sees_its_day_and_its_month(sign_in):
    text = drawn_text(sign_in("consumer"), "/dashboard")
    for said in ("Good afternoon, Jana", "Consumption today", "This month", "Show as table", "Recent", "Quick actions"):
        assert said in text, said
    assert "Self-sufficiency" not in text
    assert "Gas this month" in text


@pytest.mark.parametrize(
    ("hours", "said"),
    [(range(5, 11), "Good morning, Jana"), (range(11, 18), "Good afternoon, Jana"), (range(18, 23), "Good evening, Jana"),
     ((23, 0, 1, 2, 3, 4), "Hello, Jana")],
)  # fmt: skip
def test_the_greeting_is_that_of_the_hour(viewer_in, hours, said):
    assert {greeting(viewer_in("consumer"), hour) for hour in hours} == {said}


def test_a_prosumer_sees_what_the_roof_made(sign_in):
    text = drawn_text(sign_in("prosumer"), "/dashboard")
    for said in ("Production today", "Grid balance today", "Self-sufficiency", "Production, upward", "Solar inverter"):
        assert said in text, said


def test_an_owner_sees_all_sites_first_and_each_one_by_its_address(sign_in, site_of):
    client = sign_in("business")
    text = drawn_text(client, "/dashboard")
    assert "Your 2 sites used" in text
    assert "Sites delivering" in text
    assert "dashboard-today" not in text
    assert "Today, hour by hour" in drawn_text(client, f"/dashboard/{site_of('business')}")


def test_an_owner_sees_what_all_sites_cost_this_month(world, viewer_in, sign_in, monkeypatch):
    with portals.using(world):
        viewer = viewer_in("business")
        sites = sites_of(viewer)
        month = Period.of(PeriodKind.MONTH, today_of(sites[0]))
        found = [costs.cost(viewer, site, "electricity", month) for site in sites]
    text = drawn_text(sign_in("business"), "/dashboard")
    assert "Cost this month" in text
    euros = formats.money(sum(each.shown_minor for each in found), "EUR").partition(".")[0]
    assert ", ".join(f'"{sign}"' for sign in euros) in text  # a large figure is drawn sign by sign
    assert "without VAT, up to today" in text
    load = dashboard.overview_rows
    monkeypatch.setattr(
        dashboard, "overview_rows", lambda viewer: [replace(load(viewer)[0], costs=()), *load(viewer)[1:]]
    )
    assert "1 of 2 sites; without VAT, up to today" in drawn_text(sign_in("business"), "/dashboard")


@pytest.mark.parametrize("chart", ["dashboard-today", "dashboard-month"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_come_as_plain_figures_without_a_menu(sign_in, site_of, chart, theme):
    answer = ask(sign_in("prosumer"), chart, (f"{chart}-seen", "data"), theme, site_of("prosumer"))
    assert answer.status_code == 200
    graph = answer.get_json()["response"][chart]["children"]
    assert graph["type"] == "Graph"
    assert graph["props"]["config"]["displayModeBar"] is False
    assert graph["props"]["figure"]["data"]


def test_the_status_is_asked_again_without_the_page(sign_in, site_of):
    answer = ask(sign_in("consumer"), "dashboard-live", ("dashboard-clock", "n_intervals"), 1, site_of("consumer"))
    assert answer.status_code == 200
    text = json.dumps(answer.get_json())
    assert "Readings are in up to 11:45" in text
    assert "Graph" not in text


@pytest.mark.parametrize(
    ("output", "source"),
    [("dashboard-today", ("dashboard-today-seen", "data")), ("dashboard-month", ("dashboard-month-seen", "data")),
     ("dashboard-live", ("dashboard-clock", "n_intervals"))],
)  # fmt: skip
def test_a_strangers_site_in_the_state_is_refused(sign_in, site_of, output, source):
    client = sign_in("consumer")
    foreign = ask(client, output, source, 1, site_of("prosumer"))
    missing = ask(client, output, source, 1, "site-0000000000")
    assert foreign.get_data() == missing.get_data()
    assert "kWh" not in foreign.get_data(as_text=True)
    assert "11:45" not in foreign.get_data(as_text=True)


def test_one_of_several_sites_is_named_in_its_heading_and_in_the_way_to_it(world, viewer_in, sign_in):
    with portals.using(world):
        site = sites_of(viewer_in("business"))[0]
    drawn = json.loads(route(sign_in("business"), f"/dashboard/{site.public_id}").get_data(as_text=True))
    (heading,) = [props for kind, props in every(drawn["response"]) if kind == "H1"]
    assert heading["children"] == site.name
    current = [props["children"] for _kind, props in every(drawn) if "active" in str(props.get("className"))]
    assert site.name in current  # the last crumb
    crumbs = [p["children"]["props"]["href"] for _kind, p in every(drawn) if p.get("className") == "breadcrumb-item"]
    assert crumbs == ["/dashboard"]  # all of the sites


def every(tree):
    """Kind and properties of every component of a drawn tree."""
    if isinstance(tree, list):
        return [found for item in tree for found in every(item)]
    if not isinstance(tree, dict):
        return []
    own = [(tree["type"], tree["props"])] if isinstance(tree.get("props"), dict) and "type" in tree else []
    return own + [found for value in tree.values() for found in every(value)]
