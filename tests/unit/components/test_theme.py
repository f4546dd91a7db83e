"""Figures and style sheets show the same colours, and text on them can be read."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from components.theme import THEMES, Theme, base_layout, theme
from config import contrast_ratio

ROOT = Path(__file__).parents[3]
ENERGY = {"cons", "cons_2", "cons_dark", "cons_soft", "prod", "wind", "net", "net_2", "batt", "rest", "ref"}
COLOURS = [f.name for f in fields(Theme) if f.name != "name"]


def _tokens(name: str) -> dict[str, str]:
    css = (ROOT / "assets/tokens.css").read_text()
    block = re.search(r'\[data-bs-theme="' + name + r'"\] \{(.*?)\n\}', css, re.S)
    assert block
    return dict(re.findall(r"(--[a-z0-9-]+): (#[0-9A-Fa-f]{6});", block[1]))


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("field", COLOURS)
def test_a_colour_is_its_token(name, field):
    token = ("--c-" if field in ENERGY else "--") + field.replace("_", "-")
    assert getattr(THEMES[name], field) == _tokens(name)[token]


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("field", ["axis_text", "ink", "ink_2", "ink_3"])
def test_text_can_be_read_on_a_card(name, field):
    # WCAG 2.1 AA asks 4.5 of text below 24 px.
    colours = THEMES[name]
    assert contrast_ratio(getattr(colours, field), colours.surface) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("field", ["cons", "prod", "wind", "net", "batt", "rest", "ref"])
def test_a_flow_stands_out_from_a_card(name, field):
    # WCAG 2.1 asks 3 of parts of a picture.
    colours = THEMES[name]
    assert contrast_ratio(getattr(colours, field), colours.surface) >= 3


def test_parts_of_consumption_are_ordered_by_darkness():
    for colours in THEMES.values():
        against_white = [contrast_ratio(colour, "#FFFFFF") for colour in colours.use_ramp]
        assert against_white == sorted(against_white, reverse=True)


def test_colours_are_written_in_the_theme_alone():
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted((ROOT / "components").rglob("*.py"))
        if path != ROOT / "components/theme.py"
        for match in re.finditer(r"#(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})\b(?!;)", path.read_text())
    ]
    assert found == []


@pytest.mark.parametrize("asked", ["", None, "sepia", 3])
def test_an_unknown_theme_is_light(asked):
    assert theme(asked) is THEMES["light"]
    assert theme("dark") is THEMES["dark"]


def test_the_unit_stands_once_above_the_axis():
    layout = base_layout(THEMES["light"], unit="kWh")
    assert [note["text"] for note in layout["annotations"]] == ["kWh"]
    assert base_layout(THEMES["light"])["annotations"] == []


def test_layouts_share_nothing():
    first = base_layout(THEMES["light"], unit="kWh")
    first["shapes"].append({})
    first["xaxis"]["tickfont"]["size"] = 1
    second = base_layout(THEMES["light"], unit="kWh")
    assert second["shapes"] == []
    assert second["xaxis"]["tickfont"]["size"] == 12


def test_separators_follow_the_language(german):
    # plotly: decimal sign first, then the thousands' one.
    assert base_layout(THEMES["light"])["separators"] == ",."
