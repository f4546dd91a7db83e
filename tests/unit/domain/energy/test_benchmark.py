"""Groups are shown from 15 members on, and say where one stands."""

from __future__ import annotations

from domain.energy.benchmark import Traits, matches, people_band, standing, widen

HOME = Traits("home", "2", "gas", has_ev=False, has_solar=False)


def test_fourteen_are_too_few():
    assert standing(0, dict.fromkeys(range(14), 100)) is None
    assert standing(0, dict.fromkeys(range(15), 100)) is not None
    assert standing(99, dict.fromkeys(range(30), 100)) is None  # one's own month is incomplete


def test_place_in_a_group_of_21():
    # Members use 0, 10, ..., 200 kWh. The 20 % quantile is 40, the median 100; with 60 kWh six of twenty others use less.
    totals = {n: n * 10_000 for n in range(21)}
    found = standing(6, totals)
    assert found is not None
    assert (found.fifth_wh, found.quarter_wh, found.median_wh, found.three_quarters_wh) == (
        40_000,
        50_000,
        100_000,
        150_000,
    )
    assert found.percentile == 6 / 20


def test_groups_widen_step_by_step():
    steps = widen(HOME)
    assert [(s.people_band, s.heating) for s in steps] == [("2", "gas"), ("any", "gas"), ("2", "any"), ("any", "any")]
    other = Traits("home", "3-4", "heat_pump", has_ev=False, has_solar=False)
    assert [matches(step, other) for step in steps] == [False, False, False, True]
    assert not matches(steps[-1], Traits("home", "2", "gas", has_ev=True, has_solar=False))


def test_people_bands():
    assert [people_band(n) for n in (None, 1, 2, 3, 4, 7)] == ["unknown", "1", "2", "3-4", "3-4", "5+"]
