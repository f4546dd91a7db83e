"""What staff decide about bills from a terminal, on both databases: corrections, and money that is given up."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from data.queries import billing as queries
from data.repositories import identity
from data.tables.operations import AuditEvent
from domain.access import Role, Viewer
from services import billing_desk, billing_list, billing_run, ledger, rebilling
from services.billing_drafts import Policy
from tests.factories.billing_world import AGENT, at, billing_world, owner, read
from tests.factories.contracts import SIGNED
from tests.factories.databases import BOTH, current_database
from tests.factories.tariffs import month

JUNE, NOW = month("2026-06"), "2026-07-12T08:00"
ADMIN = Viewer(3, "admin@demo.example", "Admin", Role.ADMIN)


@pytest.fixture(params=BOTH)
def world(request, tmp_path):
    """Three homes, June 2026 billed on 3 July; the third used 400 Wh more in each of 40 quarter-hours than was known."""
    with current_database(request.param, tmp_path) as url:
        made = billing_world(tmp_path, 3, database_url=url)
        with made.records.transaction() as tx:
            identity.add_user(tx, identity.NewUser(ADMIN.email, "Admin", "x", "admin"), now=SIGNED)
        with at(made, "2026-07-03T08:00"):
            billing_run.run(JUNE, Policy(grace_days=0))
        read(
            made, [3], "2026-06-10T00:00", "2026-06-10T10:00", known_at=datetime(2026, 7, 10, tzinfo=UTC), extra_wh=400
        )
        yield made
        made.readings.close()
        made.records.dispose()


@pytest.fixture
def said(world, capsys):
    """A command of the desk: exit code, what was printed, what was refused."""

    def run(*words: str, by: str = AGENT.email):
        parser = argparse.ArgumentParser()
        billing_desk.add_arguments(parser)
        with at(world, NOW) as here:
            code = billing_desk.command(parser.parse_args([*words, "--by", by]), here)
        told = capsys.readouterr()
        return code, told.out.strip(), told.err.strip()

    return run


def bill(made, number: int):
    with at(made, NOW):
        return billing_list.bills(owner(number))[0]


def test_a_correction_is_listed_and_billed_again(world, said):
    before = bill(world, 3)
    assert said("rebills") == (0, "Nothing waits.", "")
    with at(world, NOW):
        assert rebilling.find() == 1
        [proposal] = rebilling.proposals(AGENT)
    # 40 x 400 Wh = 16 kWh x 0.30 = 4.80 net, 19 % on it: 5.71 more, to the cent of the whole bill's rounding
    assert abs(proposal.delta_minor - 571) <= 1
    code, listed, _ = said("rebills")
    assert code == 0
    assert listed.startswith(f"{proposal.public_id}  C-3  {before.number}  2026-06-01 to 2026-07-01")
    code, done, _ = said("rebill", proposal.public_id)
    assert (code, done.startswith("Taken back by ")) == (0, True)
    assert bill(world, 3).gross_minor == before.gross_minor + proposal.delta_minor
    assert said("rebill", proposal.public_id)[0::2] == (1, "Proposal: This was decided already.")
    with at(world, NOW):
        assert ledger.problems() == []


def test_a_correction_can_be_left(world, said):
    with at(world, NOW):
        rebilling.find()
        [proposal] = rebilling.proposals(AGENT)
    assert said("keep", proposal.public_id) == (0, f"{proposal.public_id} is left as it is.", "")
    assert said("rebills") == (0, "Nothing waits.", "")
    with at(world, NOW):
        assert rebilling.find() == 0  # the same change is not proposed again


def test_who_approves_money_gives_up_what_is_open(world, said):
    number, gross = bill(world, 1).number, bill(world, 1).gross_minor
    ask = ("write-off", number, "10.00", "--reason", "insolvent, notice of the court")
    assert said(*ask) == (1, "", "This person may not do that; it takes the permission billing:approve.")
    assert said(*ask, by=ADMIN.email) == (0, f"10.00 EUR of {number} are written off.", "")
    assert said(*ask, by=ADMIN.email) == (0, f"0.00 EUR of {number} are written off.", "")  # the same twice is once
    assert bill(world, 1).open_minor == gross - 1_000
    rest = f"{(gross - 1_000) / 100:.2f} EUR"
    assert (
        said("write-off", number, "--reason", "as above", by=ADMIN.email)[1] == f"{rest} of {number} are written off."
    )
    assert bill(world, 1).open_minor == 0
    with at(world, NOW), world.records.reading() as db:
        assert queries.ledger_sums(db)[("receivable:C-1", "EUR")] == 0
        assert ledger.problems() == []
        detail = db.scalars(select(AuditEvent.detail).where(AuditEvent.action == "write_off:booked")).first()
        assert "insolvent, notice of the court" in str(detail)


@pytest.mark.parametrize(("words", "refused"), [
    (("write-off", "R-0", "--reason", "insolvent"), "There is no such document."),
    (("write-off", "{number}", "--reason", "x"), "Reason: Enter 5 to 200 letters."),
    (("write-off", "{number}", "0", "--reason", "insolvent"), "Amount: Enter more than nothing."),
    (("write-off", "{number}", "9999", "--reason", "insolvent"), "Amount: No more than {open} is open."),
    (("release", "anomaly-0000000000"), "There is no such anomaly."),
    (("keep", "proposal-0000000000"), "There is no such proposal."),
])  # fmt: skip
def test_what_is_wrong_is_named_and_nothing_changes(world, said, words, refused):
    one = bill(world, 1)
    filled = [word.format(number=one.number) for word in words]
    told = refused.format(open=f"€{one.open_minor / 100:.2f}")
    assert said(*filled, by=ADMIN.email) == (1, "", told)
    assert bill(world, 1) == one


def test_lists_are_for_staff(world, said):
    assert said("unusual") == (0, "Nothing waits.", "")
    assert said("held") == (0, "Nothing is held.", "")
    assert said("unusual", by="owner@demo.example") == (1, "", "There is no such person.")
