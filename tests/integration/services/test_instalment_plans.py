"""Instalment plans: made from the year before, looked ahead with, changed by an owner within limits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from data.queries import billing_runs as queries
from domain.access import Role, Viewer
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from services import billing_run, instalment_plans
from services.billing_drafts import Policy
from tests.factories.billing_world import AGENT, at, billing_world, mails, owner, read
from tests.factories.tariffs import month

AT_ONCE = Policy(grace_days=0)
TWO_YEARS = (("2024-12-31T23:00", "2026-12-31T23:00"),)


@pytest.fixture
def world(tmp_path):
    """Two homes billed by the year, in their second one."""
    made = billing_world(tmp_path, 2, first=date(2025, 1, 1), cycle="yearly", spans=TWO_YEARS)
    with at(made, "2026-01-02T08:00"):
        report = billing_run.run(month("2026-01"), AT_ONCE)
    assert (report.issued, report.failed) == (2, [])
    yield made
    made.readings.close()
    made.records.dispose()


def live(made, contract=1):
    with made.records.reading() as db:
        return queries.live_plans(db, [contract])


def test_a_plan_is_what_the_year_before_costs_at_the_prices_of_the_new_one(world):
    (plan,) = live(world)
    # 365 days x 96 x 101 Wh = 3,539.04 kWh x 0.30 + 12 x 12.50 = 1,211.71 net; 19 % VAT on 1 January: 230.22
    assert (plan.source, plan.expected_minor) == ("history", 144_193)
    assert plan.amount_minor == 12_100  # 120.16, rounded up to a whole euro
    assert [row.amount_minor for row in plan.instalments] == [12_100] * 12
    assert (plan.first_date, plan.end_date) == (date(2026, 1, 1), date(2027, 1, 1))


def test_the_outlook_is_the_balance_after_each_month(world):
    with at(world, "2026-03-10T08:00"):
        found = instalment_plans.outlook(owner(1), "con-1")
        assert [row.first_date for row in found.plan.instalments] == [month.first for month in found.months]
        assert sum(row.cost_minor for row in found.months) == 144_193
        # January: 31 x 96 x 101 Wh = 300.576 kWh x 0.30 + 12.50 = 102.6728 net, 122.18 with VAT
        assert (found.months[0].cost_minor, found.months[0].balance_minor) == (12_218, 12_100 - 12_218)
        assert found.end_minor == 12 * 12_100 - 144_193
        assert (found.lowest_minor, found.highest_minor) == (6_050, 24_200)
        assert [month.is_known for month in found.months] == [True] * 2 + [False] * 10
        assert found.applies_from == date(2026, 4, 1)
        # January to March are billed: the nine others change. 3 x 121 + 9 x 130 = 1,533
        other = instalment_plans.outlook(owner(1), "con-1", 13_000)
        assert other.end_minor == 3 * 12_100 + 9 * 13_000 - 144_193
        # (1,441.93 - 363.00) / 9 = 119.88
        assert other.even_minor == 12_000


def test_a_month_that_is_over_costs_what_was_read_and_the_balance_says_how_far_it_may_go(world):
    # February: 28 x 96 x 50 Wh more = 134.4 kWh x 0.30 x 1.19 = 47.98
    read(world, [1], "2026-01-31T23:00", "2026-02-28T23:00", extra_wh=50, known_at=datetime(2026, 3, 9, tzinfo=UTC))
    with at(world, "2026-03-10T08:00"):
        found = instalment_plans.outlook(owner(1), "con-1")
        assert sum(row.cost_minor for row in found.months) == 144_193 + 4_798
        so_far = sum(row.cost_minor for row in found.months[:2])
        rest = sum(row.cost_minor for row in found.months[2:])
        foreseen = so_far - 4_798
        assert found.best_minor == 12 * 12_100 - so_far - rest == found.end_minor
        assert found.worst_minor == 12 * 12_100 - so_far - round(Fraction(rest * so_far, foreseen))


def test_a_missing_reading_is_told_and_not_made_up(tmp_path):
    spans = (("2024-12-31T23:00", "2026-01-10T23:00"), ("2026-01-11T00:00", "2026-12-31T23:00"))
    made = billing_world(tmp_path, 1, first=date(2025, 1, 1), cycle="yearly", spans=spans)
    with at(made, "2026-01-02T08:00"):
        assert billing_run.run(month("2026-01"), AT_ONCE).issued == 1
    with at(made, "2026-03-10T08:00"):
        found = instalment_plans.outlook(owner(1), "con-1")
    assert [each.missing for each in found.months] == [4] + [0] * 11  # one hour on 11 January
    assert [each.is_known for each in found.months] == [True] * 2 + [False] * 10
    # 300.576 kWh less 4 x 101 Wh: 300.172 x 0.30 = 90.05, and 12.50 = 102.55 net; 19 % of it is 19.48
    assert found.months[0].cost_minor == 12_203


def test_a_month_without_most_readings_is_taken_as_expected(tmp_path):
    spans = (("2024-12-31T23:00", "2026-01-10T23:00"), ("2026-01-21T23:00", "2026-12-31T23:00"))
    made = billing_world(tmp_path, 1, first=date(2025, 1, 1), cycle="yearly", spans=spans)
    with at(made, "2026-01-02T08:00"):
        assert billing_run.run(month("2026-01"), AT_ONCE).issued == 1
    with at(made, "2026-03-10T08:00"):
        found = instalment_plans.outlook(owner(1), "con-1")
    # 11 days x 96 of January's 2,976 are missing, more than a twentieth: not a third less, but as expected
    assert (found.months[0].missing, found.months[0].is_known, found.months[0].cost_minor) == (1_056, False, 12_218)
    assert found.months[1].is_known


def test_an_owner_changes_the_months_to_come(world):
    with at(world, "2026-03-10T08:00"):
        instalment_plans.change(owner(1), "con-1", 13_000)
        plan = instalment_plans.plan(owner(1), "con-1")
        assert (plan.source, plan.amount_minor) == ("customer", 13_000)
        assert [row.amount_minor for row in plan.instalments] == [12_100] * 3 + [13_000] * 9
        assert len(live(world)) == 1
        (told,) = [mail for mail in mails(world) if mail["template"] == "instalment_changed"]
        assert (told["values"]["before_minor"], told["values"]["amount_minor"]) == (12_100, 13_000)
        assert told["values"]["first"] == "2026-04-01"
    with at(world, "2026-04-02T08:00"):
        assert billing_run.run(month("2026-04"), AT_ONCE).issued == 2
    with world.records.reading() as db:
        drafts = [row for row in queries.drafts_since(db, date(2026, 4, 1)) if row.contract_id == 1]
    assert [row.gross_minor for row in drafts] == [13_000]


@pytest.mark.parametrize("amount", [0, -100, 6_049, 24_201])
def test_an_amount_out_of_reach_is_refused_and_nothing_changes(world, amount):
    with at(world, "2026-03-10T08:00"):
        with pytest.raises(InvalidInputError, match="out_of_range"):
            instalment_plans.change(owner(1), "con-1", amount)
        assert instalment_plans.plan(owner(1), "con-1").amount_minor == 12_100


def test_what_is_paid_already_is_no_change(world):
    with at(world, "2026-03-10T08:00"):
        with pytest.raises(InvalidInputError, match="unchanged"):
            instalment_plans.change(owner(1), "con-1", 12_100)
        assert live(world)[0].source == "history"


def test_when_all_instalments_are_billed_nothing_can_be_chosen(world):
    with at(world, "2026-12-10T08:00"):
        found = instalment_plans.outlook(owner(1), "con-1")
        assert (found.applies_from, found.even_minor) == (None, 0)
        with pytest.raises(InvalidInputError, match="all_billed"):
            instalment_plans.change(owner(1), "con-1", 13_000)


def test_the_plans_of_a_viewer_are_their_own(world):
    with at(world, "2026-03-10T08:00"):
        assert [row.public_id for row in instalment_plans.plans(owner(2))] == ["con-2"]
        assert instalment_plans.plans(AGENT) == []


def test_what_is_somebody_elses_is_missing_and_members_do_not_change_it(world):
    member = Viewer(2, "m", "m", Role.CUSTOMER, memberships=((1, "member"),))
    with at(world, "2026-03-10T08:00"):
        for stranger in (owner(2), AGENT):
            for ask in (instalment_plans.plan, instalment_plans.outlook):
                with pytest.raises(NotFoundError):
                    ask(stranger, "con-1")
            with pytest.raises(NotFoundError):
                instalment_plans.change(stranger, "con-1", 13_000)
        assert instalment_plans.outlook(member, "con-1").amount_minor == 12_100
        with pytest.raises(ForbiddenError):
            instalment_plans.change(member, "con-1", 13_000)


def test_a_contract_billed_by_the_month_has_no_plan(tmp_path):
    made = billing_world(tmp_path, 1)
    with at(made, "2026-07-10T08:00"):
        assert instalment_plans.plan(owner(1), "con-1") is None
        with pytest.raises(NotFoundError):
            instalment_plans.outlook(owner(1), "con-1")
