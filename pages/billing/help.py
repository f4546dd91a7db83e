"""When paying is hard, or too much was paid: a later day for a bill, an overdue balance in parts, credit paid out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import dcc, html

from auth.session import csrf_token, current_viewer
from components import formats, states
from components.frame import card, page_head
from components.icons import icon
from components.links import href
from components.shell.user_menu import csrf_field
from components.tables import Column, data_table
from domain.access import Viewer
from domain.errors import InvalidInputError
from domain.money import from_minor, minor_digits
from domain.payments.plans import EXTENSION_RULES, PLAN_RULES
from domain.text import gettext as _
from domain.text import lazy, ngettext
from services import accounts, payments, plans, portal, refunds, refusals

PATH = "/billing/help"
DATES_AND_AMOUNTS = ("first", "last", "most_minor", "least", "most", "currency")

dash.register_page(
    __name__,
    path=PATH,
    title=lazy("Help with paying"),
    section="money",
    icon="lifebuoy",
    roles=frozenset({"customer"}),
    nav=False,
    order=36,
)


def layout(account: str = "", **query: str) -> html.Div:
    viewer = current_viewer()
    mine = accounts.accounts_of(viewer)
    chosen = next((one for one in mine if one.account_public_id == account), mine[0] if mine else None)
    if chosen is None:
        text = _("As soon as an account is yours, you find help here.")
        return html.Div([page_head(_("Help with paying")), states.empty("not_set_up", _("No account yet"), text)])
    key = chosen.account_public_id
    may = payments.may_pay(viewer, key)
    only = [_notice("", "information-circle", _("Only owners of the account can ask."))]
    return html.Div(
        [
            page_head(_("Help with paying"), lead=_("Account {number}", number=chosen.number)),
            *_told(query),
            *([] if may else only),
            html.Div(
                [
                    html.Div([_extension_card(viewer, key, query, may=may), _plan_card(viewer, key, query, may=may)], className="c7 stack-cards"),
                    html.Div(_refund_card(viewer, key, query, may=may), className="c5 stack-cards"),
                ],
                className="g payments-page",
            ),
            html.P(dcc.Link(_("To the payments"), href=href("/billing/payments", account=key)), className="small"),
        ]
    )  # fmt: skip


def _told(query: dict[str, str]) -> list[html.Div]:
    if query.get("problem"):
        return [_notice("bad", "exclamation-circle", problem(query), role="alert")]
    done = {
        "extension_granted": _("The bill can be paid later. No reminder comes before that day."),
        "extension_asked": _("We have your request and answer within two working days."),
        "plan_active": _("The plan is agreed. No reminder comes while you keep it."),
        "plan_asked": _("We have your request and answer within two working days. No reminder comes until then."),
        "refund_asked": _("We have your request. Two of us look at it, then the money is sent."),
    }.get(query.get("done", ""), "")
    return [_notice("ok", "check-circle", done, role="status")] if done else []


def problem(query: dict[str, str]) -> str:
    """What is wrong with which field and what to enter instead; only what this portal says of itself."""
    field, remedy = query.get("field", ""), query["problem"]
    if field not in refusals.FIELDS or not {remedy, f"{field}.{remedy}"} & set(refusals.REMEDIES):
        return _("This did not work, and nothing was changed. Please try again.")
    params: dict[str, object] = {
        name: int(value) if name.endswith("_minor") and value.isdigit() else value
        for name in DATES_AND_AMOUNTS
        if (value := query.get(name, "")[:12])
    }
    try:
        return refusals.sentence(InvalidInputError(field, remedy, **params))
    except KeyError:  # an address that was cut short lacks what the sentence needs
        return _("This did not work, and nothing was changed. Please try again.")


def _notice(level: str, symbol: str, sentence: str, **more: Any) -> html.Div:
    return html.Div([icon(symbol), html.Span(sentence)], className=f"notice {level}".strip(), **more)


def _form(action: str, account: str, parts: Sequence[Any], button: str) -> html.Form:
    inside = [csrf_field(csrf_token()), dbc.Input(type="hidden", name="account", value=account), *parts,
              html.Button(button, type="submit", className="btn btn-primary", id=f"help-{action}")]  # fmt: skip
    return html.Form(inside, action=f"{PATH}/{action}", method="POST", className="pay-form")


def _field(form: str, name: str, label: str, control: Any, query: dict[str, str]) -> html.Div:
    """What is wrong with a field stands at it, too."""
    field_id = f"help-{form}-{name}"
    parts = [html.Label(label, htmlFor=field_id, className="form-label"), control]
    if not _is_wrong(form, name, query):
        return html.Div(parts)
    note = html.P(problem(query), id=f"{field_id}-problem", className="form-problem")
    return html.Div([*parts, note], role="group", **{"aria-describedby": f"{field_id}-problem"})


def _is_wrong(form: str, name: str, query: dict[str, str]) -> bool:
    return query.get("form") == form and query.get("field") == name and bool(query.get("problem"))


def _input(form: str, name: str, value: str, query: dict[str, str], kind: str = "text", **options: Any) -> dbc.Input:
    """Keeps what was typed where its form came back."""
    shown = query.get(name, value) if query.get("form") == form else value
    wrong = _is_wrong(form, name, query) or None
    return dbc.Input(
        id=f"help-{form}-{name}",
        name=name,
        value=shown,
        invalid=wrong,
        autocomplete="off",
        type=kind,
        **options,
    )


def _extension_card(viewer: Viewer, account: str, query: dict[str, str], *, may: bool) -> html.Section:
    found = payments.payable(viewer, account)
    asked = plans.extensions(viewer, account)
    said = ngettext(
        "Up to {n} day later is granted at once, {times} times a year. For more, we answer within two working days.",
        "Up to {n} days later is granted at once, {times} times a year. For more, we answer within two working days.",
        EXTENSION_RULES.most_days, times=EXTENSION_RULES.most_per_year,
    )  # fmt: skip
    body: list[Any] = [html.P(said, className="sub")]
    if not found.documents:
        body.append(states.empty("none_here", _("Nothing to pay"), _("All invoices of this account are paid.")))
    elif may:
        options = [
            {"label": f"{one.number}, {formats.money(one.open_minor, found.currency)}, {formats.day_medium(one.due_on)}", "value": one.public_id}
            for one in found.documents
        ]  # fmt: skip
        today = portal.today()
        later = max(
            found.documents[0].due_on + timedelta(days=EXTENSION_RULES.most_days), today + timedelta(days=1)
        ).isoformat()
        chosen = query.get("document", "") if query.get("form") == "extension" else options[0]["value"]
        parts = [
            _field("extension", "document", _("Bill"), dbc.Select(id="help-extension-document", name="document", options=options, value=chosen), query),
            _field("extension", "until", _("Pay by"), _input("extension", "until", later, query, "date"), query),
        ]  # fmt: skip
        body.append(_form("extension", account, parts, _("Pay later")))
    rows = [[one.document, formats.day_medium(one.until), _state(one.state, one.note)] for one in asked]
    body += _table(_("Asked so far"), [_("Bill"), _("Pay by"), _("State")], rows)
    return card(card_id="help-later", title=_("Pay a bill later"), body=body)


def _plan_card(viewer: Viewer, account: str, query: dict[str, str], *, may: bool) -> html.Section:
    asked, found = plans.plans(viewer, account), payments.payable(viewer, account)
    said = _("For what is overdue: up to {months} months of at least {least}, up to {most} in all, are agreed at once.",
             months=PLAN_RULES.most_months, least=formats.money(PLAN_RULES.least_rate_minor, found.currency),
             most=formats.money(PLAN_RULES.most_total_minor, found.currency))  # fmt: skip
    body: list[Any] = [html.P(said, className="sub")]
    late = [one for one in found.documents if one.due_on < portal.today()]
    if not late:
        text = _("All that is open can still be paid in time.")
        body.append(states.empty("none_here", _("Nothing is overdue"), text))
    elif may:
        tomorrow = _plan_day()
        parts = [
            dbc.Input(type="hidden", name="currency", value=found.currency),
            _field("plan", "months", _("Months"), _input("plan", "months", "3", query, inputmode="numeric", maxlength=2), query),
            _field("plan", "first_due", _("First payment on"), _input("plan", "first_due", tomorrow, query, "date"), query),
        ]  # fmt: skip
        body += [*_examples(viewer, account, found.currency), _form("plan", account, parts, _("Pay in parts"))]
    rows = [
        [formats.money(one.total_minor, one.currency),
         ", ".join(f"{formats.day_medium(part.due_on)}: {formats.money(part.amount_minor, one.currency)}" for part in one.parts),
         _state(one.state, one.note)]
        for one in asked
    ]  # fmt: skip
    body += _table(_("Plans so far"), [_("In all"), _("Parts"), _("State")], rows)
    return card(card_id="help-parts", title=_("Pay what is overdue in parts"), body=body)


def _plan_day() -> str:
    return _first_due().isoformat()


def _first_due() -> date:
    return portal.today() + timedelta(days=14)


def _examples(viewer: Viewer, account: str, currency: str) -> list[Any]:
    """What each month would be, so that nobody agrees to parts they have not seen."""
    rows = []
    for months in range(2, PLAN_RULES.most_months + 1):
        try:
            offer = plans.plan_offer(viewer, account, months, _first_due(), currency)
        except InvalidInputError:  # the parts would be too small
            continue
        first, last = offer.parts[0], offer.parts[-1]
        each = formats.money(first.amount_minor, currency)
        if last.amount_minor != first.amount_minor:
            each = _("{amount}, the last {last}", amount=each, last=formats.money(last.amount_minor, currency))
        rows.append(
            [str(months), each, formats.day_medium(last.due_on), _("at once") if offer.is_automatic else _("by us")]
        )
    heads = [_("Months"), _("Each month"), _("Paid by"), _("Agreed")]
    return _table(_("What the parts would be"), heads, rows)


def _refund_card(viewer: Viewer, account: str, query: dict[str, str], *, may: bool) -> html.Section:
    currency = payments.payable(viewer, account).currency
    most = refunds.refundable(viewer, account, currency)
    asked = refunds.refunds(viewer, account)
    body: list[Any] = []
    if most <= 0:
        body.append(
            states.empty(
                "none_here", _("No credit"), _("What you pay too much appears here, and you can have it back.")
            )
        )
    else:
        body.append(
            html.P(_("{amount} can be paid out to you.", amount=formats.money(most, currency)), className="sub")
        )
    if may and most > 0:
        parts = [
            dbc.Input(type="hidden", name="currency", value=currency),
            _field("refund", "amount", _("Amount in {currency}", currency=currency),
                   _input("refund", "amount", formats.number(float(from_minor(most, currency)), minor_digits(currency)), query, inputmode="decimal"), query),
            _field("refund", "holder", _("Account holder"), _input("refund", "holder", "", query, maxlength=70), query),
            _field("refund", "iban", "IBAN", dbc.Input(type="text", id="help-refund-iban", name="iban", maxlength=42, autocomplete="off",
                   invalid=_is_wrong("refund", "iban", query) or None), query),
            _field("refund", "reason", _("Reason"), _input("refund", "reason", "", query, maxlength=200), query),
        ]  # fmt: skip
        body.append(_form("refund", account, parts, _("Ask for it")))
    rows = [[formats.money(one.amount_minor, one.currency), f"···· {one.iban_end}" if one.iban_end else formats.UNKNOWN,
             _state(one.state, one.note)] for one in asked]  # fmt: skip
    body += _table(_("Asked so far"), [_("Amount"), _("To"), _("State")], rows)
    return card(card_id="help-back", title=_("Credit paid out"), body=body)


def _state(state: str, note: str) -> list[Any]:
    names = {
        "asked": _("With us"), "granted": _("Granted"), "declined": _("Declined"), "active": _("Running"), "completed": _("Completed"),
        "broken": _("Broken off"), "approved": _("Approved"), "sending": _("On its way"), "done": _("Paid out"), "failed": _("Failed"),
    }  # fmt: skip
    return [names.get(state, state), *([html.Div(note, className="quiet small")] if note else [])]


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Any]:
    if not rows:
        return []
    return [data_table(title, [Column(head) for head in heads], [list(row) for row in rows], caption_hidden=True)]
