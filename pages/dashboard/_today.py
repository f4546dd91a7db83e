"""Today against the usual day: a sentence and a figure."""

from __future__ import annotations

from typing import Any

import numpy as np
from dash import html

from components import formats
from components.consumption.sentences import change_text
from components.figures import consumption as figures
from components.tables import Column, data_table
from components.theme import Theme
from domain.energy.balance import UseSeries
from domain.energy.profile import HOURS, hour_of
from domain.text import gettext as _
from services.dashboard import Today


def headline(today: Today) -> str:
    if today.so_far_wh is None:
        return _("There are no readings of today yet.")
    energy = formats.kwh(today.so_far_wh)
    if today.ratio is None:
        return _("You have used {energy} today.", energy=energy)
    if abs(today.ratio) < 0.005:
        return _("You have used {energy} today, as much as usual by {time}.", energy=energy, time=_until(today))
    return _(
        "You have used {energy} today, {change} than usual by {time}.",
        energy=energy,
        change=change_text(today.ratio),
        time=_until(today),
    )


def _until(today: Today) -> str:
    minutes = round(today.until_hour * 60)
    return formats.minute_of_day(minutes)


def figure(today: Today, *, colours: Theme) -> dict[str, Any]:
    """24 hours of the wall clock: bars of today, ticks of the usual day."""
    names = [formats.minute_of_day(hour * 60) for hour in range(24)]
    used, usual = used_by_hour(today), usual_by_hour(today)
    data = figures.BarData(
        labels=names,
        ticks=[(hour, names[hour]) for hour in range(0, 24, 6)],
        stacks=[figures.Stack(_("Today"), "total", used)],
        is_running=[hour == int(today.until_hour) for hour in range(24)] if today.until_hour % 1 else [],
        then_kwh=usual,
        then_name=_("Usual day"),
    )
    return figures.bars(data, colours=colours)


def used_by_hour(today: Today) -> list[float | None]:
    return by_hour(today.hours)


def by_hour(hours: UseSeries) -> list[float | None]:
    """24 places of the wall clock; None where nothing is known. The doubled hour adds up. [kWh]"""
    used: list[float | None] = [None] * HOURS
    for hour, value in zip(hour_of(hours.label).tolist(), hours.values_wh(), strict=True):
        if value is not None:
            used[hour] = (used[hour] or 0) + value / 1000
    return used


def usual_by_hour(today: Today) -> list[float | None]:
    usual = today.usual_wh if len(today.usual_wh) == HOURS else np.full(HOURS, np.nan)
    return [None if np.isnan(value) else float(value) / 1000 for value in usual]


def table(today: Today) -> html.Div:
    columns = [Column(_("Hour")), Column(_("Today"), numeric=True), Column(_("Usual day"), numeric=True)]
    rows = [
        [formats.minute_of_day(hour * 60), _kwh(used), _kwh(usual)]
        for hour, (used, usual) in enumerate(zip(used_by_hour(today), usual_by_hour(today), strict=True))
    ]
    return data_table(_("Consumption today and on your usual day, by hour"), columns, rows)


def _kwh(value: float | None) -> str:
    return formats.kwh(None if value is None else value * 1000, 2)
