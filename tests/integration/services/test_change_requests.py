"""Ending and changing a contract on both databases: what it does to bills, what is refused, and who may."""

from __future__ import annotations

import argparse
from datetime import date

import pytest

from data.queries import contracts as contract_queries
from domain.access import NOBODY, Role, Viewer
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from services import billing_list, billing_run, change_requests, contract_rating, ledger
from services.billing_drafts import Policy
from tests.factories.billing_world import AGENT, at, billing_world, mails, owner
from tests.factories.databases import BOTH, current_database
from tests.factories.tariffs import month

AT_ONCE = Policy(grace_days=0)
SUMMER = (("2026-05-31T22:00", "2026-08-31T22:00"),)
MEMBER = Viewer(2, "m", "m", Role.CUSTOMER, memberships=((1, "member"),))


@pytest.fixture(params=BOTH)
def world(request, tmp_path):
    """Two homes with readings from June to August 2026, whose contracts have a notice of 14 days."""
    with current_database(request.param, tmp_path) as url:
        made = billing_world(tmp_path, 2, database_url=url, spans=SUMMER)
        yield made
        made.readings.close()
        made.records.dispose()


def ask(kind="cancel", day=date(2026, 7, 16), text="", key="one", viewer=None):
    return change_requests.ask(viewer or owner(1), "con-1", kind, day, text, key)


def bills(made, instant):
    """Periods and gross of the bills of home 1 after July and August were billed."""
    for name in ("2026-07", "2026-08"):
        with at(made, instant):
            billing_run.run(month(name), AT_ONCE)
    with at(made, instant):
        return [(row.first, row.end, row.gross_minor) for row in billing_list.bills(owner(1))]


def test_a_cancelled_contract_is_billed_up_to_its_end_and_no_further(world):
    with at(world, "2026-06-20T08:00"):
        found = ask()
        assert (found.state, found.day) == ("done", date(2026, 7, 16))
        (told,) = mails(world)
        assert (told["template"], told["values"]["on"], told["values"]["number"]) == (
            "cancellation_received", "2026-07-15", "K-0000001",
        )  # fmt: skip
    # 15 days x 96 x 101 Wh = 145.44 kWh x 0.30 = 43.63; 12.50 x 15/31 = 6.05; 49.68 and 16 % (7.95)
    assert bills(world, "2026-09-02T08:00") == [(date(2026, 7, 1), date(2026, 7, 16), 5_763)]
    with at(world, "2026-09-02T08:00"):
        assert ledger.problems() == []
        with world.records.reading() as db:
            assert [term.end_date for term in contract_queries.terms_of(db, 1)] == [date(2026, 7, 16)]
            assert contract_queries.contract_row(db, "con-2").end_date is None


def test_what_was_billed_before_stays_the_same(world):
    with at(world, "2026-07-03T08:00"):
        billing_run.run(month("2026-06"), AT_ONCE)
        before = billing_list.bills(owner(1))
        cost = contract_rating.rate_contract(1, month("2026-06")).gross_minor
        ask(day=date(2026, 7, 20))
        assert contract_rating.rate_contract(1, month("2026-06")).gross_minor == cost == before[0].gross_minor


def test_the_same_form_twice_is_one_request(world):
    with at(world, "2026-06-20T08:00"):
        first = ask()
        assert ask() == first
        assert len(mails(world)) == 1
        with pytest.raises(InvalidInputError, match="used_for_another_request"):
            ask(kind="move_out", text="Basel")
        with pytest.raises(InvalidInputError, match="contract_over"):
            ask(key="two")


def test_of_two_ends_at_once_the_first_counts(world, monkeypatch):
    lock = change_requests.contract_repository.lock_contract

    def late(tx, contract_id):
        monkeypatch.setattr(change_requests.contract_repository, "lock_contract", lock)
        ask(day=date(2026, 7, 16), key="first")  # between what was read and the lock
        return lock(tx, contract_id)

    with at(world, "2026-06-20T08:00"):
        monkeypatch.setattr(change_requests.contract_repository, "lock_contract", late)
        with pytest.raises(InvalidInputError, match="contract_over"):
            ask(day=date(2026, 7, 20), key="second")
        with world.records.reading() as db:
            assert contract_queries.contract_row(db, "con-1").end_date == date(2026, 7, 16)
            assert [term.end_date for term in contract_queries.terms_of(db, 1)] == [date(2026, 7, 16)]


@pytest.mark.parametrize(("kind", "day", "text", "field"), [
    ("cancel", None, "", "day"), ("cancel", date(2026, 7, 3), "", "day"), ("cancel", date(2025, 1, 1), "", "day"),
    ("cancel", date(2028, 1, 1), "", "day"), ("move_out", date(2026, 7, 16), "", "text"), ("correct", None, "", "text"),
    ("sell", date(2026, 7, 16), "x", "kind"),
])  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_changes(world, kind, day, text, field):
    with at(world, "2026-06-20T08:00"):
        with pytest.raises(InvalidInputError) as refused:
            ask(kind, day, text)
        assert refused.value.params["field"] == field
        assert change_requests.changes_of(owner(1), "con-1").requests == ()
        assert mails(world) == []
        with world.records.reading() as db:
            assert contract_queries.contract_row(db, "con-1").end_date is None


def test_staff_settle_what_waits_and_the_customer_is_told(world):
    with at(world, "2026-06-20T08:00"):
        wrong = ask("correct", None, "It says  Ada,\n it is Ida.")
        assert (wrong.state, wrong.text) == ("asked", "It says Ada, it is Ida.")
        move = ask("move_in", date(2026, 7, 1), "Gartenweg 2", key="two")
        assert [row.public_id for row in change_requests.queue(AGENT)] == [wrong.public_id, move.public_id]
        assert change_requests.decide(AGENT, wrong.public_id, "done").state == "done"
        with pytest.raises(InvalidInputError, match="missing"):
            change_requests.decide(AGENT, move.public_id, "declined", "  ")
        assert change_requests.decide(AGENT, move.public_id, "declined", "We do not supply Basel.").note
        with pytest.raises(InvalidInputError, match="dealt_with"):
            change_requests.decide(AGENT, move.public_id, "done")
        assert change_requests.queue(AGENT) == []
        told = [(one["template"], one["values"].get("is_done")) for one in mails(world)]
        assert told == [("contract_changed", None)] * 2 + [("request_ended", True), ("request_ended", False)]


def test_what_waits_can_be_withdrawn_once_and_what_is_done_cannot(world):
    with at(world, "2026-06-20T08:00"):
        waits = ask("correct", None, "Ida")
        assert change_requests.withdraw(owner(1), waits.public_id).state == "withdrawn"
        assert change_requests.withdraw(owner(1), waits.public_id).state == "withdrawn"
        done = ask(key="two")
        with pytest.raises(InvalidInputError, match="dealt_with"):
            change_requests.withdraw(owner(1), done.public_id)


def test_who_may(world):
    with at(world, "2026-06-20T08:00"):
        waits = ask("correct", None, "Ida")
        for stranger in (NOBODY, owner(2), AGENT):
            with pytest.raises(NotFoundError):
                ask(viewer=stranger, key="x")
            with pytest.raises(NotFoundError):
                change_requests.changes_of(stranger, "con-1")
            with pytest.raises(NotFoundError):
                change_requests.withdraw(stranger, waits.public_id)
        with pytest.raises(ForbiddenError):
            ask(viewer=MEMBER, key="x")
        with pytest.raises(ForbiddenError):
            change_requests.withdraw(MEMBER, waits.public_id)
        assert not change_requests.changes_of(MEMBER, "con-1").may_ask
        for person in (owner(1), MEMBER, NOBODY):
            with pytest.raises(ForbiddenError):
                change_requests.queue(person)
            with pytest.raises(ForbiddenError):
                change_requests.decide(person, waits.public_id, "done")


def terminal(here, *words):
    parser = argparse.ArgumentParser()
    change_requests.add_arguments(parser)
    return change_requests.command(parser.parse_args([*words, "--by", AGENT.email]), here)


def test_the_terminal_lists_and_settles(world, capsys):
    with at(world, "2026-06-20T08:00") as here:
        waits = ask("correct", None, "Ida")
        assert terminal(here, "list") == 0
        assert capsys.readouterr().out == f"{waits.public_id}\tcorrect\t\tC-1\tHome 1\tIda\n"
        assert terminal(here, "decline", waits.public_id) == 1
        assert capsys.readouterr().err == "Note: Please fill it in.\n"
        assert terminal(here, "done", waits.public_id) == 0
        assert capsys.readouterr().out == "K-0000001 is done.\n"
