"""Instalments and later due dates on both databases: within the rules at once, else by staff; a broken plan is reminded of."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.access import Role, Viewer
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from domain.payments.refunds import AlreadyDecidedError
from services import billing_issue, dunning_run, ledger, plan_desk, plans, portal
from tests.factories.billing import make_document, make_line
from tests.factories.billing_world import mails
from tests.factories.databases import BOTH, current_database
from tests.factories.people import people

ADA = "C-104 880"
DUE, FIRST = date(2026, 7, 17), date(2026, 8, 1)


@pytest.fixture(params=BOTH)
def here(request, tmp_path):
    with current_database(request.param, tmp_path) as url, people(tmp_path, database_url=url) as made:
        made.portal.clock.instant = datetime(2026, 7, 18, 10, tzinfo=UTC)  # the day after the due date
        yield made


def invoice(key="june", net_minor=10_000):
    return billing_issue.issue(replace(make_document(make_line(net_minor), party=ADA)), key)


def person(here, name: str, membership: str = "owner") -> Viewer:
    if name in {"agent", "admin", "analyst"}:
        return Viewer(here.ids.users[name], name, name, Role(name))
    return Viewer(
        here.ids.users[name], name, name, Role.CUSTOMER, memberships=((here.ids.account_rows[name], membership),)
    )


def ask(here, months=3, first=FIRST):
    return plans.ask_plan(person(here, "consumer"), here.ids.accounts["consumer"], months, first)


def state(here):
    [row, *_] = plans.plans(person(here, "consumer"), here.ids.accounts["consumer"])
    return row.state


def night(here, days: int):
    """The nightly run so many days after the due date."""
    here.portal.clock.instant = datetime(2026, 7, 17, 4, tzinfo=UTC) + timedelta(days=days)
    plans.check_plans(DUE + timedelta(days=days))
    return [step.code for step in dunning_run.run_dunning(DUE + timedelta(days=days))]


def test_a_small_plan_is_agreed_at_once_pauses_reminders_and_is_completed(here):
    number = invoice().number  # 119.00 in three: 39.67 + 39.67 + 39.66
    offer = plans.plan_offer(person(here, "consumer"), here.ids.accounts["consumer"], 3, FIRST)
    assert (offer.total_minor, offer.is_automatic) == (11_900, True)
    plan = ask(here)
    assert (plan.state, plan.parts, plan.documents) == ("active", offer.parts, ((number, 11_900),))
    assert [part.amount_minor for part in plan.parts] == [3_967, 3_967, 3_966]
    assert night(here, 10) == []
    for turn, part in enumerate(plan.parts):
        billing_issue.book_payment(ADA, part.amount_minor, "EUR", f"pay:{turn}", part.due_on)
        assert night(here, (part.due_on - DUE).days + 6) == []
    assert (state(here), ledger.problems()) == ("completed", [])


def test_a_broken_plan_resumes_reminders(here):
    invoice()
    ask(here)  # 1 August, and five days of grace
    assert [night(here, days) for days in (7, 15, 20)] == [[], [], []]  # to 6 August
    assert state(here) == "active"
    assert night(here, 21) == ["reminder"]
    assert state(here) == "broken"
    offer = plans.plan_offer(person(here, "consumer"), here.ids.accounts["consumer"], 3, date(2026, 9, 1))
    assert not offer.is_automatic  # who broke one is asked by staff


def test_what_is_beyond_the_rules_waits_for_staff_and_pauses_meanwhile(here):
    invoice(net_minor=90_000)  # 1,071.00
    plan = ask(here, 6)
    assert (plan.state, night(here, 7)) == ("asked", [])
    assert [row.public_id for row in plans.plan_queue(person(here, "agent"))] == [plan.public_id]
    plans.decide_plan(person(here, "agent"), plan.public_id, is_agreed=True)
    assert (state(here), plans.plan_queue(person(here, "agent")), night(here, 8)) == ("active", [], [])
    with pytest.raises(AlreadyDecidedError):
        plans.decide_plan(person(here, "agent"), plan.public_id, is_agreed=False, note="too late")


def test_a_declined_plan_lets_reminders_go_on(here):
    invoice(net_minor=90_000)
    plan = ask(here, 6)
    with pytest.raises(InvalidInputError, match="missing"):
        plans.decide_plan(person(here, "agent"), plan.public_id, is_agreed=False)
    plans.decide_plan(person(here, "agent"), plan.public_id, is_agreed=False, note="please call us")
    [row] = plans.plans(person(here, "consumer"), here.ids.accounts["consumer"])
    assert (row.state, row.note, night(here, 7)) == ("declined", "please call us", ["reminder"])


def test_law_two_plans_at_once_are_one(here):
    invoice()

    def work(_turn: int) -> int:
        with portal.using(here.portal):
            try:
                ask(here)
            except InvalidInputError:
                return 0
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(6))) == 1


@pytest.mark.parametrize(
    ("months", "first", "field"),
    [
        (1, FIRST, "months"),
        (25, FIRST, "months"),
        (3, date(2026, 7, 18), "first_due"),
        (3, date(2026, 9, 1), "first_due"),
    ],
)
def test_a_wrong_plan_names_its_field_and_changes_nothing(here, months, first, field):
    invoice()
    with pytest.raises(InvalidInputError) as refused:
        ask(here, months, first)
    assert refused.value.params["field"] == field
    assert (plans.plans(person(here, "consumer"), here.ids.accounts["consumer"]), night(here, 7)) == ([], ["reminder"])


def test_nothing_overdue_needs_no_plan(here):
    here.portal.clock.instant = datetime(2026, 7, 10, 10, tzinfo=UTC)
    invoice()
    with pytest.raises(InvalidInputError, match="nothing_overdue"):
        ask(here)


def test_two_weeks_are_granted_at_once_and_reminders_wait_for_them(here):
    document = invoice()
    until = DUE + timedelta(days=14)
    found = plans.ask_extension(person(here, "consumer"), document.public_id, until)
    assert (found.state, found.document, found.until) == ("granted", document.number, until)
    assert [night(here, days) for days in (7, 13, 14)] == [[], [], ["reminder"]]


def test_a_longer_wait_is_for_staff_and_asked_once(here):
    document = invoice()
    until = DUE + timedelta(days=30)
    found = plans.ask_extension(person(here, "consumer"), document.public_id, until)
    assert found.state == "asked"
    with pytest.raises(InvalidInputError, match="asked_already"):
        plans.ask_extension(person(here, "consumer"), document.public_id, until)
    assert night(here, 8) == []  # nobody is reminded while it waits for an answer
    plans.decide_extension(person(here, "agent"), found.public_id, is_agreed=True)
    assert ([night(here, days) for days in (9, 29, 30)], plans.extension_queue(person(here, "agent"))) == (
        [[], [], ["reminder"]], [],
    )  # fmt: skip
    [row] = plans.extensions(person(here, "consumer"), here.ids.accounts["consumer"])
    assert row.state == "granted"


def test_a_day_that_has_passed_is_not_granted(here):
    document = invoice()
    found = plans.ask_extension(person(here, "consumer"), document.public_id, DUE + timedelta(days=30))
    here.clock.instant = datetime.combine(DUE + timedelta(days=30), time(10), UTC)
    with pytest.raises(InvalidInputError) as refused:
        plans.decide_extension(person(here, "agent"), found.public_id, is_agreed=True)
    assert (refused.value.params["field"], refused.value.params["remedy"]) == ("until", "not_in_the_future")
    plans.decide_extension(person(here, "agent"), found.public_id, is_agreed=False, note="It was too late.")
    assert night(here, 31) == ["reminder"]


def test_the_third_in_a_year_and_a_declined_one(here):
    first, second, third = invoice("a"), invoice("b"), invoice("c")
    until = DUE + timedelta(days=14)
    granted = [plans.ask_extension(person(here, "consumer"), one.public_id, until) for one in (first, second, third)]
    assert [one.state for one in granted] == ["granted", "granted", "asked"]
    plans.decide_extension(person(here, "agent"), granted[2].public_id, is_agreed=False, note="twice a year")
    assert night(here, 7) == ["reminder"]


@pytest.mark.parametrize("days", [0, 1, 62])
def test_a_wrong_day_is_refused(here, days):
    document = invoice()  # overdue since yesterday: from tomorrow, at most 60 days from today
    with pytest.raises(InvalidInputError) as refused:
        plans.ask_extension(person(here, "consumer"), document.public_id, DUE + timedelta(days=days))
    assert refused.value.params["field"] == "until"


def test_a_paid_document_needs_no_later_day(here):
    document = invoice()
    billing_issue.book_payment(ADA, 11_900, "EUR", "pay:1", DUE)
    with pytest.raises(InvalidInputError, match="nothing_open"):
        plans.ask_extension(person(here, "consumer"), document.public_id, DUE + timedelta(days=9))


def test_owners_ask_members_look_and_what_is_somebody_elses_is_missing(here):
    document, account = invoice(), here.ids.accounts["consumer"]
    until = DUE + timedelta(days=14)
    member, stranger = person(here, "consumer", "member"), person(here, "neighbour")
    for act in (
        lambda: plans.ask_plan(member, account, 3, FIRST),
        lambda: plans.ask_extension(member, document.public_id, until),
        lambda: plans.plan_queue(member),
        lambda: plans.extension_queue(person(here, "analyst")),
        lambda: plans.decide_plan(member, "plan-x", is_agreed=True),
        lambda: plans.decide_extension(member, "extension-x", is_agreed=True),
    ):
        with pytest.raises(ForbiddenError):
            act()
    assert (plans.plans(member, account), plans.extensions(member, account)) == ([], [])
    for act in (
        lambda: plans.plan_offer(stranger, account, 3, FIRST),
        lambda: plans.ask_plan(stranger, account, 3, FIRST),
        lambda: plans.ask_plan(person(here, "agent"), account, 3, FIRST),  # nobody agrees in a customer's place
        lambda: plans.plans(stranger, account),
        lambda: plans.extensions(stranger, account),
        lambda: plans.ask_extension(stranger, document.public_id, until),
        lambda: plans.ask_extension(person(here, "consumer"), "doc-0000000000", until),
        lambda: plans.plan_offer(stranger, "account-0000000000", 3, FIRST),
        lambda: plans.decide_plan(person(here, "agent"), "plan-x", is_agreed=True),
        lambda: plans.decide_extension(person(here, "agent"), "extension-x", is_agreed=True),
    ):
        with pytest.raises(NotFoundError):
            act()


def terminal(here, *words):
    parser = argparse.ArgumentParser()
    plan_desk.add_arguments(parser)
    return plan_desk.command(parser.parse_args([*words, "--by", "agent@demo.example"]), here.portal)


def test_staff_decide_from_the_terminal_and_the_customer_is_told(here, capsys):
    document = invoice(net_minor=100_000)  # 1,190.00 is more than is agreed at once
    plan = ask(here, 6)
    later = plans.ask_extension(person(here, "consumer"), document.public_id, date(2026, 8, 30))
    assert terminal(here, "list") == 0
    assert capsys.readouterr().out == (
        f"{plan.public_id}\t{ADA}\t1190.00 EUR in 6 parts\n{later.public_id}\t{ADA}\t{document.number} until 2026-08-30\n"
    )
    assert terminal(here, "decline", plan.public_id) == 1
    assert capsys.readouterr().err == "Note: Please fill it in.\n"
    assert terminal(here, "decline", plan.public_id, "--note", "Two broken plans.") == 0
    assert terminal(here, "agree", later.public_id) == 0
    assert terminal(here, "agree", "nothing-such") == 1
    assert [one.state for one in plans.plans(person(here, "consumer"), here.ids.accounts["consumer"])] == ["declined"]
    assert [one.state for one in plans.extensions(person(here, "consumer"), here.ids.accounts["consumer"])] == [
        "granted"
    ]
    told = [one["values"] for one in mails(here.portal) if one["template"] == "payment_request_ended"]
    assert [(one["what"], one["is_agreed"], one["note"]) for one in told] == [
        ("plan", False, "Two broken plans."), ("extension", True, ""),
    ]  # fmt: skip
    capsys.readouterr()
    assert terminal(here, "list") == 0
    assert capsys.readouterr().out == "Nothing waits.\n"
