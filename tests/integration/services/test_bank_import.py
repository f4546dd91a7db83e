"""Bank statements on both databases: each entry booked once, to whom it names, and the rest kept for a person."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from adapters.bank.camt053 import StatementRefusedError
from data.queries import billing as queries
from domain.access import Role, Viewer
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.payments.refunds import RefundAsk
from services import bank_entries, bank_import, billing_issue, ledger, portal, receivables, refund_run, refunds
from services.bank_entries import Receipt
from services.receivables import Booking, Received
from tests.factories.bank import IBAN, make_entry, make_statement
from tests.factories.billing import make_document, make_line
from tests.factories.databases import BOTH, current_database
from tests.factories.people import people

ADA, BEA = "C-104 880", "C-104 881"


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with current_database(request.param, tmp_path) as url, people(tmp_path, database_url=url) as made:
        yield made


def invoice(key, net_minor=10_000, party=ADA, **changes) -> str:
    return billing_issue.issue(replace(make_document(make_line(net_minor), party=party), **changes), key).number


def staff(here, name="agent") -> Viewer:
    return Viewer(here.ids.users[name], f"{name}@demo.example", name, Role(name))


def take(*entries, number="2026-191", **how):
    return [(one.what, one.reason or one.account_number) for one in bank_import.import_statements(make_statement(*entries, number=number), **how)]  # fmt: skip


def open_items():
    with portal.current().records.reading() as db:
        return {row.number_text: row.open_minor for row in queries.open_documents(db)}


def level(*codes):
    with portal.current().records.reading() as db:
        return sum(queries.ledger_sums(db, codes).values())


def test_money_is_booked_to_the_invoice_or_account_it_names(here):
    june, july, bea = invoice("june"), invoice("july"), invoice("bea", party=BEA)
    found = take(
        make_entry("119.00", f"Rechnung {july[:6]} {july[6:]}"),  # a blank inside
        make_entry("50.00", "Abschlag C-104 880"),  # a part of the older one
        make_entry("119.00", "no words", end_to_end=bea),
        make_entry("100.00", "Kd. C104880"),  # 69.00 are left to pay: 31.00 too much
    )
    assert found == [("paid", ADA), ("paid", ADA), ("paid", BEA), ("paid", ADA)]
    assert open_items() == {}
    assert (level(f"unapplied:{ADA}"), level("bank"), ledger.problems()) == (-3_100, 38_800, [])
    assert june == "R2026-000001"


def test_law_a_file_read_twice_books_nothing_twice(here):
    invoice("june")
    entries = [
        make_entry("50.00", ADA, reference="B1"),
        make_entry("50.00", ADA, reference="B1"),
        make_entry("7.00", "?"),
    ]
    assert take(*entries) == [("paid", ADA), ("paid", ADA), ("suspense", "nothing_named")]
    before = (level("bank"), level("suspense"), open_items())
    assert take(*entries) == [("known", "")] * 3
    # the bank's own numbers make entries known in another statement too
    assert take(*entries[:2], number="2026-192") == [("known", ""), ("known", "")]
    assert (level("bank"), level("suspense"), open_items()) == before == (10_700, -700, {"R2026-000001": 1_900})


def test_law_two_imports_at_once_book_each_entry_once(here):
    content = [make_entry(f"{amount}.00", ADA, reference=f"B{amount}") for amount in range(1, 9)]

    def work(_turn: int) -> int:
        with portal.using(here.portal):
            return sum(what == "paid" for what, _ in take(*content))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 8
    assert (level("bank"), ledger.problems()) == (3_600, [])  # 1 + 2 + ... + 8 = 36


def test_a_dry_run_tells_all_and_changes_nothing(here):
    number = invoice("june")
    entries = (make_entry("100.00", number), make_entry("100.00", number), make_entry("5.00", "?"))
    rehearsed = bank_import.import_statements(make_statement(*entries), dry_run=True)
    assert [one.allocation.parts if one.allocation else one.reason for one in rehearsed] == [
        ((number, 10_000),), ((number, 1_900),), "nothing_named",
    ]  # fmt: skip
    assert rehearsed[1].allocation.surplus_minor == 8_100
    assert (level("bank"), open_items(), bank_entries.suspense_queue(staff(here))) == (0, {number: 11_900}, [])
    assert take(*entries)[0] == ("paid", ADA)


def test_what_names_nobody_or_two_waits_with_its_reason_and_is_assigned(here):
    june, bea = invoice("june"), invoice("bea", party=BEA)
    dear = invoice("kronor", currency="SEK")
    assert take(
        make_entry("5.00", "thank you"), make_entry("6.00", f"{june} {bea}"), make_entry("7.00", dear),
        make_entry("-8.00", "fees"), make_entry("-9.00", end_to_end="pay:x", reason="AC04"),
        make_entry("10.00", end_to_end="refund-x", reason="AC04"), make_entry("0.00"),
    ) == [
        ("suspense", "nothing_named"), ("suspense", "several_accounts"), ("suspense", "other_currency"),
        ("suspense", "money_out"), ("suspense", "unknown_return"), ("suspense", "unknown_return"), ("empty", ""),
    ]  # fmt: skip
    assert (level("bank"), level("suspense")) == (1_100, -1_100)  # 5 + 6 + 7 - 8 - 9 + 10
    first, second, *_ = queue = bank_entries.suspense_queue(staff(here))
    assert [one.amount_minor for one in queue] == [500, 600, 700, -800, -900, 1_000]
    assert (first.other_name, first.other_iban_end, first.reference) == ("Ada Example", "2051", "thank you")
    bank_entries.assign_receipt(staff(here), first.public_id, BEA)
    bank_entries.assign_receipt(staff(here), second.public_id, BEA, bea)
    assert (open_items()[bea], level("suspense"), ledger.problems()) == (11_900 - 1_100, 0, [])
    with pytest.raises(InvalidInputError, match="not_in_suspense"):
        bank_entries.assign_receipt(staff(here), first.public_id, ADA)


def test_an_assignment_that_does_not_fit_changes_nothing(here):
    june, bea = invoice("june"), invoice("bea", party=BEA)
    take(make_entry("5.00", "?"), make_entry("-6.00", "?"))
    [paid, out] = bank_entries.suspense_queue(staff(here))
    for function, arguments, problem in (
        (bank_entries.assign_receipt, (paid.public_id, ADA, bea), InvalidInputError),
        (bank_entries.assign_receipt, (paid.public_id, ADA, "R2026-000099"), InvalidInputError),
        (bank_entries.assign_receipt, (paid.public_id, "C-0"), NotFoundError),
        (bank_entries.assign_receipt, (out.public_id, ADA), NotFoundError),
        (bank_entries.assign_receipt, ("bank-0000000000", ADA), NotFoundError),
        (bank_entries.assign_return, (paid.public_id, "pay:1"), NotFoundError),
        (bank_entries.assign_return, (out.public_id, "pay:1"), NotFoundError),
    ):
        with pytest.raises(problem):
            function(staff(here), *arguments)
        with pytest.raises(ForbiddenError):
            function(staff(here, "analyst"), *arguments)
    assert (len(bank_entries.suspense_queue(staff(here))), open_items()[june]) == (2, 11_900)


def test_a_returned_debit_opens_what_it_had_paid(here):
    number = invoice("june")
    with here.portal.records.transaction() as tx:
        receivables.book_received(tx, Received(ADA, 11_900, "EUR"), Booking("pay:417:1", date(2026, 11, 1)))
    assert take(make_entry("-119.00", end_to_end="pay:417:1", reason="MS03")) == [("returned", ADA)]
    assert (open_items(), level("bank"), ledger.problems()) == ({number: 11_900}, 0, [])
    assert take(make_entry("-119.00", end_to_end="pay:417:1", reason="MS03"), number="2") == [
        ("suspense", "other_amount")
    ]


def test_a_return_that_names_nothing_is_assigned_to_its_payment(here):
    number = invoice("june")
    with here.portal.records.transaction() as tx:
        receivables.book_received(tx, Received(ADA, 11_900, "EUR"), Booking("pay:1", date(2026, 11, 1)))
    take(make_entry("-119.00", reason="MS03"))
    [out] = bank_entries.suspense_queue(staff(here))
    bank_entries.assign_return(staff(here), out.public_id, "pay:1")
    assert (open_items(), level("bank"), level("suspense"), ledger.problems()) == ({number: 11_900}, 0, 0, [])


def refunded(here) -> str:
    """A refund of 30.00 that was sent."""
    ask = RefundAsk(3_000, "EUR", "I have moved out", iban=IBAN, holder="Ada Example")
    public_id = refunds.ask_refund(staff(here), here.ids.accounts["consumer"], ask)
    refunds.approve_refund(staff(here, "admin"), public_id)
    refund_run.run_refunds()
    return public_id


def test_a_refund_arrives_and_may_come_back(here):
    take(make_entry("50.00", ADA))
    public_id = refunded(here)
    assert (level("bank"), level("clearing:transfers")) == (5_000, -3_000)
    assert take(make_entry("-29.00", end_to_end=public_id), number="2") == [("suspense", "other_amount")]
    assert take(make_entry("-30.00", end_to_end=public_id), number="3") == [("refund", ADA)]
    assert take(make_entry("-30.00", end_to_end=public_id), number="4") == [("suspense", "paid_twice")]
    assert (level("bank"), level("clearing:transfers"), level("suspense")) == (5_000 - 3_000 - 2_900 - 3_000, 0, 5_900)
    assert take(make_entry("30.00", end_to_end=public_id, reason="AC04"), number="5") == [("came_back", ADA)]
    assert (level(f"unapplied:{ADA}"), ledger.problems()) == (-5_000, [])


def test_what_staff_write_down_is_confirmed_and_not_booked_again(here):
    number = invoice("june")
    receipt = Receipt(11_900, "EUR", date(2026, 11, 9), "B-77")
    account = here.ids.accounts["consumer"]
    assert bank_entries.write_down(staff(here), account, receipt)
    assert not bank_entries.write_down(staff(here), account, receipt)
    assert (open_items(), level("bank"), level("clearing:by_hand")) == ({}, 0, 11_900)
    assert take(make_entry("119.00", number)) == [("confirmed", ADA)]
    assert (level("bank"), level("clearing:by_hand"), level(f"unapplied:{ADA}")) == (11_900, 0, 0)
    assert take(make_entry("119.00", number), number="2") == [("paid", ADA)]  # another one, of the same amount
    assert bank_entries.write_down(staff(here), account, replace(receipt, bank_reference="B-78"))
    assert take(make_entry("119.00", "nobody named", reference="B-78"), number="3") == [("confirmed", "")]
    assert (level("clearing:by_hand"), ledger.problems()) == (0, [])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_minor": 0}, "amount"),
        ({"amount_minor": -5}, "amount"),
        ({"received_on": date(2026, 11, 21)}, "received_on"),  # tomorrow
        ({"received_on": date(2025, 11, 18)}, "received_on"),  # more than a year ago
        ({"bank_reference": " "}, "bank_reference"),
        ({"currency": "eur"}, "currency"),
    ],
)
def test_a_wrong_receipt_names_its_field_and_changes_nothing(here, change, field):
    receipt = replace(Receipt(100, "EUR", date(2026, 11, 20), "B-1"), **change)
    with pytest.raises(InvalidInputError) as refused:
        bank_entries.write_down(staff(here), here.ids.accounts["consumer"], receipt)
    assert refused.value.params["field"] == field
    assert level("clearing:by_hand") == 0


def test_only_staff_who_manage_billing_see_and_book(here):
    owner = Viewer(here.ids.users["consumer"], "c", "c", Role.CUSTOMER, memberships=((here.ids.account_rows["consumer"], "owner"),))  # fmt: skip
    for person in (owner, staff(here, "analyst")):
        with pytest.raises(ForbiddenError):
            bank_entries.suspense_queue(person)
        with pytest.raises(ForbiddenError):
            bank_entries.write_down(person, here.ids.accounts["consumer"], Receipt(1, "EUR", date(2026, 11, 20), "B"))
    with pytest.raises(NotFoundError):
        bank_entries.write_down(staff(here), "account-0000000000", Receipt(1, "EUR", date(2026, 11, 20), "B"))


def test_law_what_the_bank_said_stays(here):
    take(make_entry("5.00", "?"))
    for statement in (
        "update bank_entry set amount_minor = 1",
        "update bank_entry set reference = ''",
        "delete from bank_entry",
    ):
        with pytest.raises(DatabaseError, match="bank_entry"), here.portal.records.transaction() as tx:
            tx.execute(text(statement))


def test_a_bad_file_names_the_element_and_changes_nothing(here, tmp_path, capsys):
    content = make_statement(make_entry("5.00", ADA), make_entry("5.0x", ADA))
    with pytest.raises(StatementRefusedError):
        bank_import.import_statements(content)
    assert level("bank") == 0
    (tmp_path / "bad.xml").write_bytes(content)
    assert command(bank_import, here, str(tmp_path / "bad.xml")) == 2
    assert command(bank_import, here, str(tmp_path / "none.xml")) == 2
    said = capsys.readouterr().err.splitlines()
    assert "bad.xml: BkToCstmrStmt/Stmt/Ntry[2]/Amt is '5.0x', no amount of EUR ->" in said[0]
    assert said[1].endswith("none.xml: No such file or directory -> choose a file that can be read")


def command(module, here, *words: str) -> int:
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return module.command(parser.parse_args(list(words)), here.portal)


def test_from_a_terminal(here, tmp_path, capsys):
    number = invoice("june")
    file = tmp_path / "statement.xml"
    file.write_bytes(make_statement(make_entry("120.00", number), make_entry("5.00", "thanks")))
    assert command(bank_import, here, str(file), "--dry-run") == 1
    assert command(bank_import, here, str(file)) == 1
    assert command(bank_import, here, str(file)) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"2026-11-10      120.00 EUR  paid  {ADA}, {number} 119.00, 1.00 kept as credit"
    assert said[1] == "2026-11-10        5.00 EUR  suspense: names no invoice and no account"
    assert said[2] == "2 entries: 1 paid, 1 suspense. Nothing was changed."
    assert said[-1] == "2 entries: 2 known."
    assert command(bank_entries, here, "list", "--by", "agent@demo.example") == 0
    [line] = capsys.readouterr().out.splitlines()
    public_id = line.split()[0]
    assert line.endswith("names no invoice and no account  Ada Example: thanks")
    assert command(bank_entries, here, "assign", public_id, "--by", "agent@demo.example") == 1
    assert command(bank_entries, here, "assign", public_id, "--payment", "x", "--by", "agent@demo.example") == 1
    assert command(bank_entries, here, "assign", public_id, "--account", BEA, "--by", "agent@demo.example") == 0
    assert level(f"unapplied:{BEA}") == -500
    assert capsys.readouterr().err.splitlines() == [
        "Account or payment: Name exactly one of the two.",
        "There is no such entry.",
    ]
