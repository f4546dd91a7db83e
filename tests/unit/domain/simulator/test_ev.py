import numpy as np
import pytest

from domain.simulator.ev import WH_PER_KM, Car, charging_wh


def test_a_year_of_charging_carries_the_kilometres(year):
    # 11,000 km * 0.19 kWh = 2,090 kWh; 180 sessions of a log-normal distance scatter by about 5 %.
    cars = [charging_wh(Car(f"car {n}"), year).sum() / 1000 for n in range(8)]
    assert np.mean(cars) == pytest.approx(11_000 * WH_PER_KM / 1000, rel=0.06)


def test_the_wall_box_is_never_exceeded_and_often_full(year):
    used = charging_wh(Car("x", power_w=7_200), year)
    assert used.max() == 1_800  # 7.2 kW for a quarter of an hour
    assert (used == 1_800).sum() > 500


def test_a_car_charged_at_night_does_not_start_before_nine(year):
    used = charging_wh(Car("x", from_hour=21.0), year)
    afternoon = (year.minute >= 12 * 60) & (year.minute < 21 * 60)
    assert used[afternoon].sum() == 0
