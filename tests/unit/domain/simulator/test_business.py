from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from domain.simulator.business import TYPES, business_parts

# Yearly electricity of small businesses of these sizes. [kWh] Ranges: EHI energy monitor and chamber guides.
EXPECTED_KWH = {
    "bakery": (25_000, 80_000), "shop": (8_000, 20_000), "office": (10_000, 25_000), "cold_store": (30_000, 60_000),
    "workshop": (15_000, 30_000), "restaurant": (20_000, 50_000),
}  # fmt: skip


def total(kind, year, air):
    return sum(business_parts(replace(TYPES[kind], key=kind), year, air).values())


@pytest.mark.parametrize("kind", TYPES)
def test_a_year_of_each_type_is_in_its_range(kind, year, air):
    low, high = EXPECTED_KWH[kind]
    assert low <= total(kind, year, air).sum() / 1000 <= high


def test_an_office_rests_at_weekends_and_on_public_holidays(year, air):
    used = total("office", year, air)
    day = year.days[year.day_of].astype("datetime64[D]").astype(date)
    tuesday, sunday, may_day = (used[day == date(2025, *at)].sum() for at in ((5, 6), (5, 4), (5, 1)))
    assert tuesday > 2 * sunday
    assert may_day == pytest.approx(sunday, rel=0.15)


def test_a_bakery_works_before_dawn_on_every_day(year, air):
    used = total("bakery", year, air)
    assert used[year.minute == 5 * 60].mean() > 2 * used[year.minute == 20 * 60].mean()


def test_shops_close_early_on_saturday(year, air):
    used = total("shop", year, air)
    weekday = year.weekday[year.day_of]
    late = year.minute == 17 * 60
    assert used[late & (weekday == 5)].mean() < 0.7 * used[late & (weekday == 2)].mean()


def test_cooling_takes_more_in_summer(year, air):
    cold = business_parts(replace(TYPES["cold_store"], key="x"), year, air)["refrigeration"]
    month = (year.start_s.astype("datetime64[s]").astype("datetime64[M]").astype(int)) % 12 + 1
    assert np.mean(cold[month == 7]) > 1.2 * np.mean(cold[month == 1])
