"""Renewing a contract over HTTP: what happens by itself, what is on offer from when, and the way to the order."""

from __future__ import annotations

from datetime import date

import pytest

from components import formats
from data.queries import contracts as contract_queries
from domain.contracts.switching import free_from
from services import contract_details, portal, tariff_comparison
from tests.web.test_switching import page

PAGE = "/contracts/renew"


@pytest.fixture
def found(world, viewer_in):
    """The comparison of somebody's first electricity contract."""

    def ask(name):
        with portal.using(world):
            viewer = viewer_in(name)
            view = next(one for one in contract_details.every(viewer) if one.contract.commodity == "electricity")
            return tariff_comparison.comparison(viewer, view.contract.public_id)

    return ask


def test_each_offer_has_its_cost_its_difference_and_a_way_to_the_order(sign_in, found):
    made = found("consumer")
    contract = made.view.contract.public_id
    said = page(sign_in("consumer"), f"{PAGE}?contract={contract}")
    start = free_from(made.view.bound, made.view.today)
    assert f"On offer from {formats.day_medium(start)}, without a fee" in said
    assert formats.money(made.own.year.gross_minor, "EUR") in said
    others = [option for option in made.options if not option.is_own]
    assert others
    for option in others:
        assert formats.money(option.year.gross_minor, "EUR") in said
        difference = option.year.gross_minor - made.own.year.gross_minor
        assert formats.money(difference, "EUR", is_signed=True) in said
        assert (
            f"/contracts/switch?contract={contract}&tariff={option.offered.public_id}&start={start.isoformat()}" in said
        )


def test_the_order_page_begins_on_that_day(sign_in, found):
    made = found("consumer")
    other = next(option for option in made.options if not option.is_own)
    start = free_from(made.view.bound, made.view.today).isoformat()
    query = f"contract={made.view.contract.public_id}&tariff={other.offered.public_id}&start={start}"
    assert f'"value": "{start}"' in page(sign_in("consumer"), f"/contracts/switch?{query}")


def test_a_member_reads_and_does_not_choose(sign_in, found):
    made = found("accountant")
    said = page(sign_in("accountant"), f"{PAGE}?contract={made.view.contract.public_id}")
    assert "Only owners of the account can order one." in said
    assert "/contracts/switch?" not in said


def test_what_is_somebody_elses_is_not_there(sign_in, found):
    contract = found("consumer").view.contract.public_id
    assert "No contract chosen" in page(sign_in("prosumer"), f"{PAGE}?contract={contract}")
    assert "No contract chosen" in page(sign_in("consumer"), PAGE)


def test_a_contract_that_ends_is_renewed_from_its_end_with_its_own_tariff_first(
    sign_in, found, world, viewer_in, monkeypatch
):
    made = found("consumer")
    contract, own = made.view.contract.public_id, made.own.offered
    assert f"{own.name} (yours)" not in page(sign_in("consumer"), f"{PAGE}?contract={contract}")
    end = date(2027, 3, 1)
    row = contract_queries.contract_row

    def ending(db, public_id):
        told = row(db, public_id)
        return told and told._replace(end_date=end) if public_id == contract else told

    monkeypatch.setattr(contract_queries, "contract_row", ending)
    monkeypatch.setattr(contract_queries, "contract_meanwhile", lambda *_asked: None)  # the stored one has no end
    said = page(sign_in("consumer"), f"{PAGE}?contract={contract}")
    assert f"On offer from {formats.day_medium(end)}, without a fee" in said
    assert f"{own.name} (yours)" in said
    assert f"/contracts/switch?contract={contract}&tariff={own.public_id}&start=2027-03-01" in said
    assert "The contract ends with 28 Feb 2027" in said.replace("\u00a0", " ")
