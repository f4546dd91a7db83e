"""What is unusual about a bill, with the figures it was seen from."""

from __future__ import annotations

import pytest

from domain.billing.anomalies import Anomaly, Cost, anomalies


def test_three_times_last_year_is_usual_and_a_cent_more_is_not():
    before = Cost(5_000, 30)
    assert anomalies(Cost(15_000, 30), before) == []
    assert anomalies(Cost(15_001, 30), before) == [
        Anomaly("over_three_times", {"gross_minor": 15_001, "days": 30, "before_minor": 5_000, "before_days": 30})
    ]


def test_unequal_periods_are_compared_by_the_day():
    # 50.00 in 10 days and 310.00 in 31: 5.00 and 10.00 a day.
    assert anomalies(Cost(31_000, 31), Cost(5_000, 10)) == []
    assert [one.code for one in anomalies(Cost(50_000, 31), Cost(5_000, 10))] == ["over_three_times"]


@pytest.mark.parametrize(("gross_minor", "code"), [(-1, "negative"), (0, "zero")])
def test_negative_and_empty_bills_are_looked_at(gross_minor, code):
    assert anomalies(Cost(gross_minor, 30)) == [Anomaly(code, {"gross_minor": gross_minor, "days": 30})]
    assert [one.code for one in anomalies(Cost(gross_minor, 30), Cost(100, 30))] == [code]


@pytest.mark.parametrize("before", [None, Cost(0, 30), Cost(-500, 30)])
def test_without_a_cost_a_year_ago_nothing_is_dear(before):
    assert anomalies(Cost(90_000, 30), before) == []
