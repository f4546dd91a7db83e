import numpy as np
import pytest

from domain.simulator.appliances import Household, household_parts

OWNS = {1: (), 2: ("dishwasher",), 3: ("dishwasher", "freezer"), 4: ("dishwasher", "freezer", "dryer"),
        5: ("dishwasher", "freezer", "dryer")}  # fmt: skip
# Yearly electricity of homes without electric hot water. [kWh]
# Stromspiegel 2023 (co2online), flats to houses, medium classes: 1 person 1,200-2,300, 2: 1,900-3,000, 3: 2,400-3,900,
# 4: 2,800-4,600, 5: 3,200-5,600.
PUBLISHED_KWH = {1: (1200, 2300), 2: (1900, 3000), 3: (2400, 3900), 4: (2800, 4600), 5: (3200, 5600)}


def annual_kwh(household, year, air):
    return sum(part.sum() for part in household_parts(household, year, air).values()) / 1000


@pytest.mark.parametrize("people", PUBLISHED_KWH)
def test_a_household_uses_what_households_of_its_size_use(people, year, air):
    low, high = PUBLISHED_KWH[people]
    homes = [
        Household(f"home {n}", people, rhythm, 1.0, frozenset(OWNS[people]))
        for n, rhythm in enumerate(("worker", "family", "retired"))
    ]
    assert low <= np.mean([annual_kwh(home, year, air) for home in homes]) <= high


def test_careless_households_use_more(year, air):
    careful, careless = (annual_kwh(Household("x", 3, "family", thrift), year, air) for thrift in (0.8, 1.25))
    assert careless > 1.25 * careful


def test_electric_hot_water_adds_about_500_kwh_a_person(year, air):
    # BDEW 2021: about 20 kWh of heat a week and person, 400 to 800 kWh of electricity a year.
    parts = household_parts(Household("x", 2, "worker", 1.0, frozenset({"electric_water"})), year, air)
    assert 2 * 400 <= parts["hot_water"].sum() / 1000 <= 2 * 800


def test_what_is_not_owned_is_not_used(year, air):
    parts = household_parts(Household("x", 1, "worker", 1.0, frozenset()), year, air)
    assert {"freezer", "dishwasher", "hot_water"} & set(parts) == set()


def test_a_fridge_takes_100_to_220_kwh_a_year(year, air):
    fridges = [household_parts(Household(f"home {n}", 2), year, air)["fridge"].sum() / 1000 for n in range(5)]
    assert all(100 <= kwh <= 220 for kwh in fridges)


def test_lamps_burn_in_winter_evenings(year, air):
    lamps = household_parts(Household("x", 2), year, air)["lighting"]
    month = (year.start_s.astype("datetime64[s]").astype("datetime64[M]").astype(int)) % 12 + 1
    assert lamps[month == 12].sum() > 2 * lamps[month == 6].sum()


def test_every_part_is_a_whole_number_of_watt_hours(year, air):
    for part in household_parts(Household("x", 3), year, air).values():
        assert part.dtype == np.int64
        assert part.min() >= 0
        assert len(part) == 35_040
