"""The staff's landing: whom it tells what, the fleet's picture, and what is too small to be told."""

from __future__ import annotations

import json
from datetime import date

import pytest

from components.theme import THEMES
from domain.energy import fleet as rules
from domain.energy.fleet import FleetDay, Group, summary
from pages.admin import _fleet as page
from services.fleet import GroupView
from services.rollups import roll_up
from tests.web.test_app import route

STRANGERS = ("Jana", "Vogt", "Lindenweg", "Rombach", "Haas", "consumer@demo.example", "C-10")


def drawn(client, search=""):
    answer = route(client, "/admin", search)
    assert answer.status_code == 200
    return json.dumps(answer.get_json(), ensure_ascii=False)


@pytest.fixture
def small_groups(world, monkeypatch):
    """In a world of five sites three are a group."""
    roll_up(world)
    monkeypatch.setattr(rules, "MINIMUM_GROUP", 3)


@pytest.mark.usefixtures("small_groups")
def test_an_analyst_sees_stores_and_groups_and_nobody(sign_in):
    text = drawn(sign_in("analyst"))
    for said in (
        "Stored readings",
        "The fleet by day",
        "What is measured",
        "Open the store yourself",
        "read-the-stores.md",
    ):
        assert said in text, said
    for name in STRANGERS:
        assert name not in text, name
    assert "Find a customer" not in text
    assert "Sites by kind" not in text  # nine businesses are a small group


def test_a_small_world_has_no_group_to_be_told(sign_in):
    text = drawn(sign_in("analyst"))
    assert "none is that large yet" in text
    assert '"admin-fleet"' not in text


@pytest.mark.usefixtures("small_groups")
def test_each_role_gets_its_own_desk(sign_in):
    agent, admin = drawn(sign_in("agent")), drawn(sign_in("admin"))
    assert "Find a customer" in agent
    assert "The fleet by day" in agent
    assert "Open the store yourself" not in agent
    assert "Open the store yourself" in admin


@pytest.mark.usefixtures("small_groups")
def test_a_group_is_chosen_by_address_and_an_unknown_one_is_the_first(sign_in):
    client = sign_in("analyst")
    assert '"data": {"of": "gas/import"}' not in drawn(client)  # gas stands at one or two sites of the small world
    for asked in ("", "?of=electricity/import", "?of=no/such", "?of=electricity/production"):
        assert '"data": {"of": "electricity/import"}' in drawn(client, asked)


@pytest.mark.usefixtures("small_groups")
@pytest.mark.parametrize(("who", "of", "is_told"), [
    ("analyst", "electricity/import", True), ("analyst", "electricity/production", False), ("consumer", "electricity/import", False),
])  # fmt: skip
def test_the_picture_is_asked_for_by_those_who_may(sign_in, who, of, is_told):
    client = sign_in(who)
    body = {
        "output": "admin-fleet.children", "outputs": {"id": "admin-fleet", "property": "children"},
        "inputs": [{"id": "admin-fleet-seen", "property": "data", "value": "light"}],
        "state": [{"id": "admin-fleet-state", "property": "data", "value": {"of": of}}],
        "changedPropIds": ["admin-fleet-seen.data"],
    }  # fmt: skip
    token = client.get_cookie("portal_csrf").value
    answer = client.post("/_dash-update-component", json=body, headers={"X-CSRF-Token": token})
    assert ("Sum of all registers" in answer.get_data(as_text=True)) is is_told


DAYS = [
    FleetDay(date(2026, 11, 17), 20, 1920, 1920, 200_000),
    FleetDay(date(2026, 11, 20), 20, 1920, 1440, 150_000),  # three quarters of its readings
]


@pytest.mark.parametrize("colours", THEMES.values(), ids=THEMES)
def test_a_day_that_is_not_told_is_a_gap_and_one_that_is_not_whole_looks_so(colours):
    (bar,) = page.figure(DAYS, colours=colours)["data"]
    assert bar["y"] == [200.0, None, None, 150.0]
    assert bar["marker"]["opacity"] == [1, 1, 1, 0.55]
    assert page.figure([], colours=colours)["data"][0]["y"] == []


def test_a_share_is_whole_only_if_nothing_is_missing():
    rows = [FleetDay(date(2026, 11, 18), 20, 10_000, 10_000 - n, 5_000) for n in (0, 1)]
    shares = [page._group_row(GroupView(Group("gas/import", 20, 20), summary([row])))[-1] for row in rows]
    assert shares == ["100\u00a0%", "99.9\u00a0%"]  # 9,999 of 10,000 are not 100.0 %
    assert page._group_row(GroupView(Group("gas/import", 20, 20), None))[-3:] == ["–", "–", "–"]


def test_the_headline_is_a_sentence_with_its_mean():
    # 350 kWh over 40 register-days are 8.75 kWh.
    shown = GroupView(Group("gas/import", 20, 20), summary(DAYS))
    assert page._headline(shown) == "Gas: 350.0\u00a0kWh in 2 days, 8.8\u00a0kWh a day for each register."
    assert page._headline(GroupView(shown.group, None)) == "Gas: no day of the last thirty may be told."
