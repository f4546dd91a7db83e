"""From a service's series to what figures, tables and ribbons want."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from dash import dcc, html

from components import formats, known, trust
from components.consumption import labels
from components.figures.consumption import MANY_BARS, BarData, LineData, Stack, kwh_values
from components.frame import LegendItem
from components.tables import Column, data_table
from components.trust import TrustCounts
from domain.calendar import Period, PeriodKind
from domain.energy.balance import UseSeries
from domain.energy.names import given_name
from domain.energy.pairing import NONE, pair_buckets, pair_days
from domain.text import gettext as _
from pages.consumption._state import State
from services import weather
from services.consumption import Overview, Part

OPENS = {"year": PeriodKind.YEAR, "month": PeriodKind.MONTH, "day": PeriodKind.DAY, "hour": PeriodKind.DAY}
PARTIAL_SHARE = 0.98  # a month or year with fewer of its days is told apart
HATCHED_SHARE = 0.02
MANY_LINKS = 12  # more links than months would crowd the card: they show when the keyboard reaches them


def hatched(series: UseSeries) -> list[bool]:
    """Buckets of which a fiftieth or more was estimated, told by the customer or is doubtful; the ribbon and the
    counts tell every single interval.
    """
    guessed = series.counts[:, [1, 2, 4]].sum(axis=1)
    found: list[bool] = (guessed >= np.maximum(1, HATCHED_SHARE * series.counts.sum(axis=1))).tolist()
    return found


def hatched_item(marks: Sequence[bool], *, is_line: bool = False) -> list[LegendItem]:
    """What the slanted pattern means, where there is one."""
    return [LegendItem("sw-estimated", _("Estimated") if is_line else _("Partly estimated"))] if any(marks) else []


def counts_of(series: UseSeries) -> TrustCounts:
    return TrustCounts(*series.total_counts)


def bucket_counts(series: UseSeries) -> list[TrustCounts]:
    """How the intervals of each bucket are known."""
    return [TrustCounts(*row) for row in series.counts.tolist()]


def ribbon(series: UseSeries, *, has_degrees: bool = False) -> html.Div:
    """From left to right, within each bucket the shares of its states; equal neighbours are one run."""
    return ribbon_of(series.counts, has_degrees=has_degrees)


def ribbon_of(counts: npt.NDArray[np.int64], *, has_degrees: bool = False) -> html.Div:
    """The same of several series together; `counts` as in `UseSeries`."""
    runs: list[tuple[str, float]] = []
    for row in counts:
        whole = int(row.sum()) or 1
        for state, count in zip(trust.STATES, row, strict=True):
            if not count:
                continue
            share = int(count) / whole
            if runs and runs[-1][0] == state:
                share += runs.pop()[1]
            runs.append((state, share))
    return trust.ribbon(runs, has_degrees=has_degrees)


def has_degrees(view: Overview) -> bool:
    """Whether the outdoor temperature is drawn, with its scale at the right edge."""
    return view.temperature is not None and len(view.temperature) == len(view.series) <= MANY_BARS


def is_line(state: State) -> bool:
    """Single intervals are drawn as power."""
    return state.ask.resolution == "interval"


def drill_href(state: State, label: np.datetime64) -> str:
    """The address of a bucket's own period; empty where there is nothing finer."""
    opens = OPENS.get(state.ask.resolution)
    if opens is None or state.ask.period.kind is PeriodKind.DAY:
        return ""
    # A comparison with own dates belongs to the period it was made for.
    compare = {"compare": None, "then": None, "then_last": None} if state.ask.compare == "own" else {}
    return state.to(Period.of(opens, label.astype("datetime64[D]").astype(date)), view=None, **compare)


def period_links(state: State, series: UseSeries, *, has_degrees: bool = False) -> html.Nav | None:
    """Every bar's period as a link, for keyboards and fingers; a few of them stand below their bars as its names."""
    hrefs = {drill_href(state, label): label.astype("datetime64[D]").astype(date) for label in reversed(series.label)}
    if "" in hrefs or len(hrefs) < 2:
        return None
    name = {"year": lambda day: str(day.year), "month": formats.month_short}.get(
        state.ask.resolution, formats.day_short
    )
    links = [dcc.Link(name(day), href=target) for target, day in reversed(hrefs.items())]
    kind = "is-many" if len(links) > MANY_LINKS else "is-axis has-degrees" if has_degrees else "is-axis"
    return html.Nav(links, className=f"period-links {kind}", **{"aria-label": _("Open one of these periods")})


def stacks_of(total: UseSeries, parts: Sequence[Part]) -> list[Stack]:
    """At most three named uses, the smaller ones together, and what is not tracked; or one bar."""
    named = [part for part in parts if part.kind != "untracked"]
    if not named:
        return [Stack(_("Consumption"), "total", kwh_values(total.values_wh()))]
    shown, small = named[:2], named[2:]
    stacks = [Stack(part_name(part), f"part{n}", kwh_values(part.series.values_wh())) for n, part in enumerate(shown)]
    if small:
        together = np.sum([part.series.energy_wh for part in small], axis=0) / 1000
        is_known = np.any([part.series.is_known for part in small], axis=0)
        name = part_name(small[0]) if len(small) == 1 else _("Other devices")
        stacks.append(
            Stack(name, "part2", [float(v) if known else None for v, known in zip(together, is_known, strict=True)])
        )
    rest = next((part for part in parts if part.kind == "untracked"), None)
    if rest is not None:
        stacks.append(Stack(_("Not tracked"), "rest", kwh_values(rest.series.values_wh())))
    return stacks


def part_name(part: Part) -> str:
    return given_name(part.label) or labels.kind_name(part.kind)


def bar_data(state: State, view: Overview) -> BarData:
    series, resolution = view.series, state.ask.resolution
    then = aligned(view.then_series, series, view) if view.then_series is not None else []
    return BarData(
        labels=bucket_names(state, view),
        ticks=labels.ticks(series, resolution),
        stacks=stacks_of(series, view.parts),
        is_estimated=hatched(series),
        is_running=_running(view),
        is_partial=partial(view.covered),
        shaded=labels.weekend(series, resolution),
        then_kwh=then,
        then_name=formats.period_title(view.then) if view.then else "",
        temperature_c=weather.means_c(view.temperature) if has_degrees(view) and view.temperature else [],
        hrefs=[drill_href(state, label) for label in series.label],
        sum_kwh=kwh_values(series.values_wh()),
        sum_name=_("Consumption"),
    )


def bucket_names(state: State, view: Overview) -> list[str]:
    """Unique names; of a month or year that is not whole also how many of its days are known."""
    names = labels.full_labels(view.series, state.ask.resolution)
    if not view.covered:
        return names
    return [
        name if known >= PARTIAL_SHARE * whole else _("{period}: {n} of {m} days", period=name, n=known, m=whole)
        for name, (known, whole) in zip(names, view.covered, strict=True)
    ]


def partial(covered: Sequence[tuple[int, int]]) -> list[bool]:
    """Which months or years lack more than a fiftieth of their days."""
    return [known < PARTIAL_SHARE * whole for known, whole in covered]


def _running(view: Overview) -> list[bool]:
    """The bar that holds today is not over; the running year is told apart as an incomplete one."""
    unit = {"month": "M", "year": "Y"}.get(view.ask.resolution, "D")
    today = np.datetime64(view.today, unit)
    return [
        bool(label.astype(f"datetime64[{unit}]") == today) and view.ask.resolution != "year"
        for label in view.series.label
    ]


def aligned(then: UseSeries, now: UseSeries, view: Overview) -> list[float | None]:
    """What the compared period had in each bucket: the same place of it, the same time on the clock. A month or
    year that is not known in full is no measure for another.
    """
    assert view.then is not None, "there is a compared series"
    found = pair_buckets(now, then, pair_days(view.ask.period, view.then, "date"), view.ask.resolution)
    is_torn = partial(view.then_covered) or [False] * len(then)
    values = [None if torn else value for value, torn in zip(kwh_values(then.values_wh()), is_torn, strict=True)]
    rows = [
        (at, None if of == NONE else values[of]) for at, of in zip(found.now, found.then, strict=True) if at != NONE
    ]
    return [value for _at, value in sorted(rows, key=lambda row: row[0])]


def line_data(state: State, view: Overview) -> LineData:
    series = view.series
    then = view.then_series if state.ask.period.kind is PeriodKind.DAY else None
    return LineData(
        labels=labels.full_labels(series, "interval"),
        ticks=labels.ticks(series, "interval"),
        lines=[Stack(_("Consumption"), "total", power_kw(series, view.interval_s))],
        then=[] if then is None else [_kw(value, view.interval_s) for value in aligned(then, series, view)],
        then_name=formats.period_title(view.then) if view.then else "",
        is_estimated=hatched(series),
    )


def power_kw(series: UseSeries, interval_s: int) -> npt.NDArray[np.float64]:
    """Mean power of each interval; NaN where nothing is known."""
    return np.where(series.is_known, series.energy_wh * (3600 / interval_s / 1000), np.nan)


def _kw(energy_kwh: float | None, interval_s: int) -> float | None:
    return None if energy_kwh is None else energy_kwh * 3600 / interval_s


def legend_items(state: State, view: Overview) -> list[LegendItem]:
    if is_line(state):
        items = [LegendItem("sw-line", _("Consumption"), formats.kwh(view.series.total_wh))]
        dashed = view.then is not None and state.ask.period.kind is PeriodKind.DAY
        items += _then_legend(view, "sw-usual") if dashed else []
        return [*items, *hatched_item(hatched(view.series), is_line=True)]
    swatches = {
        "total": "sw-cons",
        "part0": "sw-cons-dark",
        "part1": "sw-cons",
        "part2": "sw-cons-2",
        "rest": "sw-rest",
    }
    items = [
        LegendItem(swatches[stack.role], stack.name, _figure(view, sum(v for v in stack.values_kwh if v is not None)))
        for stack in stacks_of(view.series, view.parts)
    ]
    items += _then_legend(view, "sw-ref")
    items += hatched_item(hatched(view.series))
    if any(partial(view.covered)):
        is_year = view.ask.resolution == "year"
        items.append(LegendItem("sw-partial", _("Incomplete year") if is_year else _("Incomplete month")))
    if has_degrees(view):
        items.append(LegendItem("sw-temp", _("Outdoors, °C")))
    return items


def unit_note(state: State, view: Overview) -> str:
    """What the figures of the legend and the axis are."""
    if is_line(state):
        return _("in kW")
    return _("in MWh") if _is_large(view) else _("in kWh")


def _is_large(view: Overview) -> bool:
    return (view.series.total_wh or 0) >= formats.MWH_FROM_WH


def _figure(view: Overview, energy_kwh: float) -> str:
    """All figures of a legend in one unit, the total's."""
    return formats.number(energy_kwh / 1000, 2) if _is_large(view) else formats.number(energy_kwh, 1)


def _then_legend(view: Overview, swatch: str) -> list[LegendItem]:
    """The compared period, with its energy where all of it can be compared."""
    if view.then is None or view.then_series is None or view.then_series.total_wh is None:
        return []
    total_wh = view.then_series.total_wh if view.compared and not view.is_running else None
    energy = formats.kwh(total_wh) if swatch == "sw-usual" else _figure(view, (total_wh or 0) / 1000)
    return [LegendItem(swatch, formats.period_title(view.then), energy if total_wh is not None else "")]


def series_table(state: State, view: Overview) -> html.Div:
    """Each bucket with its energy, how it is known, and a link to its own period."""
    series = view.series
    names = bucket_names(state, view)
    digits = 3 if state.ask.resolution == "interval" else 1
    then = aligned(view.then_series, series, view) if view.then_series is not None else []
    columns = [Column(_("Time")), Column(_("Energy"), numeric=True)]
    if then and view.then:
        columns.append(Column(formats.period_title(view.then), numeric=True))
    counts = bucket_counts(series)
    shown = known.shown_states(counts)
    columns += known.columns(shown)
    rows = []
    for index, value in enumerate(series.values_wh()):
        target = drill_href(state, series.label[index])
        head: Any = dcc.Link(names[index], href=target) if target else names[index]
        cells = [[head, *known.below(counts[index])], formats.kwh(value, digits)]
        if then and view.then:
            cells.append(formats.kwh(None if then[index] is None else round(float(then[index] or 0) * 1000), digits))
        cells += known.cells(counts[index], shown)
        rows.append(cells)
    return data_table(_("Consumption by time"), columns, rows, caption_hidden=True)


def last_known_day(series: UseSeries) -> date | None:
    if not series.is_known.any():
        return None
    day: date = series.label[series.is_known][-1].astype("datetime64[D]").astype(date)
    return day
