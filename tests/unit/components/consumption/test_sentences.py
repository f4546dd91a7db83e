"""Headlines say who used how much and when, and compare only what is fair."""

from __future__ import annotations

from datetime import date

import pytest

from components.consumption.sentences import change_text, fair_comparison, season, used, used_and_compared, when
from domain.calendar import Period, PeriodKind
from domain.energy.comparison import Comparison

AUGUST = Period.of(PeriodKind.MONTH, date(2026, 8, 1))
LAST_AUGUST = Period.of(PeriodKind.MONTH, date(2025, 8, 1))
NB = "\u00a0"


def _compared(now_wh, then_wh, *, per_day=False):
    return Comparison(now_wh, then_wh, LAST_AUGUST, per_day)


@pytest.mark.parametrize(
    ("kind", "phrase"),
    [
        (PeriodKind.DAY, "on Saturday, 1 August 2026"),
        (PeriodKind.WEEK, "from 27 Jul to 2 Aug 2026"),
        (PeriodKind.MONTH, "in August 2026"),
        (PeriodKind.YEAR, "in 2026"),
    ],
)
def test_when(kind, phrase):
    assert when(Period.of(kind, date(2026, 8, 1))) == phrase


def test_own_dates_name_their_last_day():
    assert when(Period(PeriodKind.CUSTOM, date(2026, 8, 3), date(2026, 8, 8))) == "from 3 Aug to 7 Aug 2026"


def test_used_running_and_unknown():
    assert used(197_900, AUGUST, is_running=False) == f"You used 197.9{NB}kWh in August 2026."
    assert used(197_900, AUGUST, is_running=True) == f"You have used 197.9{NB}kWh so far in August 2026."
    assert used(None, AUGUST, is_running=False) == "There are no readings in August 2026."
    assert used(None, AUGUST, is_running=True) == "There are no readings in August 2026."


def test_nothing_used_is_not_unknown():
    assert used(0, AUGUST, is_running=False) == f"You used 0.0{NB}kWh in August 2026."


@pytest.mark.parametrize(
    ("now_wh", "then_wh", "ending"),
    [
        (176_000, 200_000, f", 12{NB}% less than in August 2025."),  # 176 / 200 = 0.88
        (212_000, 200_000, f", 6{NB}% more than in August 2025."),  # 212 / 200 = 1.06
        (200_900, 200_000, ", as much as in August 2025."),  # 0.45 % would be shown as 0 %
        (199_100, 200_000, ", as much as in August 2025."),
    ],
)
def test_a_whole_period_is_compared(now_wh, then_wh, ending):
    sentence = used_and_compared(now_wh, AUGUST, _compared(now_wh, then_wh), is_running=False)
    assert sentence == f"You used {now_wh / 1000:.1f}{NB}kWh in August 2026{ending}"


@pytest.mark.parametrize(
    ("compared", "is_running"),
    [
        (None, False),
        (_compared(176_000, 0), False),  # nothing to divide by
        (_compared(176_000, 200_000), True),  # the period is not over
        (_compared(5_677, 6_452, per_day=True), False),  # lengths differ
    ],
)
def test_an_unfair_comparison_is_left_out(compared, is_running):
    sentence = used_and_compared(176_000, AUGUST, compared, is_running=is_running)
    assert sentence == used(176_000, AUGUST, is_running=is_running)


def test_the_unknown_is_compared_with_nothing():
    sentence = used_and_compared(None, AUGUST, _compared(1, 2), is_running=False)
    assert sentence == "There are no readings in August 2026."


def test_changes_have_no_sign():
    assert change_text(-0.12) == f"12{NB}% less"
    assert change_text(0.06) == f"6{NB}% more"


def test_a_running_period_is_compared_with_the_same_part():
    elapsed = Period(PeriodKind.MONTH, date(2026, 8, 1), date(2026, 8, 11))
    sentence = fair_comparison(_compared(66_000, 60_000), elapsed, is_running=True)
    # 66 / 60 = 1.1; the elapsed part ends with the 10th
    assert sentence == (
        f"Up to 10 Aug: 66.0{NB}kWh, 10{NB}% more than the 60.0{NB}kWh of the same part in August 2025."
    )


def test_periods_of_other_lengths_are_compared_by_day():
    sentence = fair_comparison(_compared(6_000, 8_000, per_day=True), AUGUST, is_running=False)
    # 6 / 8 = 0.75
    assert sentence.startswith(f"6.0{NB}kWh a day, 8.0{NB}kWh a day in August 2025: 25{NB}% less.")


def test_a_finished_or_missing_comparison_needs_no_second_sentence():
    assert fair_comparison(_compared(66_000, 60_000), AUGUST, is_running=False) == ""
    assert fair_comparison(None, AUGUST, is_running=True) == ""
    assert fair_comparison(_compared(66_000, 0), AUGUST, is_running=True) == ""


def test_german_numbers_stand_in_the_sentence(german):
    assert used(1_197_900, AUGUST, is_running=False) == f"You used 1.197,9{NB}kWh in August 2026."


def test_all_years_and_two_years_are_named():
    assert when(Period.years(date(2024, 5, 10), date(2026, 11, 20))) == "from 2024 to 2026"
    assert when(Period.spanning(date(2025, 12, 20), date(2026, 1, 5))) == "from 20 Dec 2025 to 5 Jan 2026"


def test_pairs_left_out_are_said():
    compared = Comparison(50_000, 40_000, LAST_AUGUST, per_day=False, days=29)
    sentence = fair_comparison(compared, AUGUST, is_running=False)  # 50 / 40 = 1.25
    assert sentence.startswith(
        f"29 pairs of days are compared: 50.0{NB}kWh, 25{NB}% more than 40.0{NB}kWh in August 2025."
    )
    assert "gaps are left out on both sides" in sentence
    assert used_and_compared(60_000, AUGUST, compared, is_running=False) == used(60_000, AUGUST, is_running=False)


def test_a_running_day_is_compared_up_to_a_time():
    compared = Comparison(5_000, 4_000, LAST_AUGUST, per_day=False, until_s=45_900)  # 12 h 45 min
    sentence = fair_comparison(compared, AUGUST, is_running=True)
    assert sentence == f"Up to 12:45: 5.0{NB}kWh, 25{NB}% more than the 4.0{NB}kWh by then in August 2025."


def test_a_day_with_a_gap_is_compared_at_the_times_known_on_both():
    compared = Comparison(5_000, 4_000, LAST_AUGUST, per_day=False, until_s=86_400)
    sentence = fair_comparison(compared, AUGUST, is_running=False)  # the day is over: no "up to 24:00"
    assert sentence == (
        f"At the times known on both days: 5.0{NB}kWh, 25{NB}% more than the 4.0{NB}kWh in August 2025."
    )


def test_averages_say_of_how_many_days():
    compared = Comparison(6_000, 8_000, LAST_AUGUST, per_day=True, days=28, then_days=30)
    assert fair_comparison(compared, AUGUST, is_running=False).endswith(
        "Averages of 28 and 30 complete days; days with gaps are left out."
    )


def test_another_season_of_heating_is_called_one():
    july = Comparison(66_000, 60_000, Period.of(PeriodKind.MONTH, date(2026, 7, 1)), per_day=False)
    said = "Heating follows the season: the same days a year ago say more about you."
    assert season("gas", AUGUST, july) == said
    assert season("electricity", AUGUST, july) == ""
    assert season("gas", AUGUST, _compared(66_000, 60_000)) == ""  # August a year ago
    assert season("gas", AUGUST, None) == ""
