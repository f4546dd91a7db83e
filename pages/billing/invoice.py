"""One bill: what is to pay, every line down to its intervals, and why it differs from the one before."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from auth.callbacks import portal_callback
from auth.session import current_viewer
from components import formats, trust
from components.cards import large_figure
from components.charts import chart_slot, graph
from components.frame import card, figure_card, page_head
from components.icons import icon
from components.links import href
from components.tables import row_count
from components.theme import theme
from components.trust import TrustCounts
from domain.calendar import local_date
from domain.errors import NotFoundError
from domain.text import gettext as _
from domain.text import lazy
from pages.billing import _change as change
from pages.billing import _lines as lines
from pages.billing import _words as words
from pages.billing._timeline import timeline
from services import billing_detail, billing_list, portal
from services.billing_detail import Detail

dash.register_page(
    __name__,
    path_template="/billing/<invoice>",
    title=lazy("Bill"),
    section="money",
    icon="banknotes",
    roles=frozenset({"customer"}),
    nav=False,
    order=1050,
)


def layout(invoice: str = "", **_query: str) -> html.Div:
    viewer = current_viewer()
    found = billing_detail.detail(viewer, invoice)
    may_pay = billing_list.may_pay(viewer)
    return html.Div(
        [
            dcc.Store(id="bill-state", data={"invoice": invoice}),
            page_head(_title(found), lead=_lead(found)),
            *_notices(found),
            html.Div(
                [
                    html.Div(_pay_card(found, may_pay=may_pay), className="only-n"),
                    html.Div(lines.lines_card(found), className="c8"),
                    html.Div([html.Div(_pay_card(found, may_pay=may_pay), className="only-w"), timeline(viewer, found.row), *_readings(found)], className="c4 stack"),
                ],
                className="g",
            ),
            *_why(found),
        ],
        className="bill",
    )  # fmt: skip


def _title(found: Detail) -> str:
    return _(
        "{kind} for {period}", kind=words.kind_name(found.row.kind), period=words.period(found.row.first, found.row.end)
    )


def _lead(found: Detail) -> str:
    if found.contract is None:
        return found.row.number
    names = {"electricity": _("Electricity"), "gas": _("Gas"), "heat": _("Heat")}
    return f"{found.contract.site_name} · {names[found.contract.commodity]}"


def _actions(found: Detail, *, may_pay: bool) -> html.Div:
    """The one action first, then the files."""
    row, account = found.row, found.contract.account_public_id if found.contract else ""
    address = href("/billing/payments", {"account": account, "document": row.public_id})
    pay = _("Pay {amount}", amount=formats.money(row.open_minor, row.currency))
    is_owed = may_pay and row.status in {"open", "overdue", "part_paid"}
    return html.Div(
        [
            *([dcc.Link(pay, href=address, className="btn btn-primary")] if is_owed else []),
            html.A(
                [icon("arrow-down-tray"), _("PDF")], href=f"/billing/{row.public_id}/pdf", className="btn btn-secondary"
            ),
            html.A(
                [icon("arrow-down-tray"), _("E-invoice (XML)")],
                href=f"/billing/{row.public_id}/xml",
                className="btn btn-secondary",
            ),
        ],
        className="bill-actions",
    )


def _notices(found: Detail) -> list[html.Div]:
    """What became of a bill that was taken back, and where the other is."""
    if found.row.status == "credited":
        said: list[Any] = [_("This bill was taken back.")]
        if found.other:
            said += [" ", dcc.Link(_("See the credit note"), href=f"/billing/{found.other.public_id}")]
        if found.newer:
            said += [" ", dcc.Link(_("See the new bill"), href=f"/billing/{found.newer.public_id}")]
        return [html.Div([icon("information-circle"), html.Span(said)], className="notice")]
    if found.row.kind == "credit_note" and found.other:
        text = _("This note takes back bill {number}.", number=found.other.number)
        link = dcc.Link(_("See it"), href=f"/billing/{found.other.public_id}")
        return [html.Div([icon("information-circle"), html.Span([text, " ", link])], className="notice")]
    return []


def _pay_card(found: Detail, *, may_pay: bool) -> html.Section:
    row = found.row
    today = portal.today()
    is_owed = row.status in {"open", "overdue", "part_paid"}
    amount = row.open_minor if is_owed else abs(row.balance_minor)
    facts = [
        (_("Number"), html.Span(row.number, className="num")),
        (_("Period"), formats.date_range(row.first, _last(found))),
        (_("Issued"), formats.day_medium(row.issued_on)),
    ]
    if found.contract is not None:
        facts.append((_("Contract"), html.Span(found.contract.number, className="num")))
    top = html.Div(
        [html.H2(_pay_title(found), className="card-title"), words.pill(row.status, row.due_on, today)],
        className="between",
    )
    body = [
        top,
        html.P(large_figure(formats.money(amount, row.currency)), className="metric-value figure-xl"),
        html.P(_pay_sentence(found, may_pay=may_pay), className="sub"),
        _actions(found, may_pay=may_pay),
        html.Dl([part for name, value in facts for part in (html.Dt(name), html.Dd(value))], className="dl"),
        *([_in_parts(found)] if is_owed and may_pay else []),
    ]
    return html.Section(html.Div(body, className="card-body"), className="card", **{"aria-label": _pay_title(found)})


def _in_parts(found: Detail) -> html.P:
    account = found.contract.account_public_id if found.contract else None
    return html.P(dcc.Link(_("Pay in parts or later"), href=href("/billing/help", account=account)), className="sub")


def _last(found: Detail) -> Any:
    return found.row.first.fromordinal(found.row.end.toordinal() - 1)


def _pay_title(found: Detail) -> str:
    if found.row.kind == "feed_in_credit":
        return _("Paid to you")
    return _("Your credit") if found.row.balance_minor < 0 else _("To pay")


def _pay_sentence(found: Detail, *, may_pay: bool) -> str:
    row = found.row
    if row.status in {"open", "overdue", "part_paid"}:
        said = _("Due on {day}.", day=formats.day(row.due_on))
        return said if may_pay else f"{said} {_('Only owners of the account can pay.')}"
    return {
        "paid": _("Paid. Thank you."),
        "credited": _("Taken back: there is nothing to pay."),
        "credit": _("It is set off against what is open, or paid out."),
        "nothing_due": _("There is nothing to pay."),
    }[row.status]


def _readings(found: Detail) -> list[html.Section]:
    """How well the energy behind the bill is known, and as of when."""
    if found.rating is None or not found.rating.coverage or found.known_at is None or found.contract is None:
        return []
    flow = found.rating.coverage[0]
    counts = TrustCounts(*flow.counts, flow.missing)
    whole = counts.total or 1
    runs = [(state, counts.of(state) / whole) for state in trust.STATES if counts.of(state)]
    known_on = formats.day_medium(local_date(found.known_at, found.contract.zone_name))
    return [
        card(
            card_id="bill-readings", title=_("Readings behind this bill"),
            body=[trust.ribbon(runs), trust.note(counts, as_known=html.Span(_("As known on {day}", day=known_on), className="as-known")), html.P(_checked(found), className="sub")],
        )
    ]  # fmt: skip


def _checked(found: Detail) -> str:
    """The bill is computed again each time the page is drawn."""
    if found.is_same:
        return _("Computed again just now: the same to the cent.")
    return _("Computed again just now, it differs from what was issued. Please tell us.")


def _why(found: Detail) -> list[html.Div]:
    if found.change is None:
        return []
    headline = change.headline(found.change, found.row)
    shown = figure_card(
        card_id="bill-change", title=_("Why did it change?"), headline=headline,
        sub=change.sub(found.change), body=[chart_slot("bill-waterfall", summary=change.summary(found.change, found.row), height_px=280)],
        table=change.table(found.change, found.row), table_count=row_count(len(change.shown(found.change)) + 2),
    )  # fmt: skip
    return [html.Div(shown, className="g")]


@portal_callback(
    Output("bill-waterfall", "children"),
    Input("bill-waterfall-seen", "data"),
    State("bill-state", "data"),
    prevent_initial_call=True,
)
def show_waterfall(seen: str, held: dict[str, str]) -> Any:
    found = billing_detail.detail(current_viewer(), str((held or {}).get("invoice", "")))
    if found.change is None:
        raise NotFoundError(what="change")
    return graph(change.figure(found.change, found.row, theme(seen)))
