"""Documents and the ledger on both databases: complete or not there at all, numbered without gaps, never changed."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from data.queries import billing as queries
from data.queries import identity
from domain.access import Role, Viewer
from domain.billing.documents import advances_of, credit_note
from domain.errors import InvalidInputError, NotFoundError
from services import billing, billing_issue, ledger, portal
from tests.factories.billing import make_document, make_line
from tests.factories.databases import BOTH, current_database
from tests.factories.people import people

ROOT = Path(__file__).resolve().parents[3]
ADA, BEA = "C-104 880", "C-104 881"  # consumer and neighbour


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with current_database(request.param, tmp_path) as url, people(tmp_path, database_url=url) as made:
        yield made


def viewer(here, name: str) -> Viewer:
    with here.portal.records.reading() as db:
        accounts, grants = identity.memberships(db, here.ids.users[name])
    return Viewer(here.ids.users[name], f"{name}@demo.example", name, Role.CUSTOMER, "en", grants, accounts)


def invoice(net_minor=10_000, party=ADA, **changes):
    return replace(make_document(make_line(net_minor), party=party), **changes)


def owed(here, name="consumer"):
    return billing.balance(viewer(here, name), here.ids.accounts[name])


def numbers(here):
    with here.portal.records.reading() as db:
        return db.execute(text("select series, number from billing_document order by series, number")).all()


def test_an_invoice_is_issued_paid_and_stated(here):
    first = billing_issue.issue(invoice(), "june")
    assert (first.number, first.is_new) == ("R2026-000001", True)
    account, ada = here.ids.accounts["consumer"], viewer(here, "consumer")
    assert owed(here) == {"EUR": 11_900}  # 100.00 + 19 %
    assert billing_issue.book_payment(ADA, 5_000, "EUR", "bank:1", date(2026, 7, 10))
    assert [(row.number_text, row.open_minor) for row in billing.open_items(ada, account)] == [("R2026-000001", 6_900)]
    assert billing_issue.book_payment(ADA, 8_000, "EUR", "bank:2", date(2026, 7, 11))
    assert billing.open_items(ada, account) == []
    rows = [(row.key, row.document, row.amount_minor, row.balance_minor) for row in billing.statement(ada, account)]
    assert rows == [
        ("document:R2026-000001", "R2026-000001", 11_900, 11_900),
        ("bank:1", "", -5_000, 6_900),
        ("bank:2", "", -8_000, -1_100),  # 11.00 too much
    ]
    billing_issue.issue(invoice(500), "july")  # 5.95 is taken from the 11.00
    assert (owed(here), billing.open_items(ada, account)) == ({"EUR": -505}, [])
    assert ledger.problems() == []


def test_a_document_is_read_as_it_was_issued(here):
    instalment = invoice(8_403, kind="instalment")
    billing_issue.issue(instalment, "a")
    year = replace(
        make_document(make_line(21_600), make_line(-100, "discount"), party=ADA), advances=advances_of([instalment])
    )
    issued = billing_issue.issue(year, "b")
    summary, found = billing.document(viewer(here, "consumer"), issued.public_id)
    assert found == year
    # 215.00 + 40.85 - 100.00
    assert (summary.number, summary.gross_minor, summary.balance_minor, summary.open_minor) == ("R2026-000001", 25_585, 15_585, 15_585)  # fmt: skip
    assert {row.number for row in billing.documents(viewer(here, "consumer"), here.ids.accounts["consumer"])} == {
        "A2026-000001", "R2026-000001",
    }  # fmt: skip


def test_law_issuing_twice_is_one_document_and_one_posting(here):
    first = billing_issue.issue(invoice(), "june")
    assert billing_issue.issue(invoice(), "june") == replace(first, is_new=False)
    assert billing_issue.book_payment(ADA, 100, "EUR", "bank:1", date(2026, 7, 10))
    assert not billing_issue.book_payment(ADA, 100, "EUR", "bank:1", date(2026, 7, 10))
    assert owed(here) == {"EUR": 11_800}
    assert numbers(here) == [("R2026", 1)]


def test_law_a_credit_note_nets_to_zero_and_after_a_rebill_the_live_invoice_is_owed(here):
    first = billing_issue.issue(invoice(), "june:0")
    note = billing_issue.issue_credit_note(first.number, date(2026, 8, 3))
    assert note.number == "G2026-000001"
    assert billing_issue.issue_credit_note(first.number, date(2026, 8, 4)) == replace(note, is_new=False)
    with here.portal.records.reading() as db:
        assert set(queries.ledger_sums(db).values()) == {0}  # receivable, revenue and VAT alike
    _, found = billing.document(viewer(here, "consumer"), note.public_id)
    assert found == credit_note(invoice(), first.number, date(2026, 8, 3))
    billing_issue.issue(invoice(9_000), "june:1")
    assert owed(here) == {"EUR": 10_710}
    assert ledger.problems() == []


def test_what_was_paid_of_a_credited_invoice_goes_to_the_next(here):
    first = billing_issue.issue(invoice(), "june:0")
    billing_issue.book_payment(ADA, 11_900, "EUR", "bank:1", date(2026, 7, 10))
    billing_issue.issue_credit_note(first.number, date(2026, 8, 3))
    assert owed(here) == {"EUR": -11_900}
    billing_issue.issue(invoice(12_000), "june:1")  # 142.80 - 119.00 = 23.80
    ada = viewer(here, "consumer")
    assert [row.open_minor for row in billing.open_items(ada, here.ids.accounts["consumer"])] == [2_380]
    assert ledger.problems() == []


def test_a_negative_invoice_settles_what_is_open(here):
    billing_issue.issue(invoice(), "june")
    negative = billing_issue.issue(invoice(-15_000), "july")  # -178.50 settles 119.00, 59.50 waits
    assert (owed(here), ledger.problems()) == ({"EUR": -5_950}, [])
    billing_issue.issue_credit_note(negative.number, date(2026, 8, 3))
    assert (owed(here), ledger.problems()) == ({"EUR": 11_900}, [])


def test_a_feed_in_credit_is_owed_to_the_customer_and_can_be_taken_back(here):
    credit = billing_issue.issue(make_document(make_line(5_000, "feed_in"), kind="feed_in_credit", party=ADA), "sun")
    assert (credit.number, owed(here)) == ("E2026-000001", {"EUR": -5_950})
    billing_issue.issue_credit_note(credit.number, date(2026, 8, 3))
    assert owed(here) == {"EUR": 0}


def test_a_refused_document_uses_no_number(here):
    with pytest.raises(NotFoundError):
        billing_issue.issue(invoice(party="C-0"), "x")
    with pytest.raises(InvalidInputError, match="issue_credit_notes_by_number"):
        billing_issue.issue(credit_note(invoice(), "R2026-000001", date(2026, 8, 3)), "x")
    with pytest.raises(InvalidInputError, match="not_positive"):
        billing_issue.book_payment(ADA, 0, "EUR", "bank:1", date(2026, 7, 10))
    with pytest.raises(NotFoundError):
        billing_issue.issue_credit_note("R2026-000009", date(2026, 8, 3))
    assert numbers(here) == []
    assert billing_issue.issue(invoice(), "x").number == "R2026-000001"


def test_what_is_somebody_elses_is_missing(here):
    issued = billing_issue.issue(invoice(), "june")
    stranger, account = viewer(here, "neighbour"), here.ids.accounts["consumer"]
    for ask in (billing.documents, billing.open_items, billing.balance, billing.statement):
        for public_id in (account, "account-0000000000"):
            with pytest.raises(NotFoundError):
                ask(stranger, public_id)
    for public_id in (issued.public_id, "doc-0000000000"):
        with pytest.raises(NotFoundError):
            billing.document(stranger, public_id)
    assert owed(here, "neighbour") == {}
    acting = replace(
        viewer(here, "neighbour"),
        role=Role.AGENT,
        acting_for_account_id=here.ids.account_rows["consumer"],
        memberships=((here.ids.account_rows["consumer"], "read_only"),),
    )
    assert billing.balance(acting, account) == {"EUR": 11_900}


LINE = """insert into billing_line (document_public_id, position, code, label, cost_group, band, first_date, end_date, quantity,
    unit, unit_price, net_minor, tax_rate, tax_category) select public_id, 9, 'x', 'x', 'energy', '', first_date, end_date,
    '1', 'kWh', '1', 1, '0', 'O' from billing_document"""
POSTING = "insert into ledger_posting (transaction_key, account_code, currency, amount_minor) values ('{}', 'bank', 'EUR', {})"
BOOK = "insert into ledger_transaction (key, booked_on, created_at) values ('{}', '2026-07-01', '2026-07-01')"
COPY = """insert into billing_document (public_id, issue_key, account_id, kind, series, number, number_text, currency,
    first_date, end_date, issued_on, due_on, net_minor, tax_minor, gross_minor, balance_minor, created_at)
    select 'doc-x', 'x', account_id, kind, series, {}, 'x', currency, first_date, end_date, issued_on, due_on,
    net_minor, tax_minor, gross_minor, balance_minor, created_at from billing_document"""
PARTS = """insert into billing_line (document_public_id, position, code, label, cost_group, band, first_date, end_date, quantity,
    unit, unit_price, net_minor, tax_rate, tax_category) select 'doc-x', position, code, label, cost_group, band, first_date,
    end_date, quantity, unit, unit_price, net_minor, tax_rate, tax_category from billing_line; insert into billing_tax
    (document_public_id, is_advance, tax_category, tax_rate, net_minor, tax_minor)
    select 'doc-x', is_advance, tax_category, tax_rate, net_minor, tax_minor from billing_tax"""
TABLES = (
    "billing_document",
    "billing_line",
    "billing_tax",
    "ledger_transaction",
    "ledger_posting",
    "ledger_allocation",
)
COLUMNS = {"billing_document": "issue_key", "ledger_transaction": "key"}


def test_law_changing_what_was_issued_or_booked_raises(here):
    billing_issue.issue(invoice(), "june")
    billing_issue.book_payment(ADA, 100, "EUR", "bank:1", date(2026, 7, 10))
    wrong = [(f"delete from {table}", "append-only") for table in (*TABLES, "number_series")]
    wrong += [
        (f"update {table} set {(column := COLUMNS.get(table, 'id'))} = {column}", "append-only") for table in TABLES
    ]
    wrong += [
        ("update number_series set next_number = next_number + 1", "advances by one with a document"),
        ("update number_series set next_number = 1", "advances by one with a document"),
        ("insert into number_series values ('X', 5)", "begins at 1"),
        (LINE, "is closed"),
        (POSTING.format("bank:1", 0), "is closed"),
        (f"{PARTS}; {COPY.format(3)}", "not the next number"),
        (COPY.format(2), "do not add up"),  # it has no lines
        (BOOK.format("empty"), "not balanced"),
        (f"{POSTING.format('half', 5)}; {POSTING.format('half', -4)}; {BOOK.format('half')}", "not balanced"),
        (
            f"{POSTING.format('loose', 5)}; {POSTING.format('loose', -5)}",
            "(?i)foreign key",
        ),  # no transaction closes them
    ]
    for statements, words in wrong:
        with pytest.raises(DatabaseError, match=words), here.portal.records.transaction() as tx:
            for statement in statements.split("; "):
                tx.execute(text(statement))
    assert (owed(here), numbers(here), ledger.problems()) == ({"EUR": 11_800}, [("R2026", 1)], [])


def test_law_eight_threads_issue_numbers_without_gap_or_double(here):
    def work(key: int) -> str:
        with portal.using(here.portal):
            party = (ADA, BEA)[key % 2]
            if key % 4 == 3:
                billing_issue.book_payment(party, 1_000, "EUR", f"bank:{key}", date(2026, 7, 10))
            return billing_issue.issue(invoice(100 * (key // 2 + 1), party=party), f"key-{key // 2}-{party}").number

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, list(range(40)) * 2))  # each twice
    assert numbers(here) == [("R2026", number) for number in range(1, 41)]
    assert len(set(found)) == 40
    gross = sum(119 * (key // 2 + 1) for key in range(40))
    total = owed(here)["EUR"] + owed(here, "neighbour")["EUR"]
    assert total == gross - 10 * 1_000
    assert ledger.problems() == []


KILLS, DOCUMENTS = 6, 40


def test_law_a_killed_run_leaves_no_gap_and_ends_as_an_undisturbed_one(here, tmp_path):
    dice = random.Random(7)
    command = [
        sys.executable,
        "-m",
        "tests.integration.services.billing_child",
        here.portal.config.database_url,
        str(tmp_path),
    ]
    for _ in range(KILLS):
        child = subprocess.Popen([*command, str(DOCUMENTS)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(dice.random() * 0.15)
        child.kill()
        child.communicate()
        done = [number for _, number in numbers(here)]
        assert done == list(range(1, len(done) + 1))
        assert ledger.problems() == []
    subprocess.run([*command, str(DOCUMENTS)], cwd=ROOT, check=True, capture_output=True)
    assert [number for _, number in numbers(here)] == list(range(1, DOCUMENTS + 1))
    undisturbed = [make_document(make_line(1_000 + key), make_line(50)).totals.gross_minor for key in range(DOCUMENTS)]
    assert owed(here)["EUR"] + owed(here, "neighbour")["EUR"] == sum(undisturbed)
    assert ledger.problems() == []


def test_the_ledger_is_exported_and_aged(here):
    billing_issue.issue(invoice(), "june")  # due 17 July
    billing_issue.issue(invoice(5_000, party=BEA, due_on=date(2026, 9, 1)), "june:bea")
    out = io.StringIO()
    ledger.export(out, date(2026, 7, 1), date(2026, 8, 1))
    lines = out.getvalue().splitlines()
    assert lines[0] == "booked_on,transaction,key,document,account,currency,amount"
    assert lines[1:4] == [
        "2026-07-03,1,document:R2026-000001,R2026-000001,receivable:C-104 880,EUR,119.00",
        "2026-07-03,1,document:R2026-000001,R2026-000001,revenue:energy,EUR,-100.00",
        "2026-07-03,1,document:R2026-000001,R2026-000001,vat:S:0.19,EUR,-19.00",
    ]
    assert len(lines) == 7
    out = io.StringIO()
    ledger.export(out, date(2026, 8, 1))
    assert len(out.getvalue().splitlines()) == 1
    out = io.StringIO()
    ledger.receivables(out, date(2026, 8, 17))  # 31 days after 17 July
    assert out.getvalue().splitlines() == [
        "account,currency,not_due,1_30,31_60,61_90,over_90,open",
        "C-104 880,EUR,0.00,0.00,119.00,0.00,0.00,119.00",
        "C-104 881,EUR,59.50,0.00,0.00,0.00,0.00,59.50",
        "total,EUR,59.50,0.00,119.00,0.00,0.00,178.50",
    ]


@pytest.mark.parametrize(
    ("words", "begins"), [(["export"], "booked_on,"), (["ageing"], "account,"), (["check"], "The ledger is balanced")]
)
def test_the_ledger_from_a_terminal(tmp_path, capsys, words, begins):
    import argparse

    parser = argparse.ArgumentParser()
    ledger.add_arguments(parser)
    with people(tmp_path) as made:
        assert ledger.command(parser.parse_args(words), made.portal) == 0
    assert capsys.readouterr().out.startswith(begins)
