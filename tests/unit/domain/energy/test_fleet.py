"""A group tells its sum only where nobody in it can be guessed."""

from __future__ import annotations

from datetime import date

from domain.energy.fleet import FleetDay, Group, summary, told

SOME = FleetDay(date(2026, 11, 20), registers=20, n_expected=1920, n=1872, energy_wh=200_000)
MORE = FleetDay(date(2026, 11, 21), registers=30, n_expected=2880, n=2880, energy_wh=400_000)
FEW = FleetDay(date(2026, 11, 22), registers=14, n_expected=1344, n=1344, energy_wh=999_000)


def test_fifteen_sites_are_a_group_and_fifteen_registers_of_five_sites_are_not():
    assert Group("electricity/import", sites=15, registers=15).is_large
    assert not Group("electricity/phase", sites=5, registers=15).is_large


def test_a_day_of_fourteen_registers_is_not_told():
    assert told([SOME, MORE, FEW]) == [SOME, MORE]


def test_sums_and_means_are_of_the_days_that_are_told():
    found = summary([SOME, MORE, FEW])
    assert found is not None
    # 600 kWh over 20 + 30 register-days are 12 kWh; 4,752 of 4,800 intervals are here.
    assert (found.days, found.energy_wh, found.each_wh, found.completeness) == (2, 600_000, 12_000.0, 0.99)
    assert summary([FEW]) is None


def test_days_on_which_nothing_was_due_have_no_share():
    assert summary([FleetDay(date(2026, 11, 20), 20, 0, 0, 0)]).completeness is None
