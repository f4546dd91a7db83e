"""Readings to take away: what, of which days, in which format; and the large ones that are being made."""

from __future__ import annotations

from datetime import date
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import Input, Output, State, dcc, html

from auth.callbacks import portal_callback
from auth.session import current_viewer
from components import formats, states
from components.frame import card, page_head
from components.icons import icon
from domain.calendar import zone
from domain.text import gettext as _
from domain.text import lazy
from pages.consumption._state import parse_day
from services import exports, use
from services.exports import ExportView
from services.sites import SiteView, site_or_first, sites_of

PATH = "/consumption/export"
POLL_MS = 1_500

dash.register_page(
    __name__, path=PATH, title=lazy("Export"), section="energy", icon="arrow-down-tray",
    roles=frozenset({"customer"}), nav=False, order=21,
)  # fmt: skip


def layout(**query: str) -> html.Div:
    viewer = current_viewer()
    chosen = site_or_first(viewer, query.get("site", ""))
    if chosen is None:
        text = _("As soon as a site is linked to your account, you can download its readings here.")
        return html.Div([page_head(_("Export")), states.empty("not_set_up", _("No site yet"), text)])
    if viewer.acting_for_account_id is not None:
        text = _("Downloads are for the customer. The read-only view shows readings on the screen alone.")
        return html.Div([page_head(_("Export")), states.empty("cannot", _("Not in this view"), text)])
    return html.Div(
        [
            page_head(_("Export"), lead=_("Your readings as a file, for any days up to your full history.")),
            *_problem(query.get("problem", "")),
            html.Div([html.Div(_form_card(sites_of(viewer), chosen, query), className="c7"),
                      html.Div(_exports_card(chosen), className="c5")], className="g"),
        ]
    )  # fmt: skip


def _problem(code: str) -> list[html.Div]:
    if not code:
        return []
    sentences = {
        "last_before_first": _("The last day is before the first. Swap the two dates."),
        "out_of_range": _("Choose days between 1990 and 2100."),
        "no_date": _("Choose a first and a last day."),
        "no_readings": _("There are no readings of yours in these days. Choose other days."),
        "too_many": _("Five of your exports are still being made. Wait until one of them is ready."),
    }
    text = sentences.get(code, _("This cannot be exported. Check the form and try again."))
    return [html.Div([icon("exclamation-circle"), html.Span(text)], className="notice bad", role="alert")]


def _form_card(choices: list[SiteView], chosen: SiteView, query: dict[str, str]) -> html.Section:
    today = use.today_of(chosen)
    first = parse_day(query.get("first", ""), today.replace(day=1))
    last = parse_day(query.get("last", ""), today)
    fields = [
        *_site_field(choices, chosen),
        _field("first", _("First day"), _date("first", first)),
        _field("last", _("Last day"), _date("last", last)),
        _field("resolution", _("Resolution"), _select("resolution", _resolutions(), query)),
        _field("format", _("Format"), _select("format", _formats(), query)),
        _field("register", _("Readings of"), _select("register", _registers(chosen), query), wide=True),
    ]
    note = _("Large files are made in the background; we tell you when yours is ready.")
    form = html.Form(
        [
            html.Fieldset(
                [html.Legend(_("What the file holds"), className="visually-hidden"), html.Div(fields, className="export-fields")]
            ),
            html.P(note, className="form-text"),
            html.Button([icon("arrow-down-tray"), _("Download")], type="submit", className="btn btn-primary"),
        ],
        action=f"{PATH}/download", method="GET", className="export-form",
    )  # fmt: skip
    return card(card_id="export-choose", title=_("Choose what to download"), body=[form])


def _site_field(choices: list[SiteView], chosen: SiteView) -> list[Any]:
    """Another site has other registers: choosing one draws the page again. One site needs no choice."""
    hidden = dcc.Input(type="hidden", name="site", value=chosen.public_id, id="export-site")
    if len(choices) < 2:
        return [hidden]
    links = [
        html.Li(
            html.Strong(choice.name)
            if choice.public_id == chosen.public_id
            else dcc.Link(choice.name, href=f"{PATH}?site={choice.public_id}")
        )
        for choice in choices
    ]
    block = html.Div(
        [html.Span(_("Site"), className="form-label"), html.Ul(links, className="export-sites")], className="wide"
    )
    return [hidden, block]


def _field(name: str, label: str, control: Any, *, wide: bool = False) -> html.Div:
    parts = [html.Label(label, htmlFor=f"export-{name}", className="form-label"), control]
    return html.Div(parts, className="wide" if wide else None)


def _date(name: str, value: date) -> dbc.Input:
    return dbc.Input(type="date", id=f"export-{name}", name=name, value=value.isoformat(), required=True)


def _select(name: str, options: dict[str, str], query: dict[str, str]) -> dbc.Select:
    asked = query.get(name, "")
    value = asked if asked in options else next(iter(options))
    items = [{"label": label, "value": key} for key, label in options.items()]
    return dbc.Select(id=f"export-{name}", name=name, options=items, value=value)


def _resolutions() -> dict[str, str]:
    return {"interval": _("As measured"), "hour": _("Hours"), "day": _("Days"), "month": _("Months")}


def _formats() -> dict[str, str]:
    return {
        "csv": _("CSV, for any spreadsheet"), "xlsx": _("Excel"), "parquet": _("Parquet, for analysis"),
        "json": _("JSON, for programs"),
    }  # fmt: skip


def _registers(shown: SiteView) -> dict[str, str]:
    names = {"": _("All meters of this site")}
    return names | {register.public_id: exports.register_name(register) for register in exports.exportable(shown)}


def _exports_card(chosen: SiteView) -> html.Section:
    mine = exports.my_exports(current_viewer())
    busy = any(view.state in {"queued", "running"} for view in mine)
    body = [
        html.Div(_list(mine, chosen.zone_name), id="export-list", **{"aria-live": "polite"}),
        dcc.Store(id="export-zone", data=chosen.zone_name),
        dcc.Interval(id="export-poll", interval=POLL_MS, disabled=not busy),
    ]
    return card(card_id="export-mine", title=_("My exports"), body=body)


def _list(mine: list[ExportView], zone_name: str) -> Any:
    if not mine:
        text = _("Files that take longer to make wait here for seven days.")
        return states.empty("none_here", _("Nothing here yet"), text)
    return html.Ul([_row(view, zone_name) for view in mine], className="list export-list")


def _row(view: ExportView, zone_name: str) -> html.Li:
    name: Any = html.B(view.name)
    if view.state == "done":
        name = html.A(html.B(view.name), href=f"{PATH}/file/{view.public_id}", download=view.name)
    return html.Li(html.Div([name, *_detail(view, zone_name)], className="what"))


def _detail(view: ExportView, zone_name: str) -> list[Any]:
    if view.state == "done" and view.expires_at is not None:
        until = formats.day_short(view.expires_at.astimezone(zone(zone_name)).date())
        size = _("{size} MB, kept until {day}", size=formats.number(max(view.size, 50_000) / 1e6, 1), day=until)
        return [html.Span(size, className="small quiet")]
    if view.state in {"failed", "cancelled"}:
        return [html.Span(_("This could not be made. Please order it again."), className="small quiet")]
    ratio = view.done / view.total if view.total else 0.0
    said = _("Being made, {percent}", percent=formats.percent(ratio)) if view.state == "running" else _("Waiting")
    return [_bar(ratio, view.name), html.Span(said, className="small quiet")]


def _bar(ratio: float, name: str) -> html.Div:
    percent = round(100 * ratio)
    values = {"aria-valuenow": str(percent), "aria-valuemin": "0", "aria-valuemax": "100", "aria-label": name}
    inner = html.Div(className="progress-bar", style={"width": f"{percent}%"})
    return html.Div(inner, className="progress", role="progressbar", **values)


@portal_callback(
    Output("export-list", "children"),
    Output("export-poll", "disabled"),
    Input("export-poll", "n_intervals"),
    State("export-zone", "data"),
    prevent_initial_call=True,
)
def poll(_n: int, zone_name: str) -> tuple[Any, bool]:
    """The list as it is now; asking ends with the last open export."""
    mine = exports.my_exports(current_viewer())
    shown = next((site.zone_name for site in sites_of(current_viewer()) if site.zone_name == zone_name), "UTC")
    return _list(mine, shown), not any(view.state in {"queued", "running"} for view in mine)
