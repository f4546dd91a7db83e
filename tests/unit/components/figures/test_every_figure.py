"""What every figure gets tested for free: plain data in the theme's colours, gaps as gaps, and nothing drawn of nothing.

A new public function that takes `colours` fails here until it has samples.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

import components.figures
from components.figures.consumption import BarData, LineData, Stack
from components.figures.dashboard import MonthData
from components.theme import THEMES, Theme

GAP = [9.1, None, 7.25]
NOTHING = [None, None, None]
LABELS, TICKS = ["Sat 1 Aug", "Sun 2 Aug", "Mon 3 Aug"], [(0, "1")]
# By figure: something with a gap in it, three times nothing, and no bucket at all.
SAMPLES: dict[str, tuple[Any, ...]] = {
    "consumption.bars": tuple(
        BarData(LABELS[: len(values)], TICKS[: len(values)], [Stack("Use", "total", values)])
        for values in (GAP, NOTHING, [])
    ),
    "consumption.lines": tuple(
        LineData(LABELS[: len(values)], TICKS[: len(values)], [Stack("Use", "total", values)])
        for values in (GAP, NOTHING, [])
    ),
    "dashboard.month_bars": tuple(
        MonthData(LABELS[: len(values)], TICKS[: len(values)], [], values, running=2, made_kwh=made)
        for values, made in ((GAP, [10.0, None, 8.0]), (NOTHING, NOTHING), ([], ()))
    ),
    "consumption.empty_figure": ("No readings in May.",),
}


def figures() -> Iterator[tuple[str, Callable[..., dict[str, Any]]]]:
    for module in iter_modules(components.figures.__path__):
        found = import_module(f"components.figures.{module.name}")
        for name, function in vars(found).items():
            is_own = inspect.isfunction(function) and function.__module__ == found.__name__
            if (
                is_own
                and not name.startswith("_")
                and inspect.signature(function).return_annotation == "dict[str, Any]"
            ):
                yield f"{module.name}.{name}", function


FIGURES = dict(figures())
DRAWN = [(name, place) for name in SAMPLES for place in range(len(SAMPLES[name]))]


@pytest.fixture(params=sorted(THEMES))
def colours(request) -> Theme:
    return THEMES[request.param]


def test_every_figure_has_samples():
    assert set(FIGURES) == set(SAMPLES)


@pytest.mark.parametrize(("name", "place"), DRAWN)
def test_a_figure_is_plain_data_in_the_themes_colours(name, place, colours):
    figure = FIGURES[name](SAMPLES[name][place], colours=colours)
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure
    assert figure == FIGURES[name](SAMPLES[name][place], colours=colours)  # a figure is a function of its data
    known = {getattr(colours, f.name) for f in fields(Theme) if f.name != "name"}
    assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", json.dumps(figure))) <= known


@pytest.mark.parametrize(("name", "place"), [pair for pair in DRAWN if len(SAMPLES[pair[0]]) > 1])
def test_what_is_missing_is_drawn_nowhere(name, place, colours):
    figure = FIGURES[name](SAMPLES[name][place], colours=colours)
    for trace in figure["data"]:
        values = list(trace["y"])
        assert 0 not in values, "no sample has a zero"
        if trace.get("name") and place < 2:  # the others are areas and points of what is known
            assert [value is None for value in values] == [value is None for value in (GAP, NOTHING)[place]]
        assert not trace.get("connectgaps", False)


@pytest.mark.parametrize("name", [name for name in SAMPLES if len(SAMPLES[name]) > 1])
def test_a_figure_says_its_unit_and_starts_at_zero(name, colours):
    figure = FIGURES[name](SAMPLES[name][0], colours=colours)
    assert next(note["text"] for note in figure["layout"]["annotations"]) in {"kWh", "kW", "€", "kg", "°C", "%"}
    assert figure["layout"]["yaxis"]["rangemode"] == "tozero"
