"""The sheet of prices and conditions over HTTP: every price of the page is on it, and it is its members' alone."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pypdf
import pytest

from components import formats
from services import contract_details, portal
from tests.web.test_switching import page


@pytest.fixture
def held(world, viewer_in):
    """`held("consumer")`: each of that person's contracts with its prices, and the viewer."""

    def find(name):
        with portal.using(world):
            viewer = viewer_in(name)
            views = contract_details.every(viewer)
            return [(view, contract_details.price_list(viewer, view.contract.public_id)) for view in views]

    return find


def test_every_price_of_the_page_is_in_the_csv(sign_in, held):
    for view, prices in held("consumer"):
        answer = sign_in("consumer").get(f"/contracts/{view.contract.public_id}/prices.csv")
        assert (answer.status_code, answer.mimetype) == (200, "text/csv")
        assert answer.headers["Cache-Control"] == "no-store"
        rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
        assert len(rows) == len(prices.components) > 0
        for row, one in zip(rows, prices.components, strict=True):
            assert (row["price_of"], row["band"], row["from"]) == (one.label, one.band, one.first.isoformat())
            assert abs(Decimal(row["price_net"]) - Decimal(float(one.unit_price))) < Decimal("0.000001")
            gross = Decimal(row["price_net"]) * (1 + Decimal(row["vat_rate"]))
            assert abs(Decimal(row["price_with_vat"]) - gross) < Decimal("0.000002")


def test_the_pdf_holds_prices_conditions_and_the_contract_and_is_the_same_twice(sign_in, held):
    view, prices = next(pair for pair in held("consumer") if pair[0].contract.commodity == "electricity")
    address = f"/contracts/{view.contract.public_id}/prices.pdf"
    client = sign_in("consumer")
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    pages = pypdf.PdfReader(io.BytesIO(answer.get_data())).pages
    said = re.sub(r"\s+", " ", " ".join(one.extract_text() for one in pages))
    for word in (view.contract.number, view.offered.name, view.contract.supply_point_code, "Minimum term", "Exit fee"):
        assert word in said
    for one in prices.components:
        assert one.label in said
    assert client.get(address).get_data() == answer.get_data()


def test_the_contract_page_leads_to_both(sign_in, held):
    view, _prices = held("consumer")[0]
    said = page(sign_in("consumer"), f"/contracts/{view.contract.public_id}")
    assert f"/contracts/{view.contract.public_id}/prices.pdf" in said
    assert f"/contracts/{view.contract.public_id}/prices.csv" in said
    assert formats.day_medium(view.contract.first_date) in said


def test_foreign_and_missing_contracts_are_the_same_nothing(sign_in, held, stranger):
    own = held("consumer")[0][0].contract.public_id
    for suffix in ("pdf", "csv"):
        answers = [sign_in("business").get(f"/contracts/{name}/prices.{suffix}") for name in (own, "con-0000000000")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert stranger.get(f"/contracts/{own}/prices.{suffix}").status_code == 302
