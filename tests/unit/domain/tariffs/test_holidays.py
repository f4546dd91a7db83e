from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.holidays import Holidays
from domain.tariffs.slots import day_number

BW = Holidays("DE-BW", 2026, 2026, (date(2026, 1, 1), date(2026, 12, 25)))


def numbers(*days: date) -> np.ndarray:
    return np.array([day_number(day) for day in days], dtype=np.int32)


def test_a_day_is_a_holiday_when_a_row_says_so():
    assert BW.is_holiday(numbers(date(2026, 1, 1), date(2026, 1, 2), date(2026, 12, 25))).tolist() == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2027, 1, 1)])
def test_a_year_without_rows_is_refused_not_taken_for_workdays(day):
    with pytest.raises(RatingRefusedError) as caught:
        BW.is_holiday(numbers(date(2026, 5, 5), day))
    assert caught.value.params["year"] == day.year
