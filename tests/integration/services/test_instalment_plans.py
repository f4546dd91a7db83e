"""Instalment plans: made from the year before, looked ahead with, changed by an owner within limits."""

from __future__ import annotations

from datetime import date

import pytest

from data.queries import billing_runs as queries
from domain.access import Role, Viewer
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from services import billing_run, instalment_plans
from services.billing_drafts import Policy
from tests.factories.billing_world import AGENT, at, billing_world, owner
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
        assert [row.first_date for row in found.plan.instalments] == list(found.first_dates)
        assert sum(row.cost_minor for row in found.months) == 144_193
        # January: 31 x 96 x 101 Wh = 300.576 kWh x 0.30 + 12.50 = 102.6728 net, 122.18 with VAT
        assert (found.months[0].cost_minor, found.months[0].balance_minor) == (12_218, 12_100 - 12_218)
        assert found.months[-1].balance_minor == 12 * 12_100 - 144_193
        assert (found.lowest_minor, found.highest_minor) == (6_050, 24_200)
        other = instalment_plans.outlook(owner(1), "con-1", 13_000)
        assert other.months[-1].balance_minor == 12 * 13_000 - 144_193


def test_an_owner_changes_the_months_to_come(world):
    with at(world, "2026-03-10T08:00"):
        instalment_plans.change(owner(1), "con-1", 13_000)
        plan = instalment_plans.plan(owner(1), "con-1")
        assert (plan.source, plan.amount_minor) == ("customer", 13_000)
        assert [row.amount_minor for row in plan.instalments] == [12_100] * 3 + [13_000] * 9
        assert len(live(world)) == 1
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
