"""Ending a contract or having it changed: cancel, move out, move in, correct a name or an address."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from auth.session import csrf_token, current_viewer
from components import formats, states
from components.frame import card, page_head
from components.icons import icon
from components.shell.user_menu import csrf_field
from components.tables import Column, data_table
from domain.contracts.changes import ENDS, KINDS, LONGEST, ChangeKind
from domain.errors import NotFoundError
from domain.text import gettext as _
from domain.text import lazy
from pages.contracts import _texts as texts
from services import change_requests
from services.change_requests import ChangeRow, ChangeView

PATH = "/contracts/change"

dash.register_page(
    __name__,
    path=PATH,
    title=lazy("End or change a contract"),
    section="money",
    icon="document-text",
    roles=frozenset({"customer"}),
    nav=False,
    order=64,
)


def layout(contract: str = "", **query: str) -> html.Div:
    try:
        found = change_requests.changes_of(current_viewer(), contract)
    except NotFoundError:
        text = _("Choose one of your contracts first.")
        nothing = states.empty("none_here", _("No contract chosen"), text, action=(_("All contracts"), "/contracts"))
        return html.Div([page_head(_("End or change a contract")), nothing])
    lead = f"{found.view.offered.name} · {texts.commodity(found.view)}, {found.view.contract.site_name}"
    return html.Div(
        [
            page_head(_("End or change a contract"), lead=lead),
            *_told(found, query),
            html.Div(
                [
                    html.Div(_forms(found, query), className="c7 stack-cards"),
                    html.Div(_requests(found), className="c5 stack-cards"),
                ],
                className="g",
            ),
            html.P(
                dcc.Link(_("To the contract"), href=f"/contracts/{found.view.contract.public_id}"), className="small"
            ),
        ]
    )


def _told(found: ChangeView, query: dict[str, str]) -> list[html.Div]:
    if query.get("problem"):
        inside = [icon("exclamation-circle"), html.Span(problem(query, found))]
        return [html.Div(inside, className="notice bad", role="alert", id="change-problem")]
    row = next((one for one in found.requests if one.public_id == query.get("done")), None)
    if row is None:
        return []
    return [html.Div([icon("check-circle"), html.Span(_outcome(row))], className="notice ok", role="status")]


def _outcome(row: ChangeRow) -> str:
    number = change_requests.number_of(row)
    if row.state == "withdrawn":
        return _("{number} is withdrawn.", number=number)
    if row.kind in ENDS and row.day is not None:
        return _(
            "{number}: your contract ends on {day}. We have sent you a confirmation.", number=number, day=_last(row.day)
        )
    return _("{number}: we have received it and answer within two working days.", number=number)


def _last(day: date) -> str:
    return formats.day_medium(date.fromordinal(day.toordinal() - 1))


def problem(query: dict[str, str], found: ChangeView) -> str:
    """What is wrong with which field, and what to enter instead."""
    kind = query.get("kind", "")
    earliest = found.earliest.get(kind, found.view.today)  # type: ignore[call-overload]  # an unknown kind has today
    day = {
        name: formats.day_medium(_day(query.get(name, "")) or earliest)
        for name in ("earliest", "latest", "end", "first")
    }
    sentences = {
        ("day", "no_date"): _("Day: enter a date, such as {day}.", day=day["earliest"]),
        ("day", "too_early"): _("Day: the first possible one is {day}.", day=day["earliest"]),
        ("day", "too_late"): _("Day: at most a year ahead, until {day}.", day=day["latest"]),
        ("day", "contract_over"): _("Day: your contract ends before {day} already.", day=day["end"]),
        ("text", "missing"): _("Details: write what we need to know."),
        ("text", "too_long"): _("Details: {n} letters at most.", n=LONGEST),
        ("request", "dealt_with"): _("Request: we have dealt with it already. Send a new one if it should be otherwise."),
    }  # fmt: skip
    return sentences.get((query.get("field", ""), query.get("problem", "")),
                         _("Nothing was changed. Load the page again and try once more."))  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _titles() -> dict[ChangeKind, tuple[str, str, str, str, str]]:
    """Of each form: title, what it does, label of the day, label of the details, button."""
    return {
        "cancel": (_("Cancel"), _("The contract ends without a fee. Somebody else has to supply you from then on."),
                   _("First day without the contract"), _("Reason, if you like"), _("Cancel the contract")),
        "move_out": (_("Move out"), _("The contract ends with your move, whatever its minimum term."),
                     _("First day without the contract"), _("New address for the final invoice, and the meter reading if you know it"),
                     _("End it with my move")),
        "move_in": (_("Move in"), _("You want this tariff at another address."),
                    _("First day at the new address"), _("New address, meter number and reading"), _("Ask for it")),
        "correct": (_("Correct a name or an address"), _("Something about you is written wrongly."), "",
                    _("What stands there, and what should"), _("Ask for it")),
    }  # fmt: skip


def _forms(found: ChangeView, query: dict[str, str]) -> list[html.Section]:
    if not found.may_ask:
        over = found.view.state == "over"
        text = _("This contract has ended.") if over else _("Only owners of the account can end or change it.")
        return [
            card(
                card_id="change-none",
                title=_("End or change"),
                body=[states.empty("cannot", _("Nothing to do here"), text)],
            )
        ]
    return [_form(found, kind, query) for kind in KINDS]


def _form(found: ChangeView, kind: ChangeKind, query: dict[str, str]) -> html.Section:
    title, about, day_label, text_label, button = _titles()[kind]
    mine = query.get("kind") == kind
    wrong = query.get("field", "") if mine else ""
    held = {"contract": found.view.contract.public_id, "kind": kind, "key": uuid.uuid4().hex}
    first = found.earliest[kind] if kind in ENDS else found.view.today
    day = query.get("day", "") if mine else first.isoformat()
    parts: list[Any] = [
        csrf_field(csrf_token()),
        *(dbc.Input(type="hidden", name=name, value=value) for name, value in held.items()),
    ]
    if day_label:
        hint = _("The first possible day is {day}.", day=formats.day_medium(found.earliest[kind]))
        parts.append(
            html.Div([
                html.Label(day_label, htmlFor=f"change-{kind}-day", className="form-label"),
                dbc.Input(type="date", id=f"change-{kind}-day", name="day", value=day, invalid=wrong == "day" or None),
                html.P(hint, className="small quiet"),
            ])
        )  # fmt: skip
    parts.append(
        html.Div([
            html.Label(text_label, htmlFor=f"change-{kind}-text", className="form-label"),
            dbc.Textarea(id=f"change-{kind}-text", name="text", value=query.get("text", "") if mine else "", rows=3,
                         maxlength=LONGEST, invalid=wrong == "text" or None),
        ])
    )  # fmt: skip
    look = "btn btn-secondary" if kind in ENDS else "btn btn-primary"
    parts.append(html.Button(button, type="submit", className=look, id=f"change-{kind}-send"))
    form = html.Form(parts, action=f"{PATH}/ask", method="POST", className="pay-form")
    is_open = mine or None
    body = [
        html.P(about, className="sub"),
        html.Details([html.Summary(_("Fill in")), form], open=is_open, className="pay-more"),
    ]
    return card(card_id=f"change-{kind}", title=title, body=body)


def _requests(found: ChangeView) -> html.Section:
    title = _("Your requests")
    if not found.requests:
        text = _("What you ask for appears here with its answer.")
        return card(card_id="change-requests", title=title, body=[states.empty("not_yet", _("None yet"), text)])
    columns = [Column(_("Number")), Column(_("What")), Column(_("State"))]
    rows = [_row(found, one) for one in found.requests]
    return card(card_id="change-requests", title=title, body=[data_table(title, columns, rows, caption_hidden=True)])


def _row(found: ChangeView, row: ChangeRow) -> list[Any]:
    about = _titles()[row.kind][0]  # type: ignore[index]  # checked by the table
    if row.day is not None:
        about = _("{what}, {day}", what=about, day=formats.day_medium(row.day))
    states_ = {"asked": _("With us"), "done": _("Done"), "declined": _("Declined"), "withdrawn": _("Withdrawn")}
    state: list[Any] = [states_[row.state], *([html.Div(row.note, className="quiet small")] if row.note else [])]
    if row.state == "asked" and found.may_ask:
        parts = [csrf_field(csrf_token()), dbc.Input(type="hidden", name="request", value=row.public_id),
                 dbc.Input(type="hidden", name="contract", value=row.contract_public_id),
                 html.Button(_("Withdraw"), type="submit", className="btn btn-secondary btn-sm",
                             **{"aria-label": _("Withdraw {number}", number=change_requests.number_of(row))})]  # fmt: skip
        state.append(html.Form(parts, action=f"{PATH}/withdraw", method="POST"))
    return [change_requests.number_of(row), about, state]
