import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.simulator.battery import Battery, dispatch

BATTERY = Battery(10_000, 4_000, 0.95)


def test_surplus_is_stored_with_a_loss_and_given_back_with_another():
    run = dispatch(BATTERY, np.array([1000, -2000]))
    assert run.charge_wh.tolist() == [1000, 0]
    assert run.discharge_wh.tolist() == [0, 902]  # 1,000 Wh * 0.95 * 0.95 = 902.5, whole Wh


def test_power_limits_each_quarter_hour():
    assert dispatch(BATTERY, np.array([5000])).charge_wh.tolist() == [1000]  # 4 kW * 0.25 h


def test_a_full_battery_takes_nothing_more():
    run = dispatch(BATTERY, np.full(40, 1000))
    assert run.charge_wh.sum() == 10_526  # 10,000 / 0.95
    assert run.charge_wh[-1] == 0


def test_an_empty_battery_gives_nothing():
    assert dispatch(BATTERY, np.array([-500])).discharge_wh.tolist() == [0]


def test_a_run_can_be_continued_where_it_ended():
    surplus = np.array([900, 700, -300, -1200, 400, -800])
    whole, first = dispatch(BATTERY, surplus), dispatch(BATTERY, surplus[:3])
    rest = dispatch(BATTERY, surplus[3:], first.end_wh)
    assert whole.charge_wh.tolist() == [*first.charge_wh, *rest.charge_wh]
    assert whole.discharge_wh.tolist() == [*first.discharge_wh, *rest.discharge_wh]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-6000, 6000), min_size=1, max_size=200))
def test_energy_is_never_made(surplus):
    run = dispatch(BATTERY, np.array(surplus))
    assert (run.charge_wh <= np.maximum(surplus, 0)).all()
    assert (run.discharge_wh <= np.maximum(-np.array(surplus), 0)).all()
    assert -1e-6 <= run.end_wh <= 10_000
    # What came out is at most what went in, less both losses.
    assert run.discharge_wh.sum() <= run.charge_wh.sum() * 0.95 * 0.95 + 1e-6
