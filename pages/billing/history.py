"""Everything that happened on the accounts: bills, payments, refunds and what failed, with the balance after each."""

from __future__ import annotations

from typing import Any

import dash
from dash import dcc, html

from auth.session import current_viewer
from components import formats, states
from components.frame import card, page_head
from components.icons import icon
from components.links import href
from components.period_bar import segmented
from components.tables import Column, data_table
from domain.billing.history import EntryKind
from domain.text import gettext as _
from domain.text import lazy, ngettext
from pages.billing import _history_words as history_words
from services import billing_history
from services.billing_history import Entry, Filter, History

PATH = "/billing/history"
CSV = f"{PATH}.csv"
ICONS: dict[EntryKind, str] = {
    "payment": "check-circle", "failed": "exclamation-triangle", "return": "exclamation-triangle",
    "cancelled": "x-mark", "in_progress": "clock", "refund": "arrow-path", "undone": "arrow-path",
    "refund_asked": "clock", "refund_declined": "x-mark",
}  # fmt: skip

dash.register_page(
    __name__,
    path=PATH,
    title=lazy("Billing history"),
    section="money",
    icon="banknotes",
    roles=frozenset({"customer"}),
    nav=False,
    order=52,
)


def layout(**query: str) -> html.Div:
    viewer = current_viewer()
    asked = read(query, {row.public_id for row in billing_history.accounts(viewer)})
    query = {**query, "account": asked.account}
    view = billing_history.history(viewer, asked)
    head = page_head(_("Billing history"), lead=_lead(view), actions=_actions(view, query))
    if not view.years:
        text = _("Bills, payments and refunds appear here, each with the balance after it.")
        return html.Div([head, states.empty("not_yet", _("Nothing yet"), text)])
    rows = [_row(each, has_many=len(view.accounts) > 1) for each in view.entries]
    columns = [
        Column(_("Date")), Column(_("What")), Column(_("Amount"), numeric=True),
        Column(_("Balance after it"), numeric=True, low=True),
    ]  # fmt: skip
    nothing = states.empty(
        "none_here", _("None of these"), _("Nothing of this kind happened in these days."), action=(_("Show all"), PATH)
    )
    table = (
        data_table(_("History of the account"), columns, rows, caption_hidden=True, dense=False) if rows else nothing
    )
    title = ngettext("{n} entry", "{n} entries", view.found)
    note = html.P(_("What you owe more has a plus, what you owe less a minus."), className="quiet small")
    return html.Div(
        [
            head,
            card(card_id="history", title=title, body=[_filters(view, query, asked), table, note, _pager(view, query)]),
        ]
    )


def read(query: dict[str, str], accounts: set[str]) -> Filter:
    """What an address asks for; what it cannot mean, an account that is not one's own too, asks for everything."""
    year, page = query.get("year", ""), query.get("page", "")
    return Filter(
        group=query.get("show", ""),
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        account=query["account"] if query.get("account") in accounts else "",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
    )


def _lead(view: History) -> str:
    said = [_owed(minor, currency) for currency, minor in view.balances.items() if minor]
    return " ".join(said) if said else (_("Nothing is open.") if view.years else "")


def _owed(minor: int, currency: str) -> str:
    if minor > 0:
        return _("You owe {amount}.", amount=formats.money(minor, currency))
    return _("You have a credit of {amount}.", amount=formats.money(-minor, currency))


def _actions(view: History, query: dict[str, str]) -> list[Any]:
    if not view.years:
        return []
    address = href(CSV, query, page=None)
    return [html.A([icon("arrow-down-tray"), _("Download (CSV)")], href=address, className="btn btn-secondary")]


def group_name(group: str) -> str:
    return {"bills": _("Bills"), "payments": _("Payments"), "refunds": _("Refunds"), "other": _("Other")}[group]


def _row(each: Entry, *, has_many: bool) -> list[Any]:
    balance = formats.UNKNOWN if each.balance_minor is None else formats.money(each.balance_minor, each.currency)
    amount = formats.money(each.amount_minor, each.currency, is_signed=each.is_booked)
    return [
        html.Span(formats.day_medium(each.on), className="nowrap"),
        html.Span(
            [
                icon(ICONS.get(each.kind, "document-text"), small=True),
                html.Span([*_what(each), *_about(each, has_many=has_many)]),
            ],
            className="history-what",
        ),
        amount
        if each.is_booked
        else html.Span(formats.money(abs(each.amount_minor), each.currency), className="quiet"),
        balance,
    ]


def _what(each: Entry) -> list[Any]:
    name = history_words.kind_name(each.kind)
    if each.document is None:
        return [html.B(name)]
    return [dcc.Link(f"{name} {each.document.number}", href=f"/billing/{each.document.public_id}")]


def _about(each: Entry, *, has_many: bool) -> list[Any]:
    """Which bills it settled or opened again, why it failed, and whose account it was where there are several."""
    said: list[Any] = [html.Span(formats.day_medium(each.on), className="quiet small history-about only-n")]
    if each.takes_back:
        link = dcc.Link(each.takes_back.number, href=f"/billing/{each.takes_back.public_id}")
        said.append(html.Span([_("takes back"), " ", link], className="quiet small history-about"))
    if each.about:
        links = [
            part
            for document in each.about
            for part in (", ", dcc.Link(document.number, href=f"/billing/{document.public_id}"))
        ]
        said.append(
            html.Span(
                [_("set off against") if each.document else _("for"), " ", *links[1:]],
                className="quiet small history-about",
            )
        )
    if each.reason:
        said.append(html.Span(history_words.reason_text(each), className="quiet small history-about"))
    if not each.is_booked:
        said.append(html.Span(_("The balance did not change."), className="quiet small history-about"))
    if has_many:
        said.append(html.Span(_("Account {number}", number=each.account_number), className="quiet small history-about"))
    return said


def _filters(view: History, query: dict[str, str], asked: Filter) -> html.Div:
    def choice(name: str, label: str, items: list[tuple[str, str]], current: str) -> Any:
        if len(items) < 2:
            return None
        links = [(_("All"), href(PATH, query, **{name: None, "page": None}), not current)]
        links += [(text, href(PATH, query, **{name: value, "page": None}), value == current) for value, text in items]
        return segmented(links, label=label, class_name="wraps")

    return html.Div(
        [
            choice("show", _("Kind"), [(group, group_name(group)) for group in view.groups], asked.group),
            choice("year", _("Year"), [(str(year), str(year)) for year in view.years], str(asked.year or "")),
            choice("account", _("Account"), [(row.public_id, row.number) for row in view.accounts], asked.account),
        ],
        className="filters",
    )


def _pager(view: History, query: dict[str, str]) -> html.Nav | None:
    if view.pages < 2:
        return None
    look = "btn btn-secondary btn-sm"
    before = dcc.Link([icon("chevron-left"), _("Newer")], href=href(PATH, query, page=view.page - 1), className=look)
    after = dcc.Link([_("Older"), icon("chevron-right")], href=href(PATH, query, page=view.page + 1), className=look)
    place = html.Span(_("Page {page} of {pages}", page=view.page, pages=view.pages), className="quiet small")
    shown = [*([before] if view.page > 1 else []), place, *([after] if view.page < view.pages else [])]
    return html.Nav(shown, className="pager", **{"aria-label": _("Pages")})
