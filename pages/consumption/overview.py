"""How much, when, by what, compared with what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import dash
from dash import Input, Output, State, dcc, html

from auth.callbacks import portal_callback
from auth.session import current_viewer
from components import formats, states, trust
from components.charts import chart_slot, graph
from components.consumption import labels, sentences
from components.figures import consumption as figures
from components.frame import figure_card, legend, link_tabs, page_head
from components.icons import icon
from components.links import href
from components.period_bar import KINDS_AND_ALL, PeriodState, period_bar, segmented
from components.tables import row_count
from components.theme import Theme, theme
from domain.access import Viewer
from domain.energy.balance import UseSeries
from domain.errors import NotFoundError
from domain.text import gettext as _
from domain.text import lazy
from pages import _damage
from pages.consumption import _appliances, _compare, _cost, _patterns, _phases, _views
from pages.consumption import _chart as chart
from pages.consumption._compare import date_problem
from pages.consumption._nothing import nothing
from pages.consumption._state import PATH, read
from pages.consumption._state import State as Asked
from services import consumption, consumption_pairs, costs, damage
from services import consumption_patterns as patterns
from services.consumption_asks import compared_period, resolutions
from services.sites import consumption_terms

Found = TypeVar("Found")

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
            dcc.Store(id="consumption-state", data=state.held()),
            page_head(_("Consumption"), lead=_lead(state)),
            _tabs(state),
            _commodities(state),
            _bar(state),
            *_problems(state),
            *_damage.notices([damage.of_site(viewer, state.ask.site)]),
            *_content(viewer, state),
        ]
    )


def _lead(state: Asked) -> str:
    """Where the readings come from, when they are not the customer's own."""
    source = state.ask.site.source
    if source.startswith("Demo simulator"):
        return _("Demo data: these readings are simulated.")
    return _("Open data: {source}", source=source) if source else ""


def _problems(state: Asked) -> list[html.Div]:
    """What an address says of dates that cannot be meant; the form is beside it."""
    if not state.problems or state.view == "compare":
        return []
    text = next(iter(date_problem(field, code) for field, code in state.problems.items()))
    return [html.Div([icon("exclamation-circle"), html.Span(text)], className="notice bad", role="alert")]


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
    then = compared_period(state.ask)
    export = href(
        "/consumption/export",
        {"site": state.query.get("site"), "first": state.ask.period.first, "last": state.ask.period.last},
    )
    return period_bar(
        PeriodState(
            path=state.path, query=state.query, period=state.ask.period, today=state.today,
            first_date=state.ask.site.first_date, compare=state.ask.compare,
            compare_title=formats.period_title(then) if then else "", download_href=export, kinds=KINDS_AND_ALL,
            takes_own_dates=True,
        )
    )  # fmt: skip


def _content(viewer: Viewer, state: Asked) -> list[Any]:
    if state.view in {"overview", "compare"} and not consumption_terms(state.ask.site, state.ask.commodity):
        return [_no_total(viewer, state)]
    if state.view == "overview":
        return _overview(viewer, state)
    views = {
        "meter": _views.meters,
        "phase": _phases.phases,
        "appliance": _appliances.appliances,
        "compare": _compare.compare,
    }
    return views[state.view](viewer, state)


def _overview(viewer: Viewer, state: Asked) -> list[Any]:
    view = consumption.overview(viewer, state.ask)
    if view.series.total_wh is None:
        return [nothing(viewer, state)]
    main = html.Div(_main_card(state, view), className="g")
    paid = _cost.cost_card(viewer, state, view.series.total_wh)
    known = consumption.known_days(viewer, state.ask.site)
    state = replace(state, ask=patterns.recent(state.ask, known[1])) if known else state
    return [
        main,
        *([html.Div(paid, className="g")] if paid else []),
        html.Div(
            [
                html.Div(_patterns.week_card(viewer, state), className="c8"),
                html.Div(_patterns.peaks_card(viewer, state), className="c4"),
            ],
            className="g",
        ),
        html.Div(
            [
                html.Div(_patterns.profile_card(viewer, state), className="c6"),
                html.Div(_patterns.similar_card(viewer, state), className="c6"),
            ],
            className="g",
        ),
    ]


def _no_total(viewer: Viewer, state: Asked) -> html.Div:
    """Why there is no sum for this site at all; what comes from the grid is still told as such."""
    imports = state.ask.site.with_flow("import")
    if not imports:
        text = _("No meter at this site counts what comes from the grid. Ask us to link it.")
        return states.empty("not_set_up", _("No main meter"), text)
    total = consumption.register_totals(viewer, state.ask, imports[:1])[0].series.total_wh
    why = _(
        "Energy is produced here, but no meter counts what is fed into the grid. How much of it was used at home is unknown."
    )
    when = sentences.when(state.ask.period)
    grid = (
        _("Taken from the grid {when}: {energy}.", when=when, energy=formats.kwh(total))
        if total is not None
        else _("There are no readings of the grid meter {when}.", when=when)
    )
    action = (_("See each meter"), state.link(view="meter"))
    return states.empty("cannot", _("Home use cannot be computed"), f"{why} {grid}", action=action)


def _main_card(state: Asked, view: consumption.Overview) -> html.Section:
    season = sentences.season(state.ask.commodity, state.ask.period, view.compared)
    headline = sentences.used_and_compared(
        view.series.total_wh, state.ask.period, None if season else view.compared, is_running=view.is_running
    )
    summary = figures.summary(headline, view.series.values_wh(), chart.bucket_names(state, view))
    counts = chart.counts_of(view.series)
    has_degrees = chart.has_degrees(view) and not chart.is_line(state)
    body = [
        legend(chart.legend_items(state, view), chart.unit_note(state, view)),
        chart_slot("consumption-main", summary=summary),
        chart.period_links(state, view.series, has_degrees=has_degrees),
        chart.ribbon(view.series, has_degrees=has_degrees),
        trust.note(counts, as_known=_as_known(state)),
    ]
    return figure_card(
        card_id="consumption-total", headline=headline, aside=_fineness(state), body=body,
        sub=_sub(view, season),
        table=chart.series_table(state, view), table_count=row_count(len(view.series)),
    )  # fmt: skip


def _sub(view: consumption.Overview, season: str) -> str:
    """What is compared with what, or why nothing is; where the headline says it all, the largest use."""
    said = [
        _missing(view.series),
        sentences.fair_comparison(view.compared, view.elapsed, is_running=view.is_running),
        season,
    ]
    then = view.then_series
    if view.compared is None and then is not None and then.total_wh is not None:
        said.append(_("Less than half of the days are complete in both periods, so no difference is stated."))
    return " ".join(filter(None, said)) or _reason(view)


def _missing(series: UseSeries) -> str:
    """A total that lacks a fiftieth of its readings is not called one without saying so."""
    counts = chart.counts_of(series)
    if counts.missing <= chart.HATCHED_SHARE * counts.total:
        return ""
    return _(
        "{n} of {m} readings are missing and not in this total.",
        n=formats.number(counts.missing), m=formats.number(counts.total),
    )  # fmt: skip


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
    choices, _usual = resolutions(state.ask.period)
    if len(choices) < 2:
        return html.Span()
    names = {"interval": _("Intervals"), "hour": _("Hours"), "day": _("Days"), "month": _("Months"), "year": _("Years")}
    items = [(names[key], state.link(resolution=key), key == state.ask.resolution) for key in choices]
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


def _drawn_from(seen: str, query: dict[str, str]) -> tuple[object, ...] | None:
    viewer = current_viewer()
    found = consumption.drawn_from(viewer, _asked(viewer, query).ask)
    return None if found is None else (theme(seen), *found)


@portal_callback(
    Output("consumption-main", "children"),
    Input("consumption-main-seen", "data"),
    State("consumption-state", "data"),
    prevent_initial_call=True,
    kept=_drawn_from,
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
    viewer = current_viewer()
    found = consumption_pairs.pairs(viewer, _asked(viewer, query).ask)
    if found is None:  # the page that asks was drawn before its second period was gone
        raise NotFoundError(what="second period")
    return graph(_compare.figure(found, theme(seen)))


@portal_callback(
    Output("consumption-phase", "children"),
    Input("consumption-phase-seen", "data"),
    State("consumption-state", "data"),
    prevent_initial_call=True,
)
def show_phase(seen: str, query: dict[str, str]) -> Any:
    return _view_figure(seen, query, _phases.with_readings, _phases.figure)


@portal_callback(
    Output("consumption-appliance", "children"),
    Input("consumption-appliance-seen", "data"),
    State("consumption-state", "data"),
    prevent_initial_call=True,
)
def show_appliances(seen: str, query: dict[str, str]) -> Any:
    return _view_figure(seen, query, _appliances.whole, _appliances.figure)


@portal_callback(
    Output("consumption-profile", "children"),
    Input("consumption-profile-seen", "data"),
    State("consumption-state", "data"),
    prevent_initial_call=True,
)
def show_profile(seen: str, query: dict[str, str]) -> Any:
    viewer = current_viewer()
    state = _asked(viewer, query)
    found = patterns.profiles(viewer, state.ask)
    return graph(figures.lines(_patterns.profile_data(found), colours=theme(seen)))


@portal_callback(
    Output("consumption-cost", "children"),
    Input("consumption-cost-seen", "data"),
    State("consumption-state", "data"),
    prevent_initial_call=True,
)
def show_cost(seen: str, query: dict[str, str]) -> Any:
    viewer = current_viewer()
    found = _cost.of(viewer, _asked(viewer, query))
    if isinstance(found, costs.NoCost):
        raise NotFoundError(what="cost")
    return graph(_cost.figure(found, theme(seen)))


def _asked(viewer: Viewer, query: dict[str, str]) -> Asked:
    state = read(viewer, {key: str(value) for key, value in (query or {}).items()})
    if state is None:  # the only site was lost while the page stood open
        raise NotFoundError(what="site")
    return state


def _view_figure(
    seen: str,
    query: dict[str, str],
    find: Callable[[Viewer, Asked], Found | None],
    figure: Callable[[Asked, Found, Theme], dict[str, Any]],
) -> Any:
    """The figure of what a view finds; NotFoundError where the readings are gone since the page was drawn."""
    viewer = current_viewer()
    state = _asked(viewer, query)
    found = find(viewer, state)
    if not found:
        raise NotFoundError(what="readings")
    return graph(figure(state, found, theme(seen)))


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


__all__ = ["PATH", "layout"]
