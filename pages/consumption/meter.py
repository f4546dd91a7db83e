"""One meter: what it counts, its readings in the period, and its place in the chain of meters."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from auth.callbacks import portal_callback
from auth.session import current_viewer
from components import formats, states, trust
from components.charts import chart_slot, graph
from components.consumption import labels, sentences
from components.figures import consumption as figures
from components.frame import card, figure_card, legend, page_head
from components.period_bar import PeriodState, period_bar, segmented
from components.tables import row_count
from components.theme import theme
from domain.access import Viewer
from domain.calendar import local_date
from domain.errors import NotFoundError
from domain.text import gettext as _
from domain.text import lazy
from pages import _damage
from pages.consumption import _chart as chart
from pages.consumption import _register as part
from pages.consumption._state import State as Asked
from pages.consumption._state import read
from pages.consumption._views import stands_in
from services import consumption, damage, sites
from services.consumption import RegisterTotal
from services.sites import MeterView, RegisterView, SiteView
from services.use import today_of

dash.register_page(
    __name__,
    path_template="/consumption/<meter>",
    title=lazy("Meter"),
    section="energy",
    icon="bolt",
    roles=frozenset({"customer"}),
    nav=False,
    order=1020,
)


def layout(meter: str = "", register: str = "", **query: str) -> html.Div:
    viewer = current_viewer()
    state, found, chosen = _asked(viewer, meter, register, query)
    title = _("Meter {serial}", serial=found.serial)
    if chosen is None:
        text = _("This meter has no register whose readings are kept.")
        return html.Div([page_head(title), states.empty("not_set_up", _("No register"), text)])
    asked = {**state.held(), "meter": found.public_id, "register": chosen.public_id}
    return html.Div(
        [
            dcc.Store(id="meter-state", data=asked),
            page_head(title, lead=_lead(found, state.ask.site.zone_name)),
            _registers(state, found, chosen),
            _bar(state),
            *_damage.notices([damage.of_site(viewer, state.ask.site)]),
            html.Div(
                [
                    html.Div(_main_card(viewer, state, found, chosen), className="c8"),
                    html.Div([_facts_card(found), _chain_card(state.ask.site, found)], className="c4 stack"),
                ],
                className="g",
            ),
        ]
    )


def _asked(
    viewer: Viewer, meter: str, register: str, query: dict[str, str]
) -> tuple[Asked, MeterView, RegisterView | None]:
    """Foreign and missing meters raise NotFoundError; an unknown register falls back to the first."""
    site, found = sites.meter(viewer, meter)
    state = read(viewer, {"compare": "none", **query}, site=site, path=f"/consumption/{found.public_id}")
    assert state is not None, "a meter stands at a site"
    registers = consumption.meter_registers(site, found)
    chosen = next((r for r in registers if r.public_id == register), registers[0] if registers else None)
    return state, found, chosen


def _lead(meter: MeterView, zone_name: str) -> str:
    since = formats.day_medium(local_date(meter.installed_utc, zone_name))
    if meter.removed_utc is None:
        return _("In use since {since}", since=since)
    return _(
        "In use from {since} to {until}",
        since=since,
        until=formats.day_medium(local_date(meter.removed_utc, zone_name)),
    )


def _name(register: RegisterView) -> str:
    return labels.register_name(register)


def _registers(state: Asked, meter: MeterView, chosen: RegisterView) -> Any:
    registers = consumption.meter_registers(state.ask.site, meter)
    if len(registers) < 2:
        return None
    items = [(_name(r), state.link(register=r.public_id), r.id == chosen.id) for r in registers]
    return html.Div(segmented(items, label=_("What the meter counts")), className="commodity-switch")


def _bar(state: Asked) -> html.Div:
    return period_bar(
        PeriodState(
            path=state.path, query=state.query, period=state.ask.period, today=state.today,
            first_date=state.ask.site.first_date,
        )
    )  # fmt: skip


def _main_card(viewer: Viewer, state: Asked, meter: MeterView, register: RegisterView) -> html.Section:
    total = consumption.register_totals(viewer, state.ask, [register], meter)[0]
    if total.series.total_wh is None:
        text = _("There are no readings in this period.")
        if not stands_in(state, meter):
            text = _("This meter was not installed in this period.")
        return card(
            card_id="meter-readings", title=_name(register), body=[states.empty("none_here", _("No readings"), text)]
        )
    headline = _(
        "{name}: {energy} {when}.", name=_name(register), energy=formats.kwh(total.series.total_wh),
        when=sentences.when(state.ask.period),
    )  # fmt: skip
    summary = figures.summary(
        headline, total.series.values_wh(), labels.full_labels(total.series, state.ask.resolution)
    )
    hatches = chart.hatched_item(chart.hatched(total.series), is_line=chart.is_line(state))
    body = [
        *([legend(hatches)] if hatches else []),
        chart_slot("meter-main", summary=summary),
        chart.ribbon(total.series),
        trust.note(chart.counts_of(total.series)),
    ]
    return figure_card(
        card_id="meter-readings", headline=headline, sub=_extremes(state, total), body=body,
        table=part.readings_table(state, total.series), table_count=row_count(len(total.series)),
    )  # fmt: skip


def _extremes(state: Asked, total: RegisterTotal) -> str:
    """The highest, and the lowest of what is whole: neither with a gap nor still running."""
    series = total.series
    names = labels.full_labels(series, state.ask.resolution)
    known = [(int(value), i) for i, value in enumerate(series.values_wh()) if value is not None]
    is_running = state.ask.period.end > today_of(state.ask.site) and state.ask.resolution != "interval"
    whole = [(value, i) for value, i in known if not series.counts[i, 5] and not (is_running and i == len(series) - 1)]
    high, high_at = max(known)
    said = {"high": formats.kwh(high, 2), "high_at": names[high_at]}
    if not whole:
        return _("Most {high} ({high_at}).", **said)
    low, low_at = min(whole)
    return _("Most {high} ({high_at}), least {low} ({low_at}).", low=formats.kwh(low, 2), low_at=names[low_at], **said)


def _facts_card(meter: MeterView) -> html.Section:
    facts = [
        (_("Serial number"), meter.serial),
        (_("Model"), meter.model or formats.UNKNOWN),
        (_("Energy"), labels.commodity_name(meter.commodity)),
        (_("Registers"), formats.number(len(meter.register_ids))),
    ]
    body = html.Dl([item for name, value in facts for item in (html.Dt(name), html.Dd(value))], className="dl")
    return card(card_id="meter-facts", title=_("About this meter"), body=[body])


def _chain_card(site: SiteView, meter: MeterView) -> html.Section:
    """Meters that counted the same registers, oldest first: the readings go on across an exchange."""
    chain = [m for m in site.meters if set(m.register_ids) & set(meter.register_ids)]
    rows = [html.Li(html.Div(_link(m, site.zone_name, current=m.id == meter.id), className="what")) for m in chain]
    return card(card_id="meter-chain", title=_("Meters at this point"), body=[html.Ul(rows, className="list")])


def _link(meter: MeterView, zone_name: str, *, current: bool) -> list[Any]:
    link = dcc.Link(meter.serial, href=f"/consumption/{meter.public_id}", className="linkish")
    name: Any = html.B(meter.serial) if current else link
    return [name, html.Span(_lead(meter, zone_name), className="small quiet")]


@portal_callback(
    Output("meter-main", "children"),
    Input("meter-main-seen", "data"),
    State("meter-state", "data"),
    prevent_initial_call=True,
)
def show_meter(seen: str, query: dict[str, str]) -> Any:
    viewer = current_viewer()
    words = {key: str(value) for key, value in (query or {}).items()}
    state, found, chosen = _asked(viewer, words.pop("meter", ""), words.pop("register", ""), words)
    if chosen is None:
        raise NotFoundError(what="register")
    series = consumption.register_totals(viewer, state.ask, [chosen], found)[0].series
    return graph(part.figure(state, chosen, series, theme(seen)))
