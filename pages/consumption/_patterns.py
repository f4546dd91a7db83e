"""Cards of habits: the week by hour, average days, the highest powers, similar customers."""

from __future__ import annotations

from typing import Any

from dash import html

from components import formats, states
from components.cards import large_figure
from components.charts import chart_slot
from components.consumption import band, heatmap, labels, sentences
from components.figures import consumption as figures
from components.frame import LegendItem, card, figure_card, legend
from components.tables import Column, data_table, row_count
from domain.access import Viewer
from domain.text import gettext as _
from pages.consumption._state import State as Asked
from services import consumption
from services import consumption_patterns as patterns


def week_card(viewer: Viewer, state: Asked) -> html.Section:
    heat = patterns.heat_map(viewer, state.ask)
    if heat.is_empty:
        return card(
            card_id="consumption-week",
            title=_("When you use energy"),
            body=[states.empty("none_here", _("No readings"), _("There are no readings in this period."))],
        )
    day, hour = heat.busiest
    weekday = heatmap.weekday_name(day)
    headline = _("Your busiest hour is {weekday} from {hour}.", weekday=weekday, hour=f"{hour:02d}:00")
    when = sentences.when(patterns.pattern_period(state.ask))
    return figure_card(
        card_id="consumption-week", title=_("When you use energy"), headline=headline,
        sub=_("Average energy of each hour of the week {when}.", when=when), body=[heatmap.heat_table(heat)],
        table=heatmap.figures_table(heat), table_count=row_count(24),
    )  # fmt: skip


def peaks_card(viewer: Viewer, state: Asked) -> html.Section:
    found = patterns.peaks_of(viewer, state.ask)
    if not found.top:
        return card(
            card_id="consumption-peaks",
            title=_("Highest power"),
            body=[states.empty("none_here", _("No readings"), _("There are no readings in this period."))],
        )
    first, *others = found.top
    figure = formats.number(first.power_w / 1000, 2)
    rows = [
        html.Li([html.Span(_at(peak), className="what"), html.Span(formats.kw(peak.power_w), className="num")])
        for peak in others
    ]
    months = [
        html.Li([html.Span(formats.month(month), className="what"), html.Span(formats.kw(power), className="num")])
        for month, power in reversed(found.months)
    ]
    base = (
        [html.P(_("{power} always runs.", power=formats.kw(found.base_load_w)), className="sub")]
        if found.base_load_w
        else []
    )
    return card(
        card_id="consumption-peaks", title=_("Highest quarter-hours") if found.interval_s == 900 else _("Highest power"),
        body=[html.P([*large_figure(figure), html.Span("kW", className="unit")], className="metric-value"), html.P(_at(first), className="metric-note"),
              *base, html.Ul(rows, className="list"),
              html.Details([html.Summary(_("Highest by month")), html.Ul(months, className="list")], className="month-peaks")],
    )  # fmt: skip


def _at(peak: Any) -> str:
    at = labels.moment(peak.label)
    return f"{formats.weekday_day(at.date())}, {formats.clock(at)}"


def profile_card(viewer: Viewer, state: Asked) -> html.Section:
    found = patterns.profiles(viewer, state.ask)
    headline = _average_days(found)
    when = sentences.when(patterns.pattern_period(state.ask))
    items = [LegendItem("sw-line", _("Monday to Friday")), LegendItem("sw-usual", _("Saturday and Sunday"))]
    return figure_card(
        card_id="consumption-days", title=_("Your average day"), headline=headline,
        sub=_("Average energy of each hour {when}.", when=when),
        body=[legend(items, _("in kWh")), chart_slot("consumption-profile", summary=headline, height_px=220)],
        table=_profile_table(found), table_count=row_count(24),
    )  # fmt: skip


def _profile_table(found: patterns.Profiles) -> html.Div:
    columns = [
        Column(_("Hour")),
        Column(_("Monday to Friday"), numeric=True),
        Column(_("Saturday and Sunday"), numeric=True),
    ]
    energies = zip(found.workday_wh, found.weekend_wh, strict=True)
    rows = [[f"{hour:02d}:00", *(formats.kwh(wh, 2) for wh in pair)] for hour, pair in enumerate(energies)]
    return data_table(_("Average energy of each hour"), columns, rows, caption_hidden=True)


def _average_days(found: patterns.Profiles) -> str:
    """Only what is known is said: a week that has just begun has no weekend yet."""
    workday, weekend = found.workday_total_wh, found.weekend_total_wh
    if workday is not None and weekend is not None:
        return _(
            "A workday takes {workday}, a day of the weekend {weekend}.",
            workday=formats.kwh(workday), weekend=formats.kwh(weekend),
        )  # fmt: skip
    if workday is not None:
        return _("A workday takes {energy}.", energy=formats.kwh(workday))
    if weekend is not None:
        return _("A day of the weekend takes {energy}.", energy=formats.kwh(weekend))
    return _("No hour of the day is known often enough.")


def similar_card(viewer: Viewer, state: Asked) -> html.Section:
    title = _("Homes like yours") if state.ask.site.kind == "home" else _("Businesses like yours")
    if state.ask.commodity != "electricity":
        text = _("Comparisons with similar customers exist for electricity.")
        return card(
            card_id="consumption-similar", title=title, body=[states.empty("cannot", _("Not for this energy"), text)]
        )
    found = consumption.similar(viewer, state.ask)
    if found.standing is None:
        text = _(
            "A comparison needs at least 15 similar customers with a complete month; that is too few here. Nobody can be guessed that way."
        )
        return card(
            card_id="consumption-similar", title=title, body=[states.empty("cannot", _("Too few to compare"), text)]
        )
    sub = _(
        "{month}; {n} in the group, similar in size, heating and equipment. Nobody can see your home in it.",
        month=formats.month(found.month),
        n=found.count,
    )
    return figure_card(
        card_id="consumption-similar",
        title=title,
        headline=band.headline(found.standing, is_home=state.ask.site.kind == "home"),
        sub=sub,
        body=[band.band(found.standing)],
    )


def profile_data(found: patterns.Profiles) -> figures.LineData:
    hours = [f"{hour:02d}:00" for hour in range(24)]
    lines = [
        figures.Stack(_("Monday to Friday"), "total", [None if v is None else v / 1000 for v in found.workday_wh]),
        figures.Stack(_("Saturday and Sunday"), "ref", [None if v is None else v / 1000 for v in found.weekend_wh]),
    ]
    return figures.LineData(hours, [(h, hours[h]) for h in range(0, 24, 6)], lines, unit="kWh")
