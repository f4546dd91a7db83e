"""The bills over HTTP: what is open, what narrows the list, each line down to its intervals."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from components import formats
from domain.energy.balance import UseSeries
from domain.money import to_minor
from services import bill_weather, billing_detail, billing_list, portal
from services.billing_list import Filter
from tests.web.test_app import route
from tests.web.walk import call, components, draw, held_by, seen


def text(client, path, query=""):
    answer = route(client, path, query)
    assert answer.status_code == 200
    said = json.dumps(answer.get_json(), ensure_ascii=False)
    assert "Something went wrong" not in said
    return said


@pytest.fixture
def rows(world, viewer_in):
    """`rows("consumer")`: that person's bills, newest first."""

    def find(person):
        with portal.using(world):
            return billing_list.bills(viewer_in(person))

    return find


def figure(client, app, output, path, query=""):
    held = held_by(draw(client, path, query))
    answer = call(client, app, output, seen(app, output, held))
    assert answer.status_code == 200
    (graph,) = [item for item in components(answer.get_json()) if item["type"] == "Graph"]
    return graph["props"]["figure"]


def test_the_list_says_what_is_open_and_links_every_bill(sign_in, rows):
    found = rows("consumer")
    said = text(sign_in("consumer"), "/billing")
    owed = sum(row.open_minor for row in found)
    assert owed > 0
    assert _spelled(formats.money(owed, "EUR")) in said
    for row in found:
        assert f"/billing/{row.public_id}" in said
        assert row.number in said


def _spelled(amount):
    """A large figure is drawn sign by sign; its point, which is drawn closer, ends the comparison."""
    return ", ".join(json.dumps(sign, ensure_ascii=False) for sign in amount.partition(".")[0])


def test_a_filter_leaves_what_fits_and_stays_in_the_address(sign_in, rows):
    client, found = sign_in("prosumer"), rows("prosumer")
    credits_ = [row for row in found if row.kind == "feed_in_credit"]
    said = text(client, "/billing", "?kind=feed_in_credit")
    assert f"{len(credits_)} document" in said
    assert "kind=feed_in_credit&sort=-amount" in said
    none = text(client, "/billing", "?kind=credit_note")
    assert "No document fits." in none


def test_addresses_that_mean_nothing_ask_for_everything(sign_in, rows):
    count = len(rows("consumer"))
    said = text(sign_in("consumer"), "/billing", "?page=x&year=20&sort=nothing")
    assert f"{count} documents" in said


def test_a_business_may_look_at_prices_without_vat_and_a_member_may_not_pay(sign_in, rows):
    row = rows("business")[0]
    gross, net = text(sign_in("business"), "/billing"), text(sign_in("business"), "/billing", "?vat=net")
    assert formats.money(row.gross_minor, "EUR") in gross
    assert formats.money(row.net_minor, "EUR") in net
    assert "Amount without VAT" in net
    assert "Only owners of the account can pay." in text(sign_in("accountant"), "/billing")
    assert "Only owners of the account can pay." not in gross


def test_the_list_of_several_sites_names_the_site_of_each_bill(sign_in, rows):
    sites = {row.site for row in rows("business") if row.site}
    assert len(sites) > 1
    shown = rows("business")[: billing_list.PAGE_ROWS]
    said = text(sign_in("business"), "/billing")
    for row in shown:
        assert said.count(row.site) >= 2  # among the filters, and at the bill
    only = rows("consumer")[0].site  # a household's one site is in the frame, not at every bill
    assert '"className": "quiet small below-all"' not in text(sign_in("consumer"), "/billing"), only


def test_what_is_paid_out_has_a_minus_in_the_list(sign_in, rows):
    row = next(row for row in rows("prosumer") if row.kind == "feed_in_credit")
    said = text(sign_in("prosumer"), "/billing", "?kind=feed_in_credit")
    assert formats.money(-row.gross_minor, row.currency) in said


def test_the_bars_are_what_each_month_was_billed(app, sign_in, rows):
    drawn = figure(sign_in("consumer"), app, "billing-chart.children", "/billing")
    bars = drawn["data"][0]
    assert bars["x"][0] == "March 2026"
    march = sum(row.balance_minor for row in rows("consumer") if (row.end - timedelta(days=1)).month == 3)
    assert round(bars["y"][0] * 100) == march
    assert round(sum(value or 0 for value in bars["y"]) * 100) == sum(row.balance_minor for row in rows("consumer"))


@pytest.fixture
def bill(world, viewer_in, rows):
    """The consumer's electricity bill of October."""
    row = next(r for r in rows("consumer") if r.commodity == "electricity" and r.first.month == 10)
    with portal.using(world):
        return billing_detail.detail(viewer_in("consumer"), row.public_id)


def test_a_bill_shows_every_line_and_is_computed_again_to_the_cent(sign_in, bill):
    said = text(sign_in("consumer"), f"/billing/{bill.row.public_id}")
    assert bill.is_same
    assert "Computed again just now: the same to the cent." in said
    for line in bill.document.lines:
        assert formats.money(line.net_minor, "EUR") in said
        assert line.label in said
    for tax in bill.document.totals.taxes:
        assert formats.money(tax.tax_minor, "EUR") in said
    assert formats.kwh(bill.imported_wh) in said


def test_the_intervals_behind_a_line_sum_to_it(bill):
    """October: 2,980 quarter-hours, 4 more than 31 x 96 for the clock."""
    line = next(line for line in bill.rating.lines if line.code == "energy")
    rows_ = list(billing_detail.proof(line, bill.contract.zone_name))
    assert len(rows_) == 2_980
    assert sum(row.amount for row in rows_) == line.amount
    assert sum(row.energy_wh for row in rows_) == bill.imported_wh
    assert {row.price for row in rows_} == {line.unit_price}


def test_the_causes_of_a_change_sum_to_it(app, sign_in, bill):
    change = bill.change
    assert change.before.first.month == 3
    assert sum(step.change_minor for step in change.steps) == bill.row.gross_minor - change.before.gross_minor
    drawn = figure(sign_in("consumer"), app, "bill-waterfall.children", f"/billing/{bill.row.public_id}")
    (bars,) = drawn["data"]
    assert round(bars["y"][0] * 100) == change.before.gross_minor
    assert round(bars["y"][-1] * 100) == bill.row.gross_minor
    assert len(bars["text"]) == len(bars["x"])
    assert bars["text"][-1] == formats.number(bill.row.gross_minor / 100, 2)
    assert drawn["layout"]["xaxis"]["ticktext"][0] == "Mar"
    assert bars["x"][0] == "March 2026"


def days_of(first: str, end: str, values) -> UseSeries:
    label = np.arange(first, end, dtype="datetime64[D]").astype("datetime64[s]")
    count = len(label)
    known = np.ones(count, dtype=np.bool_)
    counts = np.zeros((count, 6), dtype=np.int64)
    counts[:, 0] = 1
    found = np.asarray(values(label.astype("datetime64[M]").astype(int) % 12 + 1), dtype=np.int64)
    return UseSeries(label, np.zeros(count, dtype=np.int8), found, known, counts)


def test_the_weather_is_a_cause_where_use_follows_it(app, sign_in, bill, world, viewer_in, monkeypatch):
    """March at 5 degrees and October at 10: 10 and 5 heating degrees a day of 600 Wh on 4,000 Wh, 10 kWh and 7 kWh."""
    year = ("2025-11-01", "2026-11-01")
    celsius = {3: 5, 10: 10, 6: 18, 7: 20, 8: 20}

    def mean_c(months):
        return np.array([celsius.get(month, 8) for month in months.tolist()])

    degrees = days_of(*year, lambda months: mean_c(months) * 1_000)
    used = days_of(*year, lambda months: 4_000 + 600 * np.maximum(15 - mean_c(months), 0))
    monkeypatch.setattr(bill_weather.weather, "by_bucket", lambda *_asked: degrees)
    monkeypatch.setattr(bill_weather.use, "series", lambda *_asked: used)
    with portal.using(world):
        change = billing_detail.detail(viewer_in("consumer"), bill.row.public_id).change
    assert change.weather.factor == Fraction(7, 10)
    steps = {step.cause: step.change_minor for step in change.steps}
    assert steps["weather"] < 0
    assert sum(steps.values()) == bill.row.gross_minor - change.before.gross_minor
    # what the weather took is not use any more: both together are what use alone was before
    without = {step.cause: step.change_minor for step in bill.change.steps}
    assert steps["weather"] + steps["usage"] == without["usage"]
    said = text(sign_in("consumer"), f"/billing/{bill.row.public_id}")
    assert f"On average it was {formats.degrees(10)} outside, before that {formats.degrees(5)}." in said


def test_the_story_of_a_bill_is_on_its_page(sign_in, bill):
    said = text(sign_in("consumer"), f"/billing/{bill.row.public_id}")
    assert '"What happened"' in said
    assert formats.day_medium(bill.row.issued_on) in said
    assert '"Issued"' in said


def test_somebody_elses_bill_is_missing(sign_in, bill):
    stranger = sign_in("prosumer")
    foreign = route(stranger, f"/billing/{bill.row.public_id}")
    assert foreign.status_code == 404
    assert route(stranger, "/billing/doc-0000000000").status_code == 404


def test_money_for_feeding_in_is_told_as_paid_to_you(sign_in, rows):
    row = next(row for row in rows("prosumer") if row.kind == "feed_in_credit")
    said = text(sign_in("prosumer"), f"/billing/{row.public_id}")
    assert "Paid to you" in said
    assert "You fed" in said


def test_pages_hold_a_dozen_documents(world, viewer_in):
    with portal.using(world):
        view = billing_list.listing(viewer_in("consumer"), Filter(page=99))
    assert (view.page, view.pages) == (1, 1)
    assert view.found == len(view.rows) <= billing_list.PAGE_ROWS


def test_the_proof_of_a_line_adds_up_to_it(sign_in, bill):
    """The sum of the file's amounts, rounded once, is the printed line."""
    place = next(n for n, line in enumerate(bill.document.lines, 1) if line.code == "energy")
    answer = sign_in("consumer").get(f"/billing/{bill.row.public_id}/proof.csv?line={place}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename={bill.row.number}-{place:02d}-energy.csv"
    *rows_, last = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert len(rows_) == 2_980
    total = sum(Decimal(row["amount"]) for row in rows_)
    assert total == Decimal(last["amount"])
    assert to_minor(total, "EUR") == bill.document.lines[place - 1].net_minor
    assert sum(int(row["energy_wh"]) for row in rows_) == bill.imported_wh
    assert rows_[0]["start_local"] == "2026-10-01T00:00:00+02:00"
    assert rows_[-1]["start_local"] == "2026-10-31T23:45:00+01:00"


@pytest.mark.parametrize("line", ["", "0", "99", "x", "-1"])
def test_there_is_no_proof_of_a_line_that_is_not_there(sign_in, bill, line):
    assert sign_in("consumer").get(f"/billing/{bill.row.public_id}/proof.csv?line={line}").status_code == 404


def test_somebody_elses_proof_is_missing(sign_in, bill):
    assert sign_in("prosumer").get(f"/billing/{bill.row.public_id}/proof.csv?line=1").status_code == 404
