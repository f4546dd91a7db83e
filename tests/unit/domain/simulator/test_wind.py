import numpy as np

from domain.simulator.weather import Weather
from domain.simulator.wind import Turbine, wind_wh


def blowing(*speeds):
    nothing = np.zeros(len(speeds))
    return Weather(nothing, nothing, nothing, np.array(speeds), nothing)


def test_calm_and_storm_give_nothing_and_a_strong_wind_the_rated_power():
    made = wind_wh(Turbine(6_000), blowing(2.0, 12.0, 25.0))
    assert made.tolist() == [0, 1500, 0]  # 6 kW * 0.25 h between cut-in and furling


def test_half_way_between_two_points_of_the_curve():
    assert wind_wh(Turbine(10_000), blowing(6.5)).tolist() == [625]  # (0.19 + 0.31) / 2 * 10 kW * 0.25 h


def test_an_exposed_site_sees_more_wind():
    assert wind_wh(Turbine(10_000, exposure=1.25), blowing(8.0)).tolist() == [2000]  # 10 m/s: 0.80 * 2,500 Wh


def test_a_small_turbine_inland_reaches_a_capacity_factor_of_5_to_20_percent(air):
    # Fraunhofer IWES and the Cwmd small-wind field trials: 5 to 20 % inland.
    share = wind_wh(Turbine(6_500, 1.3), air).sum() / (6_500 * 8_760)
    assert 0.05 <= share <= 0.20
