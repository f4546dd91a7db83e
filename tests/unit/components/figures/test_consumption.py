"""The contract of every figure: a plain dictionary, honest about zero, gaps and estimates, in the theme's colours."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace

import pytest

from components.figures.consumption import (
    FLOW_COLOURS,
    BarData,
    LineData,
    Stack,
    bars,
    colour_of,
    empty_figure,
    kwh_values,
    lines,
    summary,
)
from components.theme import THEMES, Theme

LABELS = ["Sat 1 Aug", "Sun 2 Aug", "Mon 3 Aug"]
USE = Stack("Use", "total", [9.1, None, 7.25])
REST = Stack("Not tracked", "rest", [1.0, None, 2.0])
BARS = BarData(LABELS, [(0, "1"), (2, "3")], [USE])
FULL = BarData(
    LABELS, [(0, "1"), (2, "3")], [USE, REST], is_estimated=[False, False, True], is_running=[False, False, True],
    shaded=[0, 1], then_kwh=[8.0, 8.5, None], then_name="August 2025", temperature_c=[21.04, None, 19.0],
    hrefs=["/a", "/b", "/c"],
)  # fmt: skip
LINE = LineData(["00:00", "00:15", "00:30"], [(0, "00:00")], [Stack("Power", "total", [0.4, None, 0.6])])
LINES = LineData(
    ["00:00", "00:15", "00:30"], [(0, "00:00")], [Stack("From the grid", "import", [0.4, None, 0.6]), REST],
    then=[0.3, 0.3, None], then_name="Friday", shaded=[(0, 1)],
)  # fmt: skip

DRAWN = {
    "bars": lambda colours: bars(BARS, colours=colours),
    "stacked bars": lambda colours: bars(FULL, colours=colours),
    "one line": lambda colours: lines(LINE, colours=colours),
    "lines": lambda colours: lines(LINES, colours=colours),
    "empty": lambda colours: empty_figure("No readings in May.", colours=colours),
}
LIGHT = THEMES["light"]


@pytest.fixture(params=["light", "dark"])
def colours(request):
    return THEMES[request.param]


@pytest.fixture(params=sorted(DRAWN))
def draw(request):
    return DRAWN[request.param]


def test_a_figure_is_plain_data(draw, colours):
    figure = draw(colours)
    assert type(figure) is dict
    assert set(figure) == {"data", "layout"}
    assert json.loads(json.dumps(figure, allow_nan=False)) == figure


def test_the_same_data_make_the_same_figure(draw, colours):
    assert draw(colours) == draw(colours)


def test_colours_are_the_themes(draw, colours):
    known = {getattr(colours, f.name) for f in fields(Theme) if f.name != "name"}
    assert set(re.findall(r"#[0-9A-Fa-f]{3,8}\b", json.dumps(draw(colours)))) <= known


def test_translucent_colours_are_the_themes(colours):
    # The area below one line is its own colour at 14 %; the ground is see-through.
    red, green, blue = (int(colours.cons[at : at + 2], 16) for at in (1, 3, 5))
    found = set(re.findall(r"rgba?\([^)]*\)", json.dumps(DRAWN["one line"](colours))))
    assert found == {"rgba(0,0,0,0)", f"rgba({red},{green},{blue},0.14)"}


def test_the_axis_starts_at_zero(draw, colours):
    assert draw(colours)["layout"]["yaxis"]["rangemode"] == "tozero"


@pytest.mark.parametrize("name", ["bars", "stacked bars", "one line", "lines"])
def test_the_unit_is_said_once(name, colours):
    unit = "kWh" if "bars" in name else "kW"
    assert [note["text"] for note in DRAWN[name](colours)["layout"]["annotations"]] == [unit]


@pytest.mark.parametrize("name", ["bars", "stacked bars", "one line", "lines"])
def test_what_is_missing_is_a_gap(name, colours):
    figure = DRAWN[name](colours)
    assert figure["data"][0]["y"][1] is None
    assert all(0 not in trace["y"] for trace in figure["data"])
    assert not any(trace.get("connectgaps", False) for trace in figure["data"])


def test_layers_keep_their_order_and_fall_below_zero_apart():
    figure = bars(FULL, colours=LIGHT)
    assert [trace["name"] for trace in figure["data"]] == ["Use", "Not tracked", "August 2025", "Outdoors"]
    assert figure["layout"]["barmode"] == "relative"


def test_estimated_bars_are_hatched_and_the_remainder_is_striped():
    use, rest = bars(FULL, colours=LIGHT)["data"][:2]
    assert use["marker"]["pattern"]["shape"] == ["", "", "/"]
    assert rest["marker"]["pattern"]["shape"] == ["|", "|", "/"]


def test_measured_use_has_no_pattern():
    assert "pattern" not in bars(BARS, colours=LIGHT)["data"][0]["marker"]


@pytest.mark.parametrize(("role", "shape"), [("production", "."), ("charge", "-"), ("discharge", "-")])
def test_flows_differ_without_colour(role, shape):
    (trace,) = bars(BarData(LABELS, [], [Stack("Flow", role, [1.0, 2.0, 3.0])]), colours=LIGHT)["data"]
    assert trace["marker"]["pattern"]["shape"] == [shape] * 3


def test_from_ten_thousand_kilowatt_hours_the_axis_is_in_megawatt_hours():
    # The layers together reach 9,000 + 4,000 = 13,000: steps of 5,000 kWh, which are 5 MWh.
    large = BarData(["a", "b"], [], [Stack("Use", "total", [9_000, None]), Stack("Rest", "rest", [4_000, 100])])
    layout = bars(large, colours=LIGHT)["layout"]
    assert (layout["yaxis"]["tickvals"], layout["yaxis"]["ticktext"]) == (
        [0, 5_000, 10_000, 15_000],
        ["0", "5", "10", "15"],
    )
    assert [note["text"] for note in layout["annotations"]] == ["MWh"]
    assert bars(large, colours=LIGHT)["data"][0]["y"] == [9_000, None]  # the bars stay kWh
    assert "ticktext" not in bars(BARS, colours=LIGHT)["layout"]["yaxis"]


def test_a_running_bar_is_pale():
    assert bars(FULL, colours=LIGHT)["data"][0]["marker"]["opacity"] == [1, 1, 0.55]


def test_weekends_are_shaded_behind_their_bars():
    shapes = [shape for shape in bars(FULL, colours=LIGHT)["layout"]["shapes"] if shape["type"] == "rect"]
    assert [(shape["x0"], shape["x1"]) for shape in shapes] == [(-0.5, 0.5), (0.5, 1.5)]
    assert {(shape["layer"], shape["fillcolor"]) for shape in shapes} == {("below", LIGHT.sunken)}


def test_ticks_are_short_names_of_full_labels():
    axis = bars(BARS, colours=LIGHT)["layout"]["xaxis"]
    assert (axis["tickvals"], axis["ticktext"]) == (["Sat 1 Aug", "Mon 3 Aug"], ["1", "3"])
    assert (axis["type"], axis["range"]) == ("category", [-0.5, 2.5])  # three bars and no room beside them
    axis = lines(LINE, colours=LIGHT)["layout"]["xaxis"]
    assert (axis["tickvals"], axis["ticktext"]) == ([0], ["00:00"])
    assert axis["range"] == [0, 3]  # three intervals, from the beginning of the first to the end of the last


def test_the_temperature_has_its_own_axis():
    trace = bars(FULL, colours=LIGHT)["data"][-1]
    assert (trace["yaxis"], trace["y"]) == ("y2", [21.0, None, 19.0])
    assert bars(FULL, colours=LIGHT)["layout"]["yaxis2"]["side"] == "right"
    assert "yaxis2" not in bars(BARS, colours=LIGHT)["layout"]


def test_a_comparison_without_readings_is_not_drawn():
    nothing = BarData(LABELS, [], [USE], then_kwh=[None] * 3, then_name="August 2025", temperature_c=[None] * 3)
    assert [trace["name"] for trace in bars(nothing, colours=LIGHT)["data"]] == ["Use"]
    nothing = LineData(LABELS, [], [USE], then=[None] * 3, then_name="Friday")
    assert not any(trace.get("name") == "Friday" for trace in lines(nothing, colours=LIGHT)["data"])


def test_a_click_leads_to_the_bars_address():
    assert bars(FULL, colours=LIGHT)["data"][0]["customdata"] == ["/a", "/b", "/c"]
    assert "customdata" not in bars(BARS, colours=LIGHT)["data"][0]


def test_lines_differ_without_colour():
    data = [trace for trace in lines(LINES, colours=LIGHT)["data"] if "name" in trace]
    assert len({trace["line"]["dash"] for trace in data}) == len(data) == 3


def test_one_line_alone_is_filled():
    whole = LineData(["00:00", "00:15"], [], [Stack("Power", "total", [0.4, 0.6])])
    line, end = lines(whole, colours=LIGHT)["data"]
    assert line["fill"] == end["fill"] == "tozeroy"
    assert (end["x"], end["y"]) == ([1, 2, None], [0.6, 0.6, None])  # the last quarter-hour is as wide as the others
    assert all("fill" not in trace for trace in lines(LINES, colours=LIGHT)["data"])


@pytest.mark.parametrize(
    ("role", "token"),
    [("total", "cons"), ("part0", "cons_dark"), ("part1", "cons"), ("part2", "cons_2"), ("part7", "cons_2"),
     ("rest", "rest"), ("phase1", "cons"), *FLOW_COLOURS.items()],
)  # fmt: skip
def test_a_role_has_its_colour(role, token, colours):
    assert colour_of(colours, role) == getattr(colours, token)


def test_an_empty_figure_is_a_sentence(colours):
    figure = empty_figure("No readings in May.", colours=colours)
    assert figure["data"] == []
    (note,) = figure["layout"]["annotations"]
    assert (note["text"], note["font"]["color"]) == ("No readings in May.", colours.ink_3)
    assert not figure["layout"]["xaxis"]["visible"]
    assert not figure["layout"]["yaxis"]["visible"]


def test_watt_hours_become_kilowatt_hours():
    assert kwh_values([9_100, None, 0]) == [9.1, None, 0.0]


def test_the_summary_names_highest_and_lowest():
    text = summary("Use by day", [9_100, None, 7_250], LABELS)
    assert text == "Use by day. Highest: 9.1\u00a0kWh at Sat 1 Aug. Lowest: 7.3\u00a0kWh at Mon 3 Aug."
    assert summary("Use by day", [None] * 3, LABELS) == "Use by day: no readings."


def test_degrees_stand_at_whole_steps():
    # 21.04 to 19.0: two-degree steps from 18 to 22.
    axis = bars(FULL, colours=LIGHT)["layout"]["yaxis2"]
    assert axis["tickvals"] == [18, 20, 22]
    assert axis["ticktext"] == ["18°", "20°", "22°"]
    assert axis["range"] == [18, 22]
    cold = BarData(LABELS, [], [USE], temperature_c=[-7.5, 2.0, 11.9])  # 19.4 degrees: five-degree steps
    assert bars(cold, colours=LIGHT)["layout"]["yaxis2"]["tickvals"] == [-10, -5, 0, 5, 10, 15]
    steady = BarData(LABELS, [], [USE], temperature_c=[20.0, 20.0, 20.0])
    assert bars(steady, colours=LIGHT)["layout"]["yaxis2"]["tickvals"] == [20, 22]


def test_an_incomplete_bar_is_crossed_and_pale():
    use = bars(BarData(LABELS, [], [USE], is_partial=[True, False, False]), colours=LIGHT)["data"][0]
    assert use["marker"]["pattern"]["shape"] == ["x", "", ""]
    assert use["marker"]["opacity"] == [0.55, 1, 1]


def test_marks_of_many_bars_become_a_line():
    names = [str(n) for n in range(63)]
    many = BarData(names, [], [Stack("Use", "total", [1.0] * 63)], then_kwh=[2.0] * 63, then_name="2025")
    figure = bars(many, colours=LIGHT)
    assert figure["data"][1]["mode"] == "lines"
    assert not [shape for shape in figure["layout"]["shapes"] if shape["type"] == "line"]


def test_a_mark_is_a_little_wider_than_its_bar_and_missing_where_nothing_is_known():
    # A gap of 0.3 between bars leaves a bar 0.7 of its place: 0.35 on each side, and the mark 0.42.
    layout = bars(FULL, colours=LIGHT)["layout"]
    assert layout["bargap"] == 0.3
    marks = [shape for shape in layout["shapes"] if shape["type"] == "line"]
    assert [(mark["x0"], mark["x1"], mark["y0"], mark["y1"]) for mark in marks] == [
        (-0.42, 0.42, 8.0, 8.0),
        (1 - 0.42, 1.42, 8.5, 8.5),
    ]
    assert bars(FULL, colours=LIGHT)["data"][2]["marker"]["opacity"] == 0  # the hover label reads it


def test_no_area_is_painted_across_a_gap():
    # Two stretches, 00:00 and 00:30 to 00:45: each has its own area, and the line none.
    values = [0.4, None, 0.6, 0.5]
    figure = lines(LineData(["a", "b", "c", "d"], [], [Stack("Power", "total", values)]), colours=LIGHT)
    line, first, second, ends = figure["data"]
    assert "fill" not in line
    assert line["y"] == values
    assert [(area["x0"], area["y"], area["fill"]) for area in (first, second)] == [
        (0, [0.4, 0.4], "tozeroy"),
        (2, [0.6, 0.5, 0.5], "tozeroy"),
    ]
    assert (ends["x"], ends["y"]) == ([0, 1, None, 3, 4, None], [0.4, 0.4, None, 0.5, 0.5, None])


def test_estimated_stretches_of_a_line_are_hatched():
    values, estimated = [0.4, 0.5, None, 0.6], [False, True, True, True]  # the third is estimated, but unknown
    data = LineData(["a", "b", "c", "d"], [], [Stack("Power", "total", values)], is_estimated=estimated)
    hatched = [trace for trace in lines(data, colours=LIGHT)["data"] if "fillpattern" in trace]
    assert [(trace["x0"], trace["y"]) for trace in hatched] == [(1, [0.5, 0.5]), (3, [0.6, 0.6])]
    assert {trace["fillpattern"]["shape"] for trace in hatched} == {"/"}
    every_second = LineData([str(n) for n in range(60)], [], [Stack("Power", "total", [0.5] * 60)],
                            is_estimated=[n % 2 == 0 for n in range(60)])  # fmt: skip
    assert not [trace for trace in lines(every_second, colours=LIGHT)["data"] if "fillpattern" in trace]  # 30 > 24


def test_a_line_without_gaps_has_its_own_area():
    figure = lines(LineData(["a", "b", "c"], [], [Stack("Power", "total", [None, 0.6, 0.5])]), colours=LIGHT)
    assert [trace["fill"] for trace in figure["data"]] == ["tozeroy", "tozeroy"]


def test_of_very_many_intervals_only_one_alone_between_gaps_is_added_to_the_line():
    values = [0.5] * 397 + [None, 0.4, None]  # a line has no length for the last but one
    many = LineData([str(n) for n in range(400)], [], [Stack("Power", "total", values)])
    dots = lines(many, colours=LIGHT)["data"][-1]
    assert (dots["mode"], dots["x"], dots["y"]) == ("markers", [398], [0.4])
    whole = LineData(many.labels, [], [Stack("Power", "total", [0.5] * 400)])
    assert len(lines(whole, colours=LIGHT)["data"]) == 1


def test_the_hover_label_says_first_what_the_layers_are_together(colours):
    told = replace(FULL, sum_kwh=[10.1, None, 9.25], sum_name="Consumption")  # 9.1 + 1.0 and 7.25 + 2.0
    first, *layers = bars(told, colours=colours)["data"]
    assert (first["name"], first["y"], first["marker"]["opacity"]) == ("Consumption", [10.1, None, 9.25], 0)
    assert [layer["name"] for layer in layers[:2]] == ["Use", "Not tracked"]
    assert first["customdata"] == layers[0]["customdata"] == ["/a", "/b", "/c"]  # a click on either leads on
    alone = replace(told, stacks=[USE])
    assert next(trace["name"] for trace in bars(alone, colours=colours)["data"]) == "Use"  # one layer is its own sum
