"""Readings to take away: what, of which days, in which format; and the large ones that are being made."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, dcc, html

from auth.callbacks import portal_callback
from auth.session import csrf_token, current_viewer
from components import states
from components.exports import outline as parts
from components.exports.files import FileItem, file_list
from components.frame import card, page_head
from components.icons import icon
from components.links import href
from components.shell.user_menu import csrf_field
from domain.access import Viewer
from domain.calendar import add_months
from domain.errors import InvalidInputError
from domain.text import gettext as _
from domain.text import lazy
from pages._notices import show_unseen
from pages.consumption._state import parse_day
from services import exports, use
from services.sites import SiteView, site_or_first, sites_of

PATH = "/consumption/export"
POLL_MS = 1_500
OUTLINED = ("last_before_first", "out_of_range", "no_readings")

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
            html.Div(
                [
                    html.Div(_form_card(sites_of(viewer), chosen, query), className="c7"),
                    html.Div(_outline_card(viewer, chosen, query), className="c5"),
                    html.Div(_exports_card(), className="c7"),
                ],
                className="g export-page",
            ),
        ]
    )


def _problem(code: str) -> list[html.Div]:
    """What only the order could know; the outline says itself what is wrong with the days."""
    if code in {"", *OUTLINED}:
        return []
    return [html.Div([icon("exclamation-circle"), html.Span(_sentence(code))], className="notice bad", role="alert")]


def _sentence(code: str) -> str:
    sentences = {
        "last_before_first": _("The last day is before the first. Swap the two dates."),
        "out_of_range": _("Choose days between 1990 and 2100."),
        "no_date": _("Choose a first and a last day."),
        "no_readings": _("There are no readings of yours in these days. Choose other days."),
        "too_many": _("Five of your exports are still being made. Wait until one of them is ready."),
    }
    return sentences.get(code, _("This cannot be exported. Check the form and try again."))


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
    form = html.Form(
        [
            _presets(chosen, query),
            html.Fieldset(
                [html.Legend(_("What the file holds"), className="visually-hidden"), html.Div(fields, className="export-fields")]
            ),
            csrf_field(csrf_token()),
            html.Button([icon("arrow-down-tray"), _("Download")], type="submit", className="btn btn-primary"),
        ],
        action=f"{PATH}/download", method="POST", className="export-form",
    )  # fmt: skip
    return card(card_id="export-choose", title=_("Choose what to download"), body=[form])


def _presets(chosen: SiteView, query: dict[str, str]) -> html.P:
    """Usual days as links: the page again with other dates."""
    today = use.today_of(chosen)
    this_month = today.replace(day=1)
    known = exports.known_days(current_viewer(), chosen)
    spans = {
        _("This month"): (this_month, today),
        _("Last month"): (add_months(this_month, -1), this_month - timedelta(days=1)),
        _("Last 12 months"): (add_months(today, -12) + timedelta(days=1), today),
        **({_("Everything"): known} if known else {}),
    }
    kept = {name: query[name] for name in ("resolution", "format", "register") if query.get(name)}
    links: list[Any] = []
    for name, (first, last) in spans.items():
        links += [dcc.Link(name, href=href(PATH, {"site": chosen.public_id, **kept}, first=first, last=last)), " "]
    return html.P(links, className="export-presets")


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
    names = {"all": _("All meters of this site")}
    return names | {register.public_id: exports.register_name(register) for register in exports.exportable(shown)}


def _outline_card(viewer: Viewer, chosen: SiteView, query: dict[str, str]) -> html.Section:
    today = use.today_of(chosen)
    asked = {"first": str(today.replace(day=1)), "last": str(today), "resolution": "interval", "format": "csv", **query}
    drawn = _outline(viewer, {**asked, "site": chosen.public_id})
    live = html.Div(drawn, id="export-outline", **{"aria-live": "polite"})
    return card(card_id="export-holds", title=_("What the file will hold"), body=[live])


def _outline(viewer: Viewer, asked: dict[str, str]) -> html.Div:
    """The same plan that the download follows, or why there is none."""
    try:
        request = exports.request_of(asked)
        plan = exports.prepare(viewer, request.site, request)
    except InvalidInputError as refused:
        return parts.problem(_sentence(str(refused.params["remedy"])))
    return parts.outline(
        parts.OutlineFacts(
            rows=plan.rows, size_bytes=plan.size_bytes, first=plan.period.first, last=plan.period.last,
            zone_name=plan.site.zone_name, registers=[register.label for register in plan.registers],
            source=_source(plan), is_small=plan.is_small,
            is_clipped=(plan.period.first, plan.period.last) != (request.first, request.last),
        )
    )  # fmt: skip


def _source(plan: exports.ExportPlan) -> str:
    """As the pages say it; the files carry the seed of simulated readings too."""
    source = exports.source_of(plan)
    return _("Demo data: these readings are simulated.") if source.startswith("Demo simulator") else source


def _exports_card() -> html.Section:
    mine = _items(current_viewer())
    busy = any(item.is_open for item in mine)
    body = [
        html.Div(file_list(mine), id="export-list"),
        dcc.Interval(id="export-poll", interval=POLL_MS, disabled=not busy),
    ]
    return card(card_id="export-mine", title=_("My exports"), body=body)


def _items(viewer: Viewer) -> list[FileItem]:
    return [
        FileItem(
            view.public_id, view.name, view.state, view.done / view.total if view.total else 0.0, view.size,
            f"{PATH}/file/{view.public_id}", view.expires_at.date() if view.expires_at else None,
        )
        for view in exports.my_exports(viewer)
    ]  # fmt: skip


@portal_callback(
    Output("export-outline", "children"),
    Input("export-first", "value"),
    Input("export-last", "value"),
    Input("export-resolution", "value"),
    Input("export-format", "value"),
    Input("export-register", "value"),
    State("export-site", "value"),
    prevent_initial_call=True,
)
def show_outline(first: str, last: str, resolution: str, kind: str, register: str, site: str) -> html.Div:
    asked = {"first": first, "last": last, "resolution": resolution, "format": kind, "register": register, "site": site}
    return _outline(current_viewer(), {name: str(value) for name, value in asked.items() if value})


@portal_callback(
    Output("export-list", "children"),
    Output("export-poll", "disabled"),
    Input("export-poll", "n_intervals"),
    Input({"type": "export-cancel", "id": ALL}, "n_clicks"),
    prevent_initial_call=True,
    writes=True,
)
def follow(_n: int | None, clicks: list[int | None]) -> tuple[Any, bool]:
    """The list as it is now; asking ends with the last open export."""
    viewer = current_viewer()
    if isinstance(dash.ctx.triggered_id, dict) and any(clicks):
        exports.cancel(viewer, str(dash.ctx.triggered_id["id"]))
    mine = _items(viewer)
    show_unseen(viewer)
    return file_list(mine), not any(item.is_open for item in mine)
