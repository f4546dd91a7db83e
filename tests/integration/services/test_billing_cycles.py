"""Bills that are not a month of supply: yearly ones with instalments, and self-billed credits for feed-in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import text

from data.queries import billing as billing_queries
from data.queries import billing_runs as queries
from data.repositories import contracts as contract_repository
from domain.tariffs.blocks import Block
from domain.tariffs.charges.feed_in import FeedIn, Vintage
from services import billing_run, ledger, rebilling
from services.billing_drafts import Policy
from tests.factories.billing_world import AGENT, at, billing_world, mails, read
from tests.factories.contracts import publish, tariff_text
from tests.factories.tariffs import month

AT_ONCE = Policy(grace_days=0)


def documents(made):
    with made.records.reading() as db:
        rows = db.execute(
            text(
                "select number_text, kind, first_date, end_date, gross_minor, balance_minor from billing_document order by id"
            )
        ).all()
    return [(row[0], row[1], str(row[2]), str(row[3]), row[4], row[5]) for row in rows]


YEARS = (("2025-12-31T23:00", "2026-12-31T23:00"),)


def test_a_yearly_contract_pays_instalments_and_is_settled_with_their_vat(tmp_path):
    made = billing_world(tmp_path, 1, cycle="yearly", spans=YEARS)
    for number in range(1, 13):
        with at(made, f"2026-{number:02d}-02T08:00"):
            report = billing_run.run(month(f"2026-{number:02d}"), AT_ONCE)
            assert (report.issued, report.waiting) == (1, int(number == 12))
    with made.records.reading() as db:
        (plan,) = queries.live_plans(db, [1])
    # A usual home: 100 Wh x 35,040 = 3,504 kWh x 0.30 + 150.00 = 1,201.20 + 19 % = 1,429.43; a twelfth is 119.12
    assert (plan.source, plan.expected_minor, plan.amount_minor, len(plan.instalments)) == (
        "reference",
        142_943,
        12_000,
        12,
    )
    assert [row[4] for row in documents(made)] == [12_000] * 12
    told = [(one["template"], one["values"]["amount_minor"], one["values"]["number"]) for one in mails(made)]
    assert told == [("instalment_ready", 12_000, row[0]) for row in documents(made)]
    with at(made, "2027-01-04T08:00"):
        report = billing_run.run(month("2026-12"), AT_ONCE)
        assert (report.issued, report.billed) == (1, 1)
        again = billing_run.run(month("2026-11"), AT_ONCE)
        assert (again.issued, again.held, again.failed) == (0, 0, [])
        assert ledger.problems() == []
    year = documents(made)[-1]
    assert year[1:4] == ("invoice", "2026-01-01", "2027-01-01")
    # 3,539.04 kWh: the first half year at 19 %, the second at 16 %; 12 x 120.00 were paid.
    first, second = 181 * 96 * 101, 184 * 96 * 101
    net = [round(first * 30 / 1000 + 6 * 1250), round(second * 30 / 1000 + 6 * 1250)]
    gross = sum(net) + round(net[0] * 0.19) + round(net[1] * 0.16)
    assert abs(year[4] - gross) <= 1  # two energy lines and two of standing charge are rounded apart
    assert year[5] == year[4] - 144_000
    with made.records.reading() as db:
        rows = db.execute(text("select sum(net_minor), sum(tax_minor) from billing_tax where is_advance")).one()
        printed = db.execute(
            text("select sum(net_minor), sum(tax_minor) from billing_document where kind = 'instalment'")
        ).one()
        sums = billing_queries.ledger_sums(db)
    assert tuple(rows) == tuple(printed)
    assert [amount for (code, _), amount in sums.items() if code.startswith("advance:")] == [0, 0]


def test_a_settled_year_is_corrected_with_its_instalments(tmp_path):
    made = billing_world(tmp_path, 1, cycle="yearly", spans=YEARS)
    for number in range(1, 13):
        with at(made, f"2026-{number:02d}-02T08:00"):
            billing_run.run(month(f"2026-{number:02d}"), AT_ONCE)
    with at(made, "2027-01-04T08:00"):
        billing_run.run(month("2026-12"), AT_ONCE)
    year = documents(made)[-1]
    read(made, [1], "2026-03-02T00:00", "2026-03-02T10:00", known_at=datetime(2027, 1, 9, tzinfo=UTC), extra_wh=400)
    with at(made, "2027-01-10T08:00"):
        assert rebilling.find() == 1
        (found,) = rebilling.proposals(AGENT)
        assert found.delta_minor == 571  # 16 kWh x 0.30 x 1.19
        rebilling.approve(AGENT, found.public_id)
        assert ledger.problems() == []
    note, again = documents(made)[-2:]
    assert (note[1], note[5]) == (
        "credit_note",
        -year[5],
    )  # what was left to pay is taken back, the instalments stay paid
    assert (again[4], again[5]) == (year[4] + 571, year[5] + 571)
    with made.records.reading() as db:
        sums = billing_queries.ledger_sums(db)
    assert [amount for (code, _), amount in sums.items() if code.startswith("advance:")] == [0, 0]


def test_a_feed_in_contract_gets_a_credit_of_its_own(tmp_path):
    world = billing_world(tmp_path, 3)
    charge = FeedIn(
        code="feed_in", label="Feed-in", cost_group="feed_in", vat_code="std",
        vintages=(Vintage(tiers=(Block(price=Decimal("0.08")),)),), flow="import",
    )  # fmt: skip
    with at(world, "2026-01-01T00:00"):
        published = publish(tariff_text(charge, id="sun"), direction="feed_in")
    with world.records.transaction() as tx:
        sold = contract_repository.add_contract(
            tx, now=datetime(2026, 1, 1, tzinfo=UTC), number="V-sun", account_id=1, supply_point_id=1, direction="feed_in",
            signed_on=date(2026, 1, 1), first_date=date(2026, 1, 1), commissioning_date=date(2024, 1, 1), installed_kw="5",
        )  # fmt: skip
        contract_repository.add_term(
            tx, contract_id=sold.id, tariff_version_id=contract_repository.tariff_id(tx, published),
            first_date=date(2026, 1, 1), now=datetime(2026, 1, 1, tzinfo=UTC),
        )  # fmt: skip
    with at(world, "2026-07-03T08:00"):
        assert billing_run.run(month("2026-06"), AT_ONCE).issued == 4
        (credit,) = [row for row in documents(world) if row[1] == "feed_in_credit"]
        # 101 Wh x 2,880 = 290.88 kWh x 0.08 = 23.27; VAT 4.42
        assert credit[0].startswith("E2026-")
        (mail,) = [one for one in mails(world) if one["template"] == "credit_ready"]
        assert (mail["values"]["number"], mail["values"]["amount_minor"]) == (credit[0], 2_769)
        assert credit[4] == 2_769
        with world.records.reading() as db:
            assert billing_queries.ledger_sums(db)["feed_in_payable:C-1", "EUR"] == -2_769
