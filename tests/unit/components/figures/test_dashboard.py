"""The month both ways: down is a direction, not a sign."""

from __future__ import annotations

import json

import pytest

from components.figures.dashboard import MonthData, month_bars, net_kwh, round_step
from components.theme import THEMES

LABELS = ["Sun 1 Nov", "Mon 2 Nov", "Tue 3 Nov", "Wed 4 Nov"]
USED = [18.0, 24.5, 6.0, None]
MADE = [20.0, None, 4.0, None]
ONE_WAY = MonthData(LABELS, [(0, "1")], [0], USED, running=2)
BOTH = MonthData(LABELS, [(0, "1")], [0], USED, running=2, made_kwh=MADE)


@pytest.fixture(params=["light", "dark"])
def colours(request):
    return THEMES[request.param]


def test_without_production_the_bars_stand_on_zero(colours):
    (bar,) = month_bars(ONE_WAY, colours=colours)["data"]
    assert bar["y"] == [18.0, 24.5, 6.0, None]
    assert bar["marker"]["opacity"] == [1, 1, 0.55, 1]  # today is not over


def test_consumption_hangs_down_but_is_read_without_a_sign(colours):
    figure = month_bars(BOTH, colours=colours)
    made, used, _net = figure["data"]
    assert used["y"] == [-18.0, -24.5, -6.0, None]
    assert used["text"] == ["18.0\u00a0kWh", "24.5\u00a0kWh", "6.0\u00a0kWh", "–"]
    assert not any("-" in text or "\u2212" in text for text in figure["layout"]["yaxis"]["ticktext"])
    assert made["marker"]["pattern"]["shape"] == ["."] * 4  # production is dotted, never colour alone
    json.dumps(figure)


def test_the_net_of_a_day_is_made_less_used_or_unknown():
    # 20 - 18 = 2; the second day's production is unknown; 4 - 6 = -2.
    assert net_kwh(BOTH) == [2.0, None, -2.0, None]


def test_ticks_are_round_and_reach_the_largest_bar(colours):
    # A third of 24.5 is 8.2, so steps of 10: 10, 20, 30, 40 hold 24.5.
    figure = month_bars(BOTH, colours=colours)
    assert figure["layout"]["yaxis"]["tickvals"] == [-40, -30, -20, -10, 0, 10, 20, 30, 40]
    assert [round_step(value) for value in (3, 4, 12, 700, 0)] == [1, 2, 5, 500, 0.0005]
