"""The same number everywhere: bill, page, export and cost card of one period, and what a later correction does to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from sqlalchemy import select, update

from data.queries import billing_runs as queries
from data.queries import identity
from data.readings import Batch
from data.tables.accounts import Membership
from data.tables.contracts import Contract
from data.tables.identity import User
from domain.access import Role, Viewer
from domain.billing.documents import lines_of
from domain.exports import ExportRequest
from services import (
    billing,
    billing_basis,
    billing_run,
    contract_rating,
    costs,
    export_rows,
    exports,
    ledger,
    rebilling,
    use,
)
from services.billing_basis import period_of
from services.billing_drafts import Policy
from services.sites import sites_of
from tests.factories.billing_world import at
from tests.factories.tariffs import month
from tests.factories.world import tiny_world

NOW = "2026-11-20T11:07"
# Both months with a change of the clock, each billed when it was over; 14 bills of flat, spot and block tariffs, of
# peak demand, of gas, and feed-in credits.
RUNS = (("2026-03", "2026-04-03T08:00"), ("2026-10", "2026-11-03T08:00"))


@pytest.fixture(scope="module")
def billed(tmp_path_factory):
    made = tiny_world(tmp_path_factory.mktemp("same"))
    with made.records.transaction() as tx:  # the one that pays instalments gets a bill a month here, like all others
        tx.execute(update(Contract).values(billing_cycle="monthly"))
    for text, moment in RUNS:
        with at(made, moment):
            report = billing_run.run(month(text), Policy(grace_days=0, is_told=False))
            assert (report.held, report.failed) == (0, [])
    with at(made, NOW) as here:
        yield here
    made.readings.close()
    made.records.dispose()


def live(here):
    with here.records.reading() as db:
        return queries.live_bases(db, date(2020, 1, 1))


def owner_of(here, account_id):
    with here.records.reading() as db:
        user = db.scalars(select(User).join(Membership).where(Membership.account_id == account_id)).first()
        accounts, grants = identity.memberships(db, user.id)
    return Viewer(user.id, user.email, user.name, Role(user.role), "en", grants, accounts)


def agent(here):
    with here.records.reading() as db:
        user = db.scalars(select(User).where(User.role == "agent")).first()
    return Viewer(user.id, user.email, user.name, Role.AGENT)


def seen(here, row):
    """Viewer, site and register of the meter that a bill is about."""
    contract = contract_rating.row_of(row.contract_id)
    viewer = owner_of(here, contract.account_id)
    site = next(site for site in sites_of(viewer) if site.id == contract.site_id)
    flow = "export" if contract.direction == "feed_in" else "import"
    (register,) = [r for r in site.registers if (r.flow, r.commodity) == (flow, contract.commodity)]
    return contract, viewer, site, register


def billed_kwh(document):
    codes = {"energy", "feed_in"}
    return sum(
        (Fraction(line.quantity) for line in document.lines if line.code in codes and line.unit == "kWh"), Fraction(0)
    )


def exported_wh(viewer, site, register, period):
    request = ExportRequest(site.public_id, period.first, period.last, register=register.public_id)
    plan = exports.prepare(viewer, site.public_id, request)
    parts = export_rows.chunks(plan.site, "interval", plan.period, plan.registers)
    return sum(int(part.energy_wh.sum()) for part in parts)


def test_energy_and_cost_of_every_live_bill_are_those_of_page_export_and_card(billed):
    rows = live(billed)
    assert len(rows) == 14
    for row in rows:
        contract, viewer, site, register = seen(billed, row)
        period = period_of(row)
        _, document = billing.document(viewer, row.document_public_id)
        page = use.series(viewer, site, [(register.id, 1)], period, "month", known_at=row.known_at).total_wh
        assert billed_kwh(document) == Fraction(page, 1000)
        assert exported_wh(viewer, site, register, period) == page  # nothing has been corrected since
        card = costs.cost(viewer, site, contract.commodity, period, direction=contract.direction, known_at=row.known_at)
        sign = -1 if row.kind == "feed_in_credit" else 1
        assert (card.net_minor, card.gross_minor) == (
            sign * document.totals.net_minor, sign * document.totals.gross_minor,
        )  # fmt: skip
        assert card.is_gross == (contract.customer_kind == "residential")
    assert ledger.problems() == []


def test_every_live_bill_is_computed_again_to_the_same_lines(billed):
    for row in live(billed):
        _contract, viewer, _site, _register = seen(billed, row)
        _, document = billing.document(viewer, row.document_public_id)
        again = lines_of(billing_basis.recompute(viewer, row.document_public_id).lines)
        sign = -1 if row.kind == "feed_in_credit" else 1
        assert [
            (one.code, one.band, one.first, one.end, one.quantity, sign * one.net_minor, one.rate) for one in again
        ] == [(one.code, one.band, one.first, one.end, one.quantity, one.net_minor, one.rate) for one in document.lines]
        kept = billing_basis.inputs_of(row, contract_rating.row_of(row.contract_id))
        assert kept.digest == row.digest


def test_a_later_correction_shows_the_difference_and_a_proposal(billed):
    """After the others of this file: ten hours of the bill of a home with a flat tariff come in 100 Wh higher."""
    row = next(row for row in live(billed) if row.first_date == date(2026, 10, 1) and seen(billed, row)[1].email.startswith("consumer@"))  # fmt: skip
    _contract, viewer, site, register = seen(billed, row)
    period = period_of(row)
    before = use.series(viewer, site, [(register.id, 1)], period, "month").total_wh
    starts = np.arange("2026-10-10T00:00", "2026-10-10T10:00", np.timedelta64(900, "s"), dtype="datetime64[s]")
    span = (datetime(2026, 10, 10, tzinfo=UTC), datetime(2026, 10, 10, 10, tzinfo=UTC))
    from data.queries.consumption import intervals

    held = intervals(billed.readings, register.id, *span).energy_wh
    known = billed.clock.now() - timedelta(hours=1)
    count = len(starts)
    billed.readings.append(
        Batch(np.full(count, register.id, dtype=np.int64), starts, held + 100, np.full(count, 3, dtype=np.uint8)),
        known_at=known,
    )
    _, document = billing.document(viewer, row.document_public_id)
    page_now = use.series(viewer, site, [(register.id, 1)], period, "interval").total_wh
    page_then = use.series(viewer, site, [(register.id, 1)], period, "interval", known_at=row.known_at).total_wh
    assert (page_now, page_then) == (before + 4_000, before)
    assert billed_kwh(document) == Fraction(page_then, 1000)
    assert exported_wh(viewer, site, register, period) == page_now
    assert billing_basis.recompute(viewer, row.document_public_id).gross_minor == row.gross_minor
    assert rebilling.find() == 1
    found = rebilling.of_document(viewer, row.document_public_id)
    card = costs.cost(viewer, site, "electricity", period)
    assert found.delta_minor == card.gross_minor - row.gross_minor > 0
    done = rebilling.approve(agent(billed), found.public_id)
    summary, _ = billing.document(viewer, done.document.public_id)
    assert summary.gross_minor == card.gross_minor
    assert (rebilling.find(), ledger.problems()) == (0, [])
