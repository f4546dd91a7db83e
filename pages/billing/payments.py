"""How an account pays: what is open, ways to pay, mandates, automatic payment."""

from __future__ import annotations

from typing import Any

import dash
from dash import dcc, html

from auth.session import current_viewer
from components import formats, states
from components.cards import large_figure
from components.frame import card, page_head
from components.icons import icon
from components.links import href
from domain.access import Viewer
from domain.errors import NotFoundError
from domain.text import gettext as _
from domain.text import lazy
from pages.billing import _payment_forms as forms
from pages.billing import _payment_words as words
from pages.billing import _words as bill_words
from services import accounts, billing_list, payment_methods, payments
from services.accounts import AccountName
from services.billing_list import BillRow

PATH = "/billing/payments"

dash.register_page(
    __name__, path=PATH, title=lazy("Payments"), section="money", icon="credit-card",
    roles=frozenset({"customer"}), nav=True, nav_short=lazy("Pay"), order=32,
)  # fmt: skip


def layout(**query: str) -> html.Div:
    viewer = current_viewer()
    mine = accounts.accounts_of(viewer)
    chosen = next((one for one in mine if one.account_public_id == query.get("account")), mine[0] if mine else None)
    if chosen is None:
        text = _("As soon as an account is yours, you can pay for it here.")
        return html.Div([page_head(_("Payments")), states.empty("not_set_up", _("No account yet"), text)])
    account = chosen.account_public_id
    may_pay = payments.may_pay(viewer, account)
    return html.Div(
        [
            page_head(_("Payments"), lead=_("Account {number}", number=chosen.number), actions=[*_others(mine, chosen), _help(account)]),
            *_told(viewer, query),
            *([] if may_pay else [words.notice("info", _("Only owners of the account can pay and change how it pays."))]),
            html.Div(
                [
                    html.Div([_open_card(viewer, account, query, may_pay), _methods_card(viewer, account, query, may_pay)],
                             className="c7 stack"),
                    html.Div([_autopay_card(viewer, account, query, may_pay), _mandates_card(viewer, account)],
                             className="c5 stack"),
                ],
                className="g payments-page",
            ),
        ]
    )  # fmt: skip


def _others(mine: tuple[AccountName, ...], chosen: AccountName) -> list[Any]:
    return [
        dcc.Link(one.number, href=href(PATH, account=one.account_public_id), className="btn btn-secondary btn-sm")
        for one in mine
        if one != chosen
    ]


def _help(account: str) -> dcc.Link:
    words_ = [icon("lifebuoy"), _("Help with paying")]
    return dcc.Link(words_, href=href("/billing/help", account=account), className="btn btn-secondary btn-sm")


def _told(viewer: Viewer, query: dict[str, str]) -> list[html.Div]:
    """What the last form or the provider's page has led to."""
    if query.get("problem"):
        return [words.notice("bad", words.problem(query), role="alert")]
    if query.get("payment"):
        try:
            level, sentence = words.outcome(payments.payment(viewer, query["payment"]))
        except NotFoundError:
            return []
        return [words.notice(level, sentence, role="status")]
    sentence = words.done(query.get("done", ""))
    return [words.notice("ok", sentence, role="status")] if sentence else []


def _open_card(viewer: Viewer, account: str, query: dict[str, str], may_pay: bool) -> html.Section:
    found = payments.payable(viewer, account)
    tried = payments.payments(viewer, account)
    flying = [one for one in tried if one.is_open]
    body: list[Any] = []
    if found.documents:
        figure = html.P(
            large_figure(formats.money(found.open_minor, found.currency)), className="metric-value figure-xl"
        )
        told = {row.public_id: row for row in billing_list.bills(viewer)}
        has_many = len({row.site for row in told.values() if row.site}) > 1
        rows = [
            _document(account, one, found.currency, may_pay, _about(told.get(one.public_id), has_many=has_many))
            for one in found.documents
        ]
        body += [figure, html.Ul(rows, className="pay-list")]
    else:
        body.append(states.empty("none_here", _("Nothing to pay"), _("All invoices of this account are paid.")))
    if flying:
        body += [
            html.H3(_("On its way"), className="card-title pay-more"),
            html.Ul([_flying(one, may_pay) for one in flying], className="pay-list"),
        ]
    if may_pay and found.payable_minor > 0:
        body.append(forms.pay_form(account, found, payment_methods.methods(viewer, account), query, len(tried)))
    return card(card_id="payments-open", title=_("To pay"), body=body)


def _about(row: BillRow | None, *, has_many: bool) -> tuple[str, str]:
    """What a bill is for, and where, if there are several places."""
    return (bill_words.what(row) if row else "", row.site if row and has_many else "")


def _document(
    account: str, one: payments.PayableDocument, currency: str, may_pay: bool, about: tuple[str, str]
) -> html.Li:  # fmt: skip
    title, site = about
    due = html.Small(_("Due on {day}", day=formats.day_medium(one.due_on)))
    below = [html.Small(" · ".join(part for part in (site, one.number) if part))] if title else []
    what = html.Span([html.B(title or one.number), *below, due], className="pay-what")
    amount = html.Span(formats.money(one.open_minor, currency), className="num")
    link = dcc.Link(_("Pay this one"), href=href(PATH, account=account, document=one.public_id), className="btn btn-secondary btn-sm",
                    title=_("Pay {number}", number=one.number))  # fmt: skip
    return html.Li(
        [what, html.Span([amount, *([" ", link] if may_pay and one.payable_minor else [])], className="pay-acts")]
    )


def _flying(one: payments.PaymentView, may_pay: bool) -> html.Li:
    what = [html.B(formats.money(one.amount_minor, one.currency)), html.Small(words.flying(one))]
    go_on = (
        [html.A(_("Go on"), href=one.page_url, className="btn btn-secondary btn-sm")]
        if one.page_url and may_pay
        else []
    )
    return html.Li([html.Span(what, className="pay-what"), *go_on])


def _methods_card(viewer: Viewer, account: str, query: dict[str, str], may_pay: bool) -> html.Section:
    found = payment_methods.methods(viewer, account)
    text = _("Add a card or a bank account to pay without typing, or to pay automatically.")
    listed = html.Ul([_method(account, one, may_pay) for one in found], className="pay-list")
    body: list[Any] = [listed if found else states.empty("not_set_up", _("No way to pay yet"), text)]
    if may_pay:
        body += [forms.card_form(account), forms.debit_form(account, query)]
    return card(card_id="payments-methods", title=_("Ways to pay"), body=body)


def _method(account: str, one: payment_methods.MethodView, may_pay: bool) -> html.Li:
    marks = [html.Span(_("Default"), className="pill info")] if one.is_default else []
    marks += [html.Span(_("Expired"), className="pill bad")] if one.is_expired else []
    what = html.Span([html.B(words.method(one)), html.Small(words.method_more(one))], className="pay-what")
    acts = forms.method_acts(account, one, words.method(one)) if may_pay else []
    return html.Li([what, html.Span([*marks, *acts], className="pay-acts")])


def _autopay_card(viewer: Viewer, account: str, query: dict[str, str], may_pay: bool) -> html.Section:
    rule = payment_methods.autopay(viewer, account)
    methods = payment_methods.methods(viewer, account)
    currency = payments.payable(viewer, account).currency
    body: list[Any] = [html.P(words.autopay(rule, currency), className="sub")]
    if may_pay and methods:
        body.append(forms.autopay_form(account, rule, methods, currency, query))
    elif may_pay:
        body.append(html.P([icon("information-circle"), " ", _("Add a way to pay first.")], className="small quiet"))
    return card(card_id="payments-autopay", title=_("Automatic payment"), body=body)


def _mandates_card(viewer: Viewer, account: str) -> html.Section:
    found = payment_methods.mandates(viewer, account)
    text = _("When you add a bank account, the direct debit mandate you sign is shown here.")
    rows = [_mandate(one) for one in found]
    body = html.Ul(rows, className="pay-list") if rows else states.empty("none_here", _("No mandate"), text)
    return card(card_id="payments-mandates", title=_("Direct debit mandates"), body=[body])


def _mandate(one: payment_methods.MandateView) -> html.Li:
    signed = _(
        "Signed on {day}, creditor {creditor}", day=formats.day_medium(one.signed_at.date()), creditor=one.creditor_id
    )
    what = html.Span(
        [html.B(one.reference, className="num"), html.Small(words.mandate(one)), html.Small(signed)],
        className="pay-what",
    )
    pill = html.Span(_("Valid"), className="pill ok") if one.is_active else html.Span(_("Ended"), className="pill line")
    return html.Li([what, pill])
