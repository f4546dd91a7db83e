"""The card of the bill to come: its sum, its band and its parts in words, for one contract, several and none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components import formats
from domain.access import NOBODY, Role
from pages.billing import _estimate
from services import billing_estimate
from services import portal as portals
from services.billing_estimate import NoEstimate
from tests.unit.components.trees import by_class, by_type, text_of
from tests.web.walk import components, draw


@pytest.fixture
def card_of(world, viewer_in):
    def make(name: str):
        with portals.using(world):
            viewer = viewer_in(name)
            return _estimate.card(viewer), billing_estimate.estimates(viewer)

    return make


def test_the_parts_of_the_card_add_up_to_its_sum(card_of):
    card, found = card_of("consumer")
    so_far, standing, energy = (
        sum(getattr(each, name) for each in found) for name in ("so_far_minor", "standing_minor", "energy_minor")
    )
    shown = [text_of(cell) for cell in by_type(by_class(card, "cost-parts"), "Dd")]
    assert shown == [formats.money(minor, "EUR") for minor in (so_far, standing, energy, so_far + standing + energy)]
    headline = text_of(by_class(card, "headline"))
    assert headline == f"About {formats.money_near((so_far + standing + energy) / 100, 'EUR')} for November 2026."
    assert "with VAT" in text_of(by_class(card, "sub"))
    assert "It comes a few days after 30 Nov 2026." in text_of(card)


def test_the_overview_shows_it_and_leads_to_the_history(sign_in):
    drawn = draw(sign_in("consumer"), "/billing")
    assert "for November 2026." in drawn.get_data(as_text=True)
    props = [item["props"] for item in components(drawn.get_json())]
    assert "billing-estimate" in {each.get("id") for each in props}
    assert "/billing/history" in {each.get("href") for each in props}


def test_each_contract_has_a_row(card_of):
    card, found = card_of("prosumer")
    heads = [text_of(cell) for cell in by_type(by_type(card, "Tbody"), "Th")]
    assert heads == ["Sonnhalde 7, Electricity", "Sonnhalde 7, Feeding in"]
    earned = -found[1].minor
    assert f"about {formats.money_near(earned / 100, 'EUR')} come to you" in text_of(card)
    assert "Market prices to come are taken as in the last week." in text_of(card)


def test_what_cannot_be_foreseen_is_named_and_not_in_the_sum(card_of):
    card, found = card_of("business")
    lacking = [each for each in found if isinstance(each, NoEstimate)]
    assert [each.contract.site_name for each in lacking] == ["Kontor am See"]
    assert "Not in it, for want of readings: Kontor am See, Electricity." in text_of(card)
    assert "without VAT" in text_of(card)


def test_whoever_has_no_contract_is_told_so(world):
    with portals.using(world):
        card = _estimate.card(replace(NOBODY, user_id=7, role=Role.CUSTOMER))
    assert "No contract of yours runs today" in text_of(card)


def test_two_weeks_are_needed(world, monkeypatch, card_of):
    _card, found = card_of("business")
    lacking = [each for each in found if isinstance(each, NoEstimate)]
    monkeypatch.setattr(billing_estimate, "estimates", lambda viewer: lacking)
    assert "after two weeks of readings" in text_of(_estimate.card(NOBODY))
