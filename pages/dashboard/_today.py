"""Today against the usual day: a sentence and a figure."""

from __future__ import annotations

from typing import Any

import numpy as np

from components import formats
from components.consumption import labels
from components.consumption.sentences import change_text
from components.figures import consumption as figures
from components.theme import Theme
from domain.text import gettext as _
from services.dashboard import Today


def headline(today: Today) -> str:
    if today.so_far_wh is None:
        return _("There are no readings of today yet.")
    energy = formats.kwh(today.so_far_wh)
    if today.ratio is None:
        return _("You have used {energy} today.", energy=energy)
    if abs(today.ratio) < 0.02:
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
    names = [f"{hour:02d}:00" for hour in range(24)]
    used: list[float | None] = [None] * 24
    for label, value in zip(today.hours.label, today.hours.values_wh(), strict=True):
        hour = labels.moment(label).hour
        used[hour] = None if value is None else (used[hour] or 0) + value / 1000
    usual = [None if np.isnan(v) else float(v) / 1000 for v in today.usual_wh] if len(today.usual_wh) == 24 else []
    data = figures.BarData(
        labels=names,
        ticks=[(hour, names[hour]) for hour in range(0, 24, 6)],
        stacks=[figures.Stack(_("Today"), "total", used)],
        is_running=[hour == int(today.until_hour) for hour in range(24)],
        then_kwh=usual,
        then_name=_("Usual day"),
    )
    return figures.bars(data, colours=colours)
