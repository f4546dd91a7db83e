"""The heat map is a table: each cell's colour and text say the same."""

from __future__ import annotations

import numpy as np
import pytest

from components.consumption.heatmap import figures_table, heat_table, weekday_name
from domain.energy.profile import HeatMap
from tests.unit.components.trees import attribute, by_class, by_type, classes, text_of


def _heat():
    """Every hour 100 Wh, Saturday 18:00 800 Wh, Monday 03:00 unknown."""
    mean = np.full((7, 24), 100.0)
    mean[5, 18] = 800.0
    mean[0, 3] = np.nan
    return HeatMap(mean)


@pytest.fixture
def wide():
    return by_type(heat_table(_heat()), "Table")[0]


@pytest.fixture
def tall():
    return by_type(heat_table(_heat()), "Table")[1]


def _titles(table):
    return {attribute(cell, "title"): cell for cell in by_type(table, "Td")}


def test_one_table_for_each_screen(wide, tall):
    assert "only-w" in classes(wide)
    assert "only-n" in classes(tall)


def test_each_hour_of_the_week_has_a_cell(wide, tall):
    assert len(_titles(wide)) == len(_titles(tall)) == 168  # 7 * 24
    assert set(_titles(wide)) == set(_titles(tall))


def test_the_highest_hour_has_the_darkest_step(wide):
    cell = _titles(wide)["Sat 18:00: 0.80\u00a0kWh"]
    assert classes(cell) == ["h-6"]
    assert text_of(cell) == "0.80\u00a0kWh"
    assert classes(_titles(wide)["Sat 17:00: 0.10\u00a0kWh"]) == ["h-0"]


def test_an_unknown_hour_is_a_dash_without_colour(wide, tall):
    for table in (wide, tall):
        cell = _titles(table)["Mon 03:00: –"]
        assert (classes(cell), text_of(cell)) == (["h-none"], "–")


def test_rows_and_columns_have_heads(wide, tall):
    rows = [text_of(head) for head in by_type(wide, "Th") if head.scope == "row"]
    assert rows == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    hours = [text_of(head) for head in by_type(tall, "Th") if head.scope == "row"]
    assert hours == [f"{hour:02d}:00" for hour in range(24)]
    assert [text_of(caption) for caption in by_type(wide, "Caption")] == ["Average energy by weekday and hour"]


def test_the_scale_goes_from_lowest_to_highest():
    (scale,) = by_class(heat_table(_heat()), "heat-scale")
    assert text_of(scale) == "0.10\u00a0kWh0.80\u00a0kWh"
    assert [classes(step) for step in by_type(scale, "I")] == [[f"h-{step}"] for step in range(7)]


def test_a_week_without_change_has_one_step():
    table = by_type(heat_table(HeatMap(np.full((7, 24), 250.0))), "Table")[0]
    assert {tuple(classes(cell)) for cell in by_type(table, "Td")} == {("h-0",)}


def test_a_week_is_german(german):
    assert text_of(by_type(by_type(heat_table(_heat()), "Tbody")[0], "Th")[0]) == "Mo"
    assert weekday_name(5) == "Samstag"


def test_the_same_energies_stand_as_figures():
    rows = by_type(by_type(figures_table(_heat()), "Tbody")[0], "Tr")
    assert [len(by_type(row, "Td")) for row in rows] == [7] * 24
    assert text_of(by_type(rows[18], "Td")[5]) == "0.80"  # Saturday, 18:00: 800 Wh
    assert text_of(by_type(rows[3], "Td")[0]) == "–"  # Monday, 03:00 is unknown
