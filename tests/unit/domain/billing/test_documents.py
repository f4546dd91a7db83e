from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.billing.documents import advances_of, check_vat, credit_note, lines_of, postings
from domain.billing.ledger import balances, sums
from domain.billing.totals import Advance
from domain.errors import InvalidInputError
from domain.tariffs.base import Market
from domain.tariffs.rate import rate
from domain.tariffs.taxes import TaxRule, TaxTable
from tests.factories.billing import FULL, make_document, make_line
from tests.factories.tariffs import make_energy, make_fixed, make_tariff, make_use, month


def amounts(document, of=None):
    return {posting.account: posting.amount_minor for posting in postings(document, of)}


def test_an_invoice_books_the_gross_to_the_customer():
    document = make_document(make_line(21_600), make_line(1_250, group="service"))
    # 228.50 x 0.19 = 43.415, to 43.42; 228.50 + 43.42 = 271.92.
    assert amounts(document) == {
        "receivable:C-1": 27_192, "revenue:energy": -21_600, "revenue:service": -1_250, "vat:S:0.19": -4_342,
    }  # fmt: skip


def test_instalments_are_settled_with_the_vat_they_showed():
    instalment = make_document(make_line(8_403), kind="instalment")  # VAT 15.9657, to 15.97: 100.00
    assert amounts(instalment) == {"receivable:C-1": 10_000, "advance:S:0.19": -8_403, "vat:S:0.19": -1_597}
    paid = advances_of([instalment, instalment])
    assert paid == (Advance(8_403, 1_597, FULL),) * 2
    year = make_document(make_line(21_600), advances=paid)
    # 216.00 + 41.04 - 200.00 = 57.04 is left; the VAT left is 41.04 - 31.94 = 9.10.
    assert amounts(year) == {
        "receivable:C-1": 5_704, "revenue:energy": -21_600, "vat:S:0.19": -910, "advance:S:0.19": 16_806,
    }  # fmt: skip


def test_a_feed_in_credit_is_owed_to_the_customer():
    document = make_document(make_line(5_000, group="feed_in"), kind="feed_in_credit")
    assert amounts(document) == {"feed_in": 5_000, "vat_in:S:0.19": 950, "feed_in_payable:C-1": -5_950}


def test_an_invoice_of_nothing_books_nothing():
    assert postings(make_document(make_line(0))) == ()


def test_a_negative_line_is_legal():
    assert amounts(make_document(make_line(-100)))["receivable:C-1"] == -119


def test_a_credit_note_names_what_it_takes_back():
    note = credit_note(make_document(make_line(100)), "R-000001", date(2026, 8, 3))
    assert (note.kind, note.refers_to, note.issued_on, note.due_on) == (
        "credit_note", "R-000001", date(2026, 8, 3), date(2026, 8, 3),
    )  # fmt: skip
    assert [(line.quantity, line.unit_price, line.net_minor) for line in note.lines] == [
        (Decimal(-1), Decimal("0.30"), -100)
    ]
    with pytest.raises(InvalidInputError, match="credit_note_of_a_credit_note"):
        credit_note(note, "R-000002", date(2026, 8, 4))
    with pytest.raises(InvalidInputError, match="refer_to_a_document"):
        postings(note)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": ()}, "lines"),
        ({"end": date(2026, 6, 1)}, "end"),
        ({"due_on": date(2026, 7, 2)}, "due_on"),
        ({"refers_to": "R-000001"}, "refers_to"),
        ({"kind": "credit_note"}, "refers_to"),
    ],
)
def test_a_document_that_cannot_be_is_refused_by_its_field(change, field):
    with pytest.raises(InvalidInputError) as refused:
        replace(make_document(make_line(100)), **change)
    assert refused.value.params["field"] == field


def test_an_advance_without_a_rate_cannot_be_booked():
    with pytest.raises(InvalidInputError, match="without_a_vat_rate"):
        postings(make_document(make_line(100), advances=(Advance(50, 10),)))


def test_supply_was_done_by_the_last_day_of_the_period():
    assert make_document(make_line(1)).service_on == date(2026, 6, 30)


def test_the_lines_are_those_of_the_rating():
    market = Market(taxes=TaxTable((TaxRule(vat_code="std", rate=FULL),)))
    tariff = make_tariff(make_energy(vat_code="std"), make_fixed())
    result = rate(tariff, month("2026-06"), make_use("2026-06-01", "2026-07-01"), market=market)
    document = make_document(*lines_of(result.lines))
    assert [line.net_minor for line in document.lines] == [line.amount_minor for line in result.lines]
    assert document.totals.gross_minor == result.gross_minor == 26_954  # 216.00 x 1.19 + 12.50
    assert {(line.quantity, line.unit) for line in document.lines if line.cost_group == "energy"} == {
        (Decimal(720), "kWh")
    }


rates = st.sampled_from([FULL, Decimal("0.07"), Decimal(0)])
groups = st.sampled_from(["energy", "network", "tax_levy", "service", "discount"])
lines = st.lists(st.builds(make_line, st.integers(-(10**9), 10**9), groups, rates), min_size=1, max_size=12)
advances = st.lists(st.builds(Advance, st.integers(0, 10**8), st.integers(0, 10**7), rates), max_size=12).map(tuple)
kinds = st.sampled_from(["invoice", "instalment", "feed_in_credit"])


@given(lines, advances)
def test_law_line_nets_sum_to_net_and_net_with_vat_is_gross_is_the_receivable(rows, paid):
    document = make_document(*rows, advances=paid)
    found = document.totals
    assert found.net_minor == sum(line.net_minor for line in rows)
    assert found.net_minor + found.tax_minor == found.gross_minor
    booked = amounts(document)
    assert booked.get("receivable:C-1", 0) == found.gross_minor - found.advance_minor
    assert sum(amount for name, amount in booked.items() if name.startswith("vat:")) == -found.tax_left_minor


@given(lines, kinds)
def test_law_a_document_books_to_zero(rows, kind):
    assert set(sums(postings(make_document(*rows, kind=kind))).values()) <= {0}


@given(lines, advances, kinds)
def test_law_a_document_and_its_credit_note_net_to_zero_in_every_account(rows, paid, kind):
    document = make_document(*rows, advances=paid if kind == "invoice" else (), kind=kind)
    note = credit_note(document, "R-000001", date(2026, 8, 3))
    assert balances([*postings(document), *postings(note, kind)]) == {}
    assert note.totals.balance_minor == -document.totals.balance_minor


@given(lines, lines)
def test_law_after_a_rebill_the_balance_is_that_of_the_live_invoice(rows, corrected):
    first, second = make_document(*rows), make_document(*corrected)
    note = credit_note(first, "R-000001", date(2026, 8, 3))
    booked = [*postings(first), *postings(note, "invoice"), *postings(second)]
    assert balances(booked) == balances(postings(second))


def test_what_is_outside_the_scope_of_vat_stands_alone():
    outside = replace(make_line(100, rate=Decimal(0)), category="O")
    check_vat(make_document(outside, outside))
    check_vat(make_document(make_line(100), make_line(50)))
    with pytest.raises(InvalidInputError) as refused:
        check_vat(make_document(outside, make_line(100)))
    assert refused.value.params == {"field": "lines", "remedy": "outside_scope_stands_alone"}
