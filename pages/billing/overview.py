"""All bills: what is to pay, what they came to, and each with what has become of it."""

from __future__ import annotations

from typing import Any

import dash
from dash import Input, Output, State, dcc, html

from auth.callbacks import portal_callback
from auth.session import current_viewer
from components import formats, states
from components.cards import large_figure
from components.charts import chart_slot, graph
from components.figures import consumption as figures
from components.frame import card, figure_card, page_head
from components.icons import icon
from components.links import href
from components.period_bar import segmented
from components.tables import Column, data_table, row_count
from components.theme import theme
from domain.access import Viewer
from domain.text import gettext as _
from domain.text import lazy, ngettext
from pages.billing import _chart as chart
from pages.billing import _estimate as estimate
from pages.billing import _words as words
from services import billing_list, billing_profile, instalment_plans, portal
from services.billing_list import BillRow, Filter, Listing

PATH = "/billing"
MOST_OPEN = 4
GROUPS = {"": "", "owed": "owed", "paid": "paid", "overdue": "overdue"}

dash.register_page(
    __name__,
    path="/billing",
    title=lazy("Billing"),
    section="money",
    icon="banknotes",
    roles=frozenset({"customer"}),
    nav=True,
    nav_label=lazy("Billing"),
    order=30,
)


def layout(**query: str) -> html.Div:
    viewer = current_viewer()
    asked = read(query)
    view = billing_list.listing(viewer, asked)
    past = [dcc.Link([icon("clock"), _("History")], href=f"{PATH}/history", className="btn btn-secondary")]
    if view.is_business and view.years:
        year = asked.year or view.years[0]
        same = {"kind": asked.kind, "status": asked.status, "site": asked.site}
        text = _("These of {year} as a zip") if any(same.values()) else _("All of {year} as a zip")
        words_ = [icon("arrow-down-tray"), text.format(year=year)]
        past.append(html.A(words_, href=href(f"{PATH}/invoices.zip", same, year=year), className="btn btn-secondary"))
    if instalment_plans.plans(viewer):
        plan = [icon("calendar"), _("Instalments")]
        past.insert(0, dcc.Link(plan, href=f"{PATH}/instalments", className="btn btn-secondary"))
    if view.is_business:
        past.append(
            dcc.Link([icon("cog-6-tooth"), _("Billing details")], href=f"{PATH}/profile", className="btn btn-secondary")
        )
    past.append(dcc.Link([icon("document-text"), _("VAT")], href=f"{PATH}/tax", className="btn btn-secondary"))
    head = page_head(_("Billing"), lead=_lead(view), actions=past if view.years else ())
    if not view.years:
        text = _("Your first bill appears here a few days after the first month with us is over.")
        to_come = html.Div(estimate.card(viewer), className="g")
        return html.Div([head, to_come, states.empty("not_yet", _("No bills yet"), text)])
    is_gross = _is_gross(viewer, query) if view.is_business else True
    held = {"vat": query.get("vat", "")}
    return html.Div(
        [
            dcc.Store(id="billing-state", data=held),
            head,
            html.Div([html.Div(_to_pay(view), className="c5"), html.Div(_history(viewer, view), className="c7")], className="g"),
            html.Div(estimate.card(viewer), className="g"),
            html.Div(_list_card(view, query, asked, is_gross=is_gross), className="g"),
        ]
    )  # fmt: skip


def _is_gross(viewer: Viewer, query: dict[str, str]) -> bool:
    """As the address says; else as the billing details say."""
    asked = query.get("vat", "")
    return asked == "gross" if asked in {"gross", "net"} else not billing_profile.shows_net(viewer)


def read(query: dict[str, str]) -> Filter:
    """What an address asks for; what it cannot mean asks for everything."""
    year, page = query.get("year", ""), query.get("page", "")
    sort = query.get("sort", "-date")
    return Filter(
        kind=query.get("kind", ""),
        status=query.get("status", ""),
        year=int(year) if year.isascii() and year.isdigit() and len(year) == 4 else None,
        site=query.get("site", ""),
        sort=sort if sort.lstrip("-") in billing_list.SORTS else "-date",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
    )


def _lead(view: Listing) -> str:
    if not view.years:
        return ""
    if not view.open_minor:
        return _("Everything is paid.")
    return ngettext("{n} bill is open.", "{n} bills are open.", len(view.open_rows))


def _to_pay(view: Listing) -> html.Section:
    """The sum, the bills behind it, and the one action."""
    if not view.open_minor:
        body: list[Any] = [
            html.P(large_figure(formats.money(0, _currency(view))), className="metric-value figure-xl"),
            html.P(_("Nothing is open. Thank you."), className="sub"),
        ]
        return card(card_id="billing-due", title=_("To pay"), body=body)
    figures_ = [
        html.P(large_figure(formats.money(minor, currency)), className="metric-value figure-xl")
        for currency, minor in view.open_minor.items()
    ]
    rows = [_open_row(row, has_many=len(view.sites) > 1) for row in view.open_rows[:MOST_OPEN]]
    more = len(view.open_rows) - MOST_OPEN
    rest = [html.P(ngettext("and {n} more", "and {n} more", more), className="quiet small")] if more > 0 else []
    pay = (
        [html.Div(dcc.Link(_("Pay"), href=f"{PATH}/payments", className="btn btn-primary"), className="bill-actions")]
        if view.may_pay
        else [html.P(_("Only owners of the account can pay."), className="quiet small")]
    )
    return card(
        card_id="billing-due", title=_("To pay"),
        body=[*figures_, html.P(_due_sentence(view), className="sub"), html.Ul(rows, className="list"), *rest, *pay],
    )  # fmt: skip


def _currency(view: Listing) -> str:
    return next(iter(view.totals), "EUR")


def _due_sentence(view: Listing) -> str:
    if view.overdue_minor:
        sums = ", ".join(formats.money(minor, currency) for currency, minor in view.overdue_minor.items())
        return _("{sums} of it are overdue.", sums=sums)
    return _("The next is due on {day}.", day=formats.day(view.open_rows[0].due_on))


def _open_row(row: BillRow, *, has_many: bool) -> html.Li:
    what = words.what(row)
    below = f"{row.site} · {_due(row)}" if has_many and row.site else _due(row)
    return html.Li(
        [
            html.Span([dcc.Link(what, href=f"{PATH}/{row.public_id}"), html.Span(below, className="quiet small")], className="what"),
            html.Span(formats.money(row.open_minor, row.currency), className="num"),
        ]
    )  # fmt: skip


def _due(row: BillRow) -> str:
    return _("due on {day}", day=formats.day_medium(row.due_on))


def _history(viewer: Any, view: Listing) -> html.Section:
    """What the last two years were billed, month by month."""
    found = chart.months(billing_list.bills(viewer), _today())
    headline = chart.headline(found)
    return figure_card(
        card_id="billing-months", title=_("What you were billed"), headline=headline,
        body=[chart_slot("billing-chart", summary=headline, height_px=220)],
        table=chart.table(found), table_count=row_count(len(found.bars)),
    )  # fmt: skip


def _today() -> Any:
    return portal.current().clock.now().date()


def _list_card(view: Listing, query: dict[str, str], asked: Filter, *, is_gross: bool) -> html.Section:
    title = ngettext("{n} document", "{n} documents", view.found)
    rows = [_table_row(row, is_gross=is_gross, has_many=len(view.sites) > 1) for row in view.rows]
    columns = [
        Column(_("Number")), Column(_("For"), low=True), Column(_("Issued"), low=True), Column(_("Due"), low=True),
        Column(_("Amount with VAT") if is_gross else _("Amount without VAT"), numeric=True), Column(_("Status"), low=True),
    ]  # fmt: skip
    table = (
        data_table(_("Bills"), columns, rows, caption_hidden=True)
        if rows
        else states.empty("none_here", _("None of these"), _("No document fits. Choose fewer filters."), action=(_("Show all"), PATH))
    )  # fmt: skip
    return card(
        card_id="billing-list", title=title, action=_vat_switch(view, query, is_gross=is_gross),
        body=[_filters(view, query, asked), _sum(view), table, _pager(view, query)],
    )  # fmt: skip


def _sum(view: Listing) -> html.P | None:
    """What the chosen invoices came to."""
    if not view.totals:
        return None
    sums = ", ".join(formats.money(minor, currency) for currency, minor in view.totals.items())
    return html.P(
        _("Invoices among them: {sums} with VAT; what was taken back does not count.", sums=sums), className="sub"
    )


def _vat_switch(view: Listing, query: dict[str, str], *, is_gross: bool) -> Any:
    if not view.is_business:
        return None
    items = [
        (_("With VAT"), href(PATH, query, vat="gross"), is_gross),
        (_("Without VAT"), href(PATH, query, vat="net"), not is_gross),
    ]
    return segmented(items, label=_("VAT"))


def _filters(view: Listing, query: dict[str, str], asked: Filter) -> html.Div:
    def choice(name: str, label: str, items: list[tuple[str, str]], current: str) -> Any:
        if len(items) < 2:
            return None
        links = [(_("All"), href(PATH, query, **{name: None, "page": None}), not current)]
        links += [(text, href(PATH, query, **{name: value, "page": None}), value == current) for value, text in items]
        return segmented(links, label=label, class_name="wraps")

    return html.Div(
        [
            choice("site", _("Site"), list(view.sites), asked.site),
            choice("kind", _("Kind"), [(kind, words.kinds_name(kind)) for kind in view.kinds], asked.kind),
            choice("status", _("Status"), [(each, words.status_name(each)) for each in view.statuses], asked.status),
            choice("year", _("Year"), [(str(year), str(year)) for year in view.years], str(asked.year or "")),
            _sorting(query, asked),
        ],
        className="filters",
    )


def _sorting(query: dict[str, str], asked: Filter) -> Any:
    names = {
        "-date": _("Newest first"),
        "date": _("Oldest first"),
        "-amount": _("Largest first"),
        "due": _("Due first"),
    }
    items = [
        (text, href(PATH, query, sort=None if key == "-date" else key, page=None), key == asked.sort)
        for key, text in names.items()
    ]
    return segmented(items, label=_("Order"), class_name="wraps")


def _table_row(row: BillRow, *, is_gross: bool, has_many: bool) -> list[Any]:
    """What a document asks for; what it pays out has a minus."""
    amount = row.gross_minor if is_gross else row.net_minor
    amount = -amount if row.kind == "feed_in_credit" else amount
    what, status = [words.what(row), words.where(row, has_many=has_many)], words.pill(row.status, row.due_on, _today())
    narrow = html.Span([html.Span(what, className="quiet small"), status], className="only-n bill-narrow")
    return [
        [dcc.Link(row.number, href=f"{PATH}/{row.public_id}", className="num"), narrow],
        what,
        html.Span(formats.day_medium(row.issued_on), className="nowrap"),
        html.Span(formats.day_medium(row.due_on), className="nowrap")
        if row.status in {"open", "overdue", "part_paid", "paid"}
        else formats.UNKNOWN,
        formats.money(amount, row.currency),
        status,
    ]


def _pager(view: Listing, query: dict[str, str]) -> html.Nav | None:
    if view.pages < 2:
        return None
    look = "btn btn-secondary btn-sm"
    before = dcc.Link([icon("chevron-left"), _("Previous")], href=href(PATH, query, page=view.page - 1), className=look)
    after = dcc.Link([_("Next"), icon("chevron-right")], href=href(PATH, query, page=view.page + 1), className=look)
    place = html.Span(_("Page {page} of {pages}", page=view.page, pages=view.pages), className="quiet small")
    shown = [*([before] if view.page > 1 else []), place, *([after] if view.page < view.pages else [])]
    return html.Nav(shown, className="pager", **{"aria-label": _("Pages")})


@portal_callback(
    Output("billing-chart", "children"),
    Input("billing-chart-seen", "data"),
    State("billing-state", "data"),
    prevent_initial_call=True,
)
def show_chart(seen: str, _held: dict[str, str]) -> Any:
    found = chart.months(billing_list.bills(current_viewer()), _today())
    return graph(figures.bars(chart.data(found), colours=theme(seen)))
