"""The running month, day by day: sentences, legend, table and figure."""

from __future__ import annotations

from datetime import date
from typing import Any

from dash import html

from components import formats
from components.figures import dashboard as figures
from components.frame import LegendItem
from components.tables import Column, data_table
from components.theme import Theme
from domain.calendar import Period, PeriodKind
from domain.energy.balance import UseSeries
from domain.energy.freshness import Health
from domain.text import gettext as _
from domain.text import ngettext
from pages.dashboard import _status as status
from services.dashboard import SiteDashboard, Today, Total


def headline(view: SiteDashboard) -> str:
    if view.month.so_far_wh is None:
        return _("There are no readings of this month yet.")
    used = formats.kwh(view.month.so_far_wh)
    if not view.month.has_whole_days:
        return _("The month has just begun: {used} so far.", used=used)
    if view.production is not None and view.production.so_far_wh is not None:
        return _("You made {made} and used {used}.", made=formats.kwh(view.production.so_far_wh), used=used)
    live = view.live
    if live.freshness.health in {Health.LATE, Health.SILENT}:
        return _(
            "You used {used}, as far as readings came: up to {time}.",
            used=used,
            time=status.moment(live.freshness.last_end, live.now_local),
        )
    return _("You used {used} up to yesterday.", used=used)


def sub(view: SiteDashboard) -> str:
    if view.export is not None and view.export.so_far_wh is not None:
        return _("{energy} went to the grid. Today is still running.", energy=formats.kwh(view.export.so_far_wh))
    began = since(view.month.days)
    if began is not None:
        return ngettext(
            "That is {n} whole day since {day}. Today is still running.",
            "That is {n} whole days since {day}. Today is still running.",
            began[0], day=formats.day_short(began[1]),
        )  # fmt: skip
    if view.month.previous is None:
        return _("Today is still running.")
    compared, then = view.month.previous, formats.kwh(view.month.previous.then_wh)
    if compared.days is not None:
        return ngettext(
            "{now} on {n} day that is complete in both months, {then} then. Today is still running.",
            "{now} on the {n} days that are complete in both months, {then} then. Today is still running.",
            compared.days, now=formats.kwh(compared.now_wh), then=then,
        )  # fmt: skip
    return _("{energy} in the same days of last month. Today is still running.", energy=then)


def legend_items(view: SiteDashboard) -> list[LegendItem]:
    if view.production is None:
        return []
    return [
        LegendItem("sw-prod", _("Production, upward")),
        LegendItem("sw-cons", _("Consumption, downward")),
        LegendItem("sw-net-line", _("Net of the day")),
    ]


def data(today: Today, production_today: UseSeries | None, month: Total, made: Total | None) -> figures.MonthData:
    """Every day of the month with today in the colours of what is not over; days to come are empty."""
    days = Period.of(PeriodKind.MONTH, today.day).days()
    return figures.MonthData(
        labels=[formats.weekday_day(day) for day in days],
        ticks=[(place, _tick(day.day, day.weekday())) for place, day in enumerate(days) if day.day in {1, 7, 14, 21, 28}],
        shaded=[place for place, day in enumerate(days) if day.weekday() >= 5],
        used_kwh=_by_day(month.days, today.so_far_wh, len(days), today.day.day - 1),
        running=today.day.day - 1,
        made_kwh=[] if made is None else _by_day(
            made.days, production_today.total_wh if production_today else None, len(days), today.day.day - 1
        ),
    )  # fmt: skip


def _tick(number: int, weekday: int) -> str:
    return f"<b>{number}</b>" if weekday == 0 else str(number)


def slots(series: UseSeries, count: int) -> list[float | None]:
    """A place for each day of the month, None where nothing is known: a few days look like few. [kWh]"""
    values: list[float | None] = [None] * count
    for place, value in zip(places(series), series.values_wh(), strict=True):
        values[place] = None if value is None else value / 1000
    return values


def places(series: UseSeries) -> list[int]:
    """0 for the first of the month."""
    return [int(str(label)[8:10]) - 1 for label in series.label]


def since(days: UseSeries) -> tuple[int, date] | None:
    """How many days there are and the first of them, where a stay began within the month."""
    first: date | None = days.label[0].astype("datetime64[D]").astype(date) if len(days) else None
    return (len(days), first) if first is not None and first.day > 1 else None


def _by_day(series: UseSeries, today_wh: int | None, count: int, running: int) -> list[float | None]:
    values = slots(series, count)
    values[running] = None if today_wh is None else today_wh / 1000
    return values


def figure(shown: figures.MonthData, *, colours: Theme) -> dict[str, Any]:
    return figures.month_bars(shown, colours=colours)


def table(shown: figures.MonthData) -> html.Div:
    """The days so far. Without production there is one column."""
    columns = [Column(_("Day")), Column(_("Consumption"), numeric=True)]
    columns += [Column(_("Production"), numeric=True), Column(_("Net"), numeric=True)] if shown.made_kwh else []
    net = figures.net_kwh(shown) if shown.made_kwh else []
    rows = []
    for place in range(shown.running + 1):
        values = [series[place] for series in (shown.used_kwh, shown.made_kwh, net) if series]
        rows.append([shown.labels[place], *(formats.kwh(None if v is None else v * 1000) for v in values)])
    return data_table(_("This month by day"), columns, rows)
