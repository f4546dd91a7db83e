"""Colour tokens of assets/tokens.css for figures, and the layout all plotly figures share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.text import current_locale

FONT = "Inter Variable, Inter, system-ui, sans-serif"


@dataclass(frozen=True)
class Theme:
    """One theme's colours as `#RRGGBB`; the names are the tokens' names."""

    name: str
    surface: str
    sunken: str
    raised: str
    line: str
    ink: str
    ink_2: str
    ink_3: str
    cons: str
    cons_2: str
    cons_dark: str
    cons_soft: str
    prod: str
    wind: str
    net: str
    net_2: str
    batt: str
    rest: str
    ref: str
    grid: str
    axis: str
    axis_text: str
    now: str

    @property
    def use_ramp(self) -> tuple[str, ...]:
        """Parts of consumption, darkest first; the order in the stack never changes."""
        return (self.cons_dark, self.cons, self.cons_2)


LIGHT = Theme(
    name="light", surface="#FFFFFF", sunken="#EFF2F5", raised="#FFFFFF", line="#E1E6EC", ink="#0F1B2D",
    ink_2="#37455A", ink_3="#566377", cons="#AF3608", cons_2="#DB6327", cons_dark="#6B1F03", cons_soft="#FBE9E0",
    prod="#769600", wind="#0F8A7E", net="#0066CC", net_2="#4C8FD3", batt="#9472E0", rest="#7F8A9A",
    ref="#0F1B2D", grid="#E8ECF0", axis="#97A3B2", axis_text="#566377", now="#0F1B2D",
)  # fmt: skip
DARK = Theme(
    name="dark", surface="#121B26", sunken="#0E1620", raised="#1A2532", line="#233140", ink="#EAF0F7",
    ink_2="#C4D0DD", ink_3="#9DAEC1", cons="#F26B36", cons_2="#FF9E73", cons_dark="#C34A18", cons_soft="#33190F",
    prod="#CFE35B", wind="#4FD1C0", net="#66B0FF", net_2="#3B77B5", batt="#8F6EEA", rest="#7B8A9C",
    ref="#EAF0F7", grid="#1E2A38", axis="#4A5A6D", axis_text="#9DAEC1", now="#EAF0F7",
)  # fmt: skip
THEMES = {"light": LIGHT, "dark": DARK}


def theme(name: object) -> Theme:
    """The theme a browser asked for; anything else is light."""
    return THEMES.get(str(name), LIGHT)


def base_layout(colours: Theme, *, unit: str = "", height: int = 300) -> dict[str, Any]:
    """Layout of every figure: horizontal grid only, no box, no titles, the unit once above the top tick."""
    tick = {"size": 12, "color": colours.axis_text, "family": FONT}
    layout: dict[str, Any] = {
        "height": height,
        "margin": {"l": 40, "r": 8, "t": 24, "b": 28, "pad": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 12, "color": colours.axis_text},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": colours.raised, "bordercolor": colours.line, "font": {"color": colours.ink, "family": FONT}},
        "bargap": 0.3,
        "barcornerradius": 2,
        "dragmode": False,
        "separators": ",." if current_locale() == "de" else ".,",
        "xaxis": {"showgrid": False, "zeroline": False, "tickfont": tick, "linecolor": colours.axis, "showline": True,
                  "ticks": "", "fixedrange": True, "automargin": False},
        "yaxis": {"gridcolor": colours.grid, "zeroline": True, "zerolinecolor": colours.axis, "tickfont": tick,
                  "nticks": 5, "separatethousands": True, "rangemode": "tozero", "fixedrange": True, "ticks": ""},
        "annotations": [],
        "shapes": [],
    }  # fmt: skip
    if unit:
        layout["annotations"].append({
            "text": unit, "xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "right", "yanchor": "bottom",
            "xshift": -6, "yshift": 6, "showarrow": False, "font": {"size": 12, "color": colours.axis_text},
        })  # fmt: skip
    return layout
