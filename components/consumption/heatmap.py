"""The week as a table of 7 x 24 cells; a cell's colour and its text say the same."""

from __future__ import annotations

from datetime import date as calendar_date
from functools import lru_cache
from typing import Any

from dash import html

from components import formats
from components.light import light
from components.tables import Column, data_table
from domain.energy.profile import HeatMap
from domain.text import current_locale
from domain.text import gettext as _

MONDAY = calendar_date(2026, 1, 5)


def _weekday(index: int) -> str:
    return _weekday_in(current_locale(), index)


@lru_cache(maxsize=64)
def _weekday_in(_locale: str, index: int) -> str:
    return formats.weekday_short(calendar_date.fromordinal(MONDAY.toordinal() + index))


def weekday_name(index: int) -> str:
    """Monday is 0."""
    return formats.weekday(calendar_date.fromordinal(MONDAY.toordinal() + index))


def heat_table(heat: HeatMap) -> html.Div:
    """Weekdays down, hours across; on phones the other way round."""
    return html.Div([_table(heat, transposed=False), _table(heat, transposed=True), _scale(heat)])


def figures_table(heat: HeatMap) -> html.Div:
    """The same energies as figures, for eyes that want the number and fingers that cannot hover."""
    columns = [Column(_("Hour")), *(Column(_weekday(day), numeric=True) for day in range(7))]
    rows = [
        [f"{hour:02d}:00", *(formats.number(float(heat.mean_wh[day, hour]) / 1000, 2) for day in range(7))]
        for hour in range(24)
    ]
    return data_table(_("Average energy by weekday and hour, in kWh"), columns, rows)


def _cell(heat: HeatMap, steps: Any, day: int, hour: int) -> html.Td:
    value = heat.mean_wh[day, hour]
    text = formats.kwh(float(value), 2)
    step = int(steps[day, hour])
    return light(
        html.Td,
        light(html.Span, text, className="visually-hidden"),
        className=f"h-{step}" if step >= 0 else "h-none",
        title=f"{_weekday(day)} {hour:02d}:00: {text}",
    )


def _table(heat: HeatMap, *, transposed: bool) -> html.Table:
    steps = heat.steps()
    caption = html.Caption(_("Average energy by weekday and hour"), className="visually-hidden")
    if transposed:
        head = [html.Th(html.Span(_("Hour"), className="visually-hidden"), scope="col"),
                *[html.Th(_weekday(day), scope="col") for day in range(7)]]  # fmt: skip
        rows = [
            html.Tr([html.Th(f"{hour:02d}:00" if hour % 3 == 0 else html.Span(f"{hour:02d}:00", className="visually-hidden"), scope="row"),
                     *[_cell(heat, steps, day, hour) for day in range(7)]])
            for hour in range(24)
        ]  # fmt: skip
    else:
        head = [html.Th(html.Span(_("Weekday"), className="visually-hidden"), scope="col"),
                *[html.Th(f"{hour:02d}" if hour % 3 == 0 else html.Span(f"{hour:02d}", className="visually-hidden"), scope="col")
                  for hour in range(24)]]  # fmt: skip
        rows = [
            html.Tr([html.Th(_weekday(day), scope="row"), *[_cell(heat, steps, day, hour) for hour in range(24)]])
            for day in range(7)
        ]
    return html.Table([caption, html.Thead(html.Tr(head)), html.Tbody(rows)],
                      className=f"heat {'heat-tall only-n' if transposed else 'only-w'}")  # fmt: skip


def _scale(heat: HeatMap) -> html.Div:
    steps = html.Span(
        [html.I(className=f"h-{step}") for step in range(7)], className="steps", **{"aria-hidden": "true"}
    )
    return html.Div([formats.kwh(heat.low_wh, 2), steps, formats.kwh(heat.high_wh, 2)], className="heat-scale")
