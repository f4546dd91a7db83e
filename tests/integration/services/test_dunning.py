"""Reminders on both databases: one letter at a time, each once, whoever runs and whenever it is killed."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from data.queries import billing as queries
from data.queries import payments as payment_queries
from data.repositories import payments as payment_repository
from data.tables.dunning import DunningStepRow
from data.tables.operations import AuditEvent, OutboxMessage
from data.tables.payments import PaymentRow
from domain.access import Role, Viewer
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.payments.facts import Fact, FactKind
from services import billing_issue, dunning, dunning_run, ledger, payment_facts, portal, receivables
from services.receivables import Booking
from tests.factories.billing import make_document, make_line
from tests.factories.databases import BOTH, current_database
from tests.factories.people import NOW, people

ROOT = Path(__file__).resolve().parents[3]
ADA, BEA = "C-104 880", "C-104 881"
DUE = date(2026, 7, 17)


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with current_database(request.param, tmp_path) as url, people(tmp_path, database_url=url) as made:
        made.portal.clock.instant = datetime(2026, 7, 3, 10, tzinfo=UTC)
        yield made


def invoice(key, party=ADA) -> str:
    return billing_issue.issue(replace(make_document(make_line(10_000), party=party)), key).number  # due 17 July


def person(here, name: str, membership: str = "owner") -> Viewer:
    if name in {"agent", "admin", "analyst"}:
        return Viewer(here.ids.users[name], name, name, Role(name))
    return Viewer(
        here.ids.users[name], name, name, Role.CUSTOMER, memberships=((here.ids.account_rows[name], membership),)
    )


def run(days: int):
    return [(step.document, step.code) for step in dunning_run.run_dunning(DUE + timedelta(days=days))]


def at(here, days: int) -> None:
    here.portal.clock.instant = datetime(2026, 7, 17, 10, tzinfo=UTC) + timedelta(days=days)


def open_items():
    with portal.current().records.reading() as db:
        return {row.number_text: row.open_minor for row in queries.open_documents(db)}


def mails():
    with portal.current().records.reading() as db:
        found = db.scalars(select(OutboxMessage.payload).where(OutboxMessage.kind == "mail").order_by(OutboxMessage.id))
        return [json.loads(text) for text in found]


def test_nobody_is_reminded_while_a_bank_asks_about_the_payment(here):
    number = invoice("june")
    facts = [Fact(FactKind.CAPTURED, "sch_1", 11_900), Fact(FactKind.DISPUTED, "sdp_1", 11_900)]
    now = here.portal.clock.now()

    def learn(*known):
        with portal.current().records.transaction() as tx:
            row = payment_queries.payment_by_key(tx, "k") or payment_repository.add_payment(tx, PaymentRow(
                public_id="pay-1", key="k", account_id=here.ids.account_rows["consumer"], amount_minor=11_900, currency="EUR",
                document_id=queries.document_party(tx, number).id, provider="sandbox", provider_id="spi_1", origin="customer",
                created_at=now,
            ))  # fmt: skip
            payment_facts.keep(tx, row.id, known, now=now)

    learn(*facts)
    assert (open_items(), run(8)) == ({number: 11_900}, [])
    learn(Fact(FactKind.DISPUTE_LOST, "sdp_1"))
    assert run(9) == [(number, "reminder")]


def test_the_whole_way_of_an_invoice_nobody_pays(here):
    number = invoice("june")  # 119.00
    taken = {days: run(days) for days in range(1, 60)}
    assert {days: steps for days, steps in taken.items() if steps} == {
        7: [(number, "reminder")], 21: [(number, "first_notice")], 35: [(number, "last_notice")], 49: [(number, "agent")],
    }  # fmt: skip
    assert (open_items(), ledger.problems()) == ({number: 11_900 + 250 + 500}, [])
    told = [(mail["template"], mail["values"]["amount_minor"], mail["values"]["is_last"]) for mail in mails()]
    assert told == [("reminder", 11_900, False), ("notice", 12_150, False), ("notice", 12_650, True)]
    [case] = dunning.dunning_queue(person(here, "agent"))
    assert (case.document, case.open_minor, [code for code, _, _ in case.steps]) == (
        number, 12_650, ["reminder", "first_notice", "last_notice", "agent"],
    )  # fmt: skip
    with here.portal.records.reading() as db:
        assert db.scalar(select(func.count()).where(AuditEvent.action == "dunning:step")) == 4


def test_nobody_gets_two_letters_at_once_because_nights_were_missed(here):
    number = invoice("june")
    assert [run(days) for days in (40, 40, 41, 53, 54)] == [
        [(number, "reminder")],
        [],
        [],
        [],
        [(number, "first_notice")],
    ]


def test_what_is_paid_is_left_alone_and_goes_on_where_it_was_when_the_payment_comes_back(here):
    number = invoice("june")
    run(7)
    billing_issue.book_payment(ADA, 11_900, "EUR", "pay:1", DUE + timedelta(days=10))
    assert (run(21), dunning.reminders(person(here, "consumer"), here.ids.accounts["consumer"])) == ([], [])
    with here.portal.records.transaction() as tx:
        receivables.book_return(tx, "pay:1", 11_900, Booking("return:1", DUE + timedelta(days=23)))
    assert run(24) == [(number, "first_notice")]
    [case] = dunning.reminders(person(here, "consumer"), here.ids.accounts["consumer"])
    assert (case.state, case.open_minor) == ("open", 12_150)


@pytest.mark.parametrize("reason", ["dispute", "payment_plan", "extension", "vulnerable"])
def test_a_pause_stops_letters_until_it_ends(here, reason):
    number, other = invoice("june"), invoice("bea", BEA)
    at(here, 1)
    until = DUE + timedelta(days=30)
    dunning.pause_dunning(person(here, "agent"), here.ids.accounts["consumer"], reason, until=until, note="by phone")
    assert (run(7), run(29)) == ([(other, "reminder")], [(other, "first_notice")])
    assert run(30) == [(number, "reminder")]
    [row] = dunning.dunning_pauses(person(here, "agent"), here.ids.accounts["consumer"])
    assert (row.reason, row.note, row.end_date) == (reason, "by phone", until)


def test_a_pause_may_be_for_one_document_and_be_lifted(here):
    june, july = invoice("june"), invoice("july")
    at(here, 1)
    pause = dunning.pause_dunning(person(here, "agent"), here.ids.accounts["consumer"], "dispute", document=june)
    assert run(7) == [(july, "reminder")]
    at(here, 8)
    dunning.lift_pause(person(here, "agent"), pause)
    assert run(8) == [(june, "reminder")]
    dunning.lift_pause(person(here, "agent"), pause)  # ended already: it stays so
    assert dunning.dunning_pauses(person(here, "agent"), here.ids.accounts["consumer"]) == []


def test_money_under_way_is_waited_for(here):
    number = invoice("june")
    with here.portal.records.transaction() as tx:
        row = PaymentRow(
            public_id="pay-x", key="pay:x", account_id=here.ids.account_rows["consumer"], amount_minor=11_900,
            currency="EUR", provider="sandbox", created_at=NOW,
        )  # fmt: skip
        tx.add(row)
    assert run(7) == []
    with here.portal.records.transaction() as tx:
        tx.get_one(PaymentRow, 1).is_open = False
    assert run(7) == [(number, "reminder")]


def test_only_who_may_sees_and_pauses(here):
    invoice("june")
    run(7)
    account = here.ids.accounts["consumer"]
    for name in ("consumer", "analyst"):
        for ask in (
            lambda name=name: dunning.dunning_queue(person(here, name)),
            lambda name=name: dunning.dunning_pauses(person(here, name), account),
            lambda name=name: dunning.pause_dunning(person(here, name), account, "dispute"),
            lambda name=name: dunning.lift_pause(person(here, name), "pause-x"),
        ):
            with pytest.raises(ForbiddenError):
                ask()
    assert len(dunning.reminders(person(here, "consumer", "member"), account)) == 1
    for ask in (
        lambda: dunning.reminders(person(here, "neighbour"), account),
        lambda: dunning.reminders(person(here, "consumer"), "account-0000000000"),
        lambda: dunning.lift_pause(person(here, "agent"), "pause-x"),
    ):
        with pytest.raises(NotFoundError):
            ask()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"reason": "holiday"}, "reason"), ({"until": DUE}, "until"), ({"document": "R2026-000009"}, "document")],
)
def test_a_wrong_pause_names_its_field_and_changes_nothing(here, wrong, field):
    number = invoice("june")
    at(here, 1)
    with pytest.raises(InvalidInputError) as refused:
        dunning.pause_dunning(person(here, "agent"), here.ids.accounts["consumer"], **{"reason": "dispute", **wrong})
    assert refused.value.params["field"] == field
    assert run(7) == [(number, "reminder")]


def steps_by_code():
    with portal.current().records.reading() as db:
        return dict(db.execute(select(DunningStepRow.code, func.count()).group_by(DunningStepRow.code)).all())


def test_law_workers_at_once_take_each_step_once(here):
    for key in range(12):
        invoice(str(key), (ADA, BEA)[key % 2])
    run(7)

    def work(_turn: int) -> int:
        with portal.using(here.portal):
            return len(run(21))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 12
    assert steps_by_code() == {"reminder": 12, "first_notice": 12}
    assert (sum(open_items().values()), ledger.problems()) == (12 * 12_150, [])


KILLS, DOCUMENTS = 5, 40


def test_law_a_killed_night_ends_as_an_undisturbed_one(here, tmp_path):
    for key in range(DOCUMENTS):
        invoice(str(key), (ADA, BEA)[key % 2])
    run(7)
    dice = random.Random(11)
    day = (DUE + timedelta(days=21)).isoformat()
    command = [sys.executable, "-m", "tests.integration.services.dunning_child", here.portal.config.database_url, str(tmp_path), day]  # fmt: skip
    for _ in range(KILLS):
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(dice.random() * 0.1)
        child.kill()
        child.communicate()
        done = steps_by_code().get("first_notice", 0)
        assert sum(open_items().values()) == DOCUMENTS * 11_900 + done * 250  # step and fee, or neither
        assert ledger.problems() == []
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert steps_by_code() == {"reminder": DOCUMENTS, "first_notice": DOCUMENTS}
    assert sum(open_items().values()) == DOCUMENTS * (11_900 + 250)
    assert len([mail for mail in mails() if mail["template"] == "notice"]) == DOCUMENTS
    assert ledger.problems() == []
