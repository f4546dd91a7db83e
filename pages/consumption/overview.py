"""How much, when, by what, compared with what."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from auth.callbacks import portal_callback
from auth.session import current_viewer
from components import formats, states, trust
from components.charts import chart_slot, graph
from components.consumption import band, heatmap, labels, sentences
from components.figures import consumption as figures
from components.frame import card, figure_card, link_tabs, page_head
from components.links import href
from components.period_bar import PeriodState, period_bar, segmented
from components.theme import theme
from domain.access import Viewer
from domain.calendar import PeriodKind
from domain.text import gettext as _
from domain.text import lazy
from pages import _damage
from pages.consumption import _chart as chart
from pages.consumption import _views
from pages.consumption._state import PATH, read
from pages.consumption._state import State as Asked
from services import consumption, damage

dash.register_page(
    __name__,
    path="/consumption",
    title=lazy("Consumption"),
    section="energy",
    icon="bolt",
    roles=frozenset({"customer"}),
    nav=True,
    nav_label=lazy("Consumption"),
    order=20,
)


def layout(**query: str) -> html.Div:
    viewer = current_viewer()
    state = read(viewer, query)
    if state is None:
        text = _("As soon as a site is linked to your account, its consumption appears here.")
        return html.Div([page_head(_("Consumption")), states.empty("not_set_up", _("No site yet"), text)])
    return html.Div(
        [
            dcc.Store(id="consumption-state", data=state.query),
            page_head(_("Consumption"), lead=state.ask.site.source if "demo" not in state.ask.site.source else ""),
            _tabs(state),
            _commodities(state),
            _bar(state),
            *_damage.notices([damage.of_site(state.ask.site)]),
            *_content(viewer, state),
        ]
    )


def _tabs(state: Asked) -> html.Nav:
    names = {
        "overview": _("Overview"),
        "meter": _("By meter"),
        "phase": _("By phase"),
        "appliance": _("By appliance"),
        "compare": _("Compare"),
    }
    items = [
        (name, state.link(view=None if key == "overview" else key), key == state.view) for key, name in names.items()
    ]
    return link_tabs(items, label=_("Views"))


def _commodities(state: Asked) -> Any:
    """Switched, never summed: a kilowatt-hour of gas is not one of electricity."""
    present = state.ask.site.commodities
    if len(present) < 2:
        return None
    items = [(labels.commodity_name(name), state.link(commodity=name), name == state.ask.commodity) for name in present]
    return html.Div(segmented(items, label=_("Energy")), className="commodity-switch")


def _bar(state: Asked) -> html.Div:
    then = consumption.compared_period(state.ask)
    export = href(
        "/consumption/export",
        {"site": state.query.get("site"), "first": state.ask.period.first, "last": state.ask.period.last},
    )
    return period_bar(
        PeriodState(
            path=state.path, query=state.query, period=state.ask.period, today=state.today,
            first_date=state.ask.site.first_date, compare=state.ask.compare,
            compare_title=formats.period_title(then) if then else "", download_href=export,
        )
    )  # fmt: skip


def _content(viewer: Viewer, state: Asked) -> list[Any]:
    if state.view == "overview":
        return _overview(viewer, state)
    views = {"meter": _views.meters, "phase": _views.phases, "appliance": _views.appliances, "compare": _views.compare}
    return views[state.view](viewer, state)


def _overview(viewer: Viewer, state: Asked) -> list[Any]:
    view = consumption.overview(viewer, state.ask)
    if view.series.total_wh is None:
        return [_nothing(viewer, state)]
    return [
        html.Div(_main_card(state, view), className="g"),
        html.Div(
            [html.Div(_week_card(viewer, state), className="c8"), html.Div(_peaks_card(viewer, state), className="c4")],
            className="g",
        ),
        html.Div(
            [
                html.Div(_profile_card(viewer, state), className="c6"),
                html.Div(_similar_card(viewer, state), className="c6"),
            ],
            className="g",
        ),
    ]


def _nothing(viewer: Viewer, state: Asked) -> html.Div:
    known = consumption.known_days(viewer, state.ask.site)
    if known is None:
        return states.empty(
            "not_yet", _("No readings yet"), _("The first readings appear here as soon as your meter has sent them.")
        )
    first, last = known
    if state.ask.period.end <= first:
        text = _("The readings you can see begin on {day}.", day=formats.day(first))
        return states.empty(
            "none_here",
            _("Nothing in this period"),
            text,
            action=(_("Go to the first readings"), state.link(date=first)),
        )
    text = _("The last reading is from {day}.", day=formats.day(last))
    return states.empty(
        "none_here", _("Nothing in this period"), text, action=(_("Go to the last readings"), state.link(date=last))
    )


def _main_card(state: Asked, view: consumption.Overview) -> html.Section:
    headline = sentences.used_and_compared(
        view.series.total_wh, state.ask.period, view.compared, is_running=view.is_running
    )
    summary = figures.summary(headline, view.series.values_wh(), labels.full_labels(view.series, state.ask.resolution))
    counts = chart.counts_of(view.series)
    unit = _("in kW") if chart.is_line(state) else _("in kWh")
    body = [
        legend_of(state, view, unit),
        chart_slot("consumption-main", summary=summary),
        chart.ribbon(view.series),
        trust.note(counts, as_known=_as_known(state)),
    ]
    return figure_card(
        card_id="consumption-total", headline=headline, aside=_fineness(state), body=body,
        sub=sentences.fair_comparison(view.compared, view.elapsed, is_running=view.is_running) or _reason(view),
        table=chart.series_table(state, view), table_count=_("{n} rows", n=len(view.series)),
    )  # fmt: skip


def legend_of(state: Asked, view: consumption.Overview, unit: str) -> html.Ul:
    from components.frame import legend

    return legend(chart.legend_items(state, view), unit)


def _reason(view: consumption.Overview) -> str:
    """The largest tracked use explains most of a total."""
    named = [part for part in view.parts if part.kind != "untracked"]
    if not named or not view.series.total_wh:
        return ""
    first = named[0]
    share = (first.total_wh or 0) / view.series.total_wh
    return _(
        "{name} took {energy} of it, {percent}.",
        name=chart.part_name(first),
        energy=formats.kwh(first.total_wh),
        percent=formats.percent(share),
    )


def _fineness(state: Asked) -> Any:
    if state.ask.period.kind not in {PeriodKind.MONTH, PeriodKind.WEEK}:
        return html.Span()
    coarse = _("Days") if state.ask.period.kind is PeriodKind.MONTH else _("Hours")
    items = [
        (coarse, state.link(resolution=None), not state.ask.is_fine),
        (_("Intervals"), state.link(resolution="fine"), state.ask.is_fine),
    ]
    return segmented(items, label=_("Resolution"))


def _as_known(state: Asked) -> html.Span:
    """Which day's knowledge is shown, and the way to another."""
    if state.ask.known_at is not None:
        text = _("As known on {day}", day=formats.day_medium(state.ask.known_at.date()))
        return html.Span(
            [text, dcc.Link(_("Show what is known now"), href=state.link(known=None))], className="as-known"
        )
    after = min(state.ask.period.end, state.today)
    link = dcc.Link(formats.day_medium(after), href=state.link(known=after))
    return html.Span([_("As known now; see"), link], className="as-known")


def _week_card(viewer: Viewer, state: Asked) -> html.Section:
    heat = consumption.heat_map(viewer, state.ask)
    if heat.is_empty:
        return card(
            card_id="consumption-week",
            title=_("When you use energy"),
            body=[states.empty("none_here", _("No readings"), _("There are no readings in this period."))],
        )
    day, hour = heat.busiest
    weekday = heatmap.weekday_name(day)
    headline = _("Your busiest hour is {weekday} from {hour}.", weekday=weekday, hour=f"{hour:02d}:00")
    when = sentences.when(consumption.pattern_period(state.ask))
    return figure_card(
        card_id="consumption-week", title=_("When you use energy"), headline=headline,
        sub=_("Average energy of each hour of the week {when}.", when=when), body=[heatmap.heat_table(heat)],
    )  # fmt: skip


def _peaks_card(viewer: Viewer, state: Asked) -> html.Section:
    found = consumption.peaks_of(viewer, state.ask)
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
        body=[html.P([figure, html.Span("kW", className="unit")], className="metric-value"), html.P(_at(first), className="metric-note"),
              *base, html.Ul(rows, className="list"),
              html.Details([html.Summary(_("Highest by month")), html.Ul(months, className="list")], className="month-peaks")],
    )  # fmt: skip


def _at(peak: Any) -> str:
    at = labels.moment(peak.label)
    return f"{formats.weekday_day(at.date())}, {formats.clock(at)}"


def _profile_card(viewer: Viewer, state: Asked) -> html.Section:
    from components.frame import LegendItem, legend

    found = consumption.profiles(viewer, state.ask)
    headline = _average_days(found)
    when = sentences.when(consumption.pattern_period(state.ask))
    items = [LegendItem("sw-line", _("Monday to Friday")), LegendItem("sw-usual", _("Saturday and Sunday"))]
    return figure_card(
        card_id="consumption-days", title=_("Your average day"), headline=headline,
        sub=_("Average energy of each hour {when}.", when=when),
        body=[legend(items, _("in kWh")), chart_slot("consumption-profile", summary=headline, height_px=220)],
    )  # fmt: skip


def _average_days(found: consumption.Profiles) -> str:
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


def _similar_card(viewer: Viewer, state: Asked) -> html.Section:
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
        headline=band.headline(found.standing),
        sub=sub,
        body=[band.band(found.standing)],
    )


@portal_callback(
    Output("consumption-main", "children"),
    Input("consumption-main-seen", "data"),
    State("consumption-state", "data"),
    prevent_initial_call=True,
)
def show_main(seen: str, query: dict[str, str]) -> Any:
    return _figure(seen, query)


@portal_callback(
    Output("consumption-compare", "children"),
    Input("consumption-compare-seen", "data"),
    State("consumption-state", "data"),
    prevent_initial_call=True,
)
def show_compare(seen: str, query: dict[str, str]) -> Any:
    return _figure(seen, query)


@portal_callback(
    Output("consumption-profile", "children"),
    Input("consumption-profile-seen", "data"),
    State("consumption-state", "data"),
    prevent_initial_call=True,
)
def show_profile(seen: str, query: dict[str, str]) -> Any:
    viewer = current_viewer()
    state = _asked(viewer, query)
    found = consumption.profiles(viewer, state.ask)
    return graph(figures.lines(_profile_data(found), colours=theme(seen)))


def _asked(viewer: Viewer, query: dict[str, str]) -> Asked:
    state = read(viewer, {key: str(value) for key, value in (query or {}).items()})
    assert state is not None, "a chart is only drawn where there is a site"
    return state


def _figure(seen: str, query: dict[str, str]) -> Any:
    viewer = current_viewer()
    state = _asked(viewer, query)
    view = consumption.drawn(viewer, state.ask)
    draw = (
        figures.lines(chart.line_data(state, view), colours=theme(seen))
        if chart.is_line(state)
        else figures.bars(chart.bar_data(state, view), colours=theme(seen))
    )
    return graph(draw)


def _profile_data(found: consumption.Profiles) -> figures.LineData:
    hours = [f"{hour:02d}:00" for hour in range(24)]
    lines = [
        figures.Stack(_("Monday to Friday"), "total", [None if v is None else v / 1000 for v in found.workday_wh]),
        figures.Stack(_("Saturday and Sunday"), "ref", [None if v is None else v / 1000 for v in found.weekend_wh]),
    ]
    return figures.LineData(hours, [(h, hours[h]) for h in range(0, 24, 6)], lines, unit="kWh")


__all__ = ["PATH", "layout"]
