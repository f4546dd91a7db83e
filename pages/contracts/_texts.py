"""Sentences and small parts that the pages of contracts share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from dash import dcc, html

from components import formats
from components.frame import link_tabs
from domain.text import gettext as _
from domain.text import ngettext
from services.contract_details import ContractView, Offered, PriceNow

COMPARE = "/contracts/compare"
SWITCH = "/contracts/switch"
ORDER = "/contracts/order"
CALCULATOR = "/contracts/calculator"
RENEW = "/contracts/renew"
SOON_DAYS = 90  # so long before its end a term is to be thought of


def tabs(current: str, contract: str = "") -> html.Nav:
    """The views of contracts; the comparison is of a contract that can be compared."""
    query = f"?contract={contract}" if contract else ""
    items = [(_("Contracts"), "/contracts", current == "list"), (_("Compare"), COMPARE + query, current == "compare"),
             (_("Estimate"), CALCULATOR, current == "calculator")]  # fmt: skip
    return link_tabs(items, label=_("Views"))


def commodity(view: ContractView) -> str:
    if view.contract.direction == "feed_in":
        return _("Feed-in")
    return {"gas": _("Gas"), "heat": _("Heat")}.get(view.contract.commodity, _("Electricity"))


def vat(*, is_gross: bool) -> str:
    return _("VAT is included.") if is_gross else _("Without VAT.")


def price_now(price: PriceNow, currency: str) -> str:
    """`28.12 ct/kWh`, or the lowest and highest of the day."""
    if price.low is None or price.high is None:
        return formats.UNKNOWN
    low = formats.energy_price(price.low, currency)
    high = formats.energy_price(price.high, currency)
    return low if low == high else _("{low} to {high} today", low=low, high=high)


def state(view: ContractView) -> html.Span:
    if view.state == "running":
        return html.Span(_("Running"), className="pill ok")
    if view.state == "coming":
        return html.Span(_("From {day}", day=formats.day_medium(view.contract.first_date)), className="pill info")
    return html.Span(_("Ended"), className="pill")


def days(view: ContractView) -> str:
    """How long the contract still binds."""
    left = view.days_left
    if left is None:
        return _("Ends when you say so, {n} days later", n=view.bound.notice_days)
    return ngettext("{n} day", "{n} days", left)


def ends_soon(view: ContractView) -> bool:
    """Whether the term of a running contract comes to its end."""
    left = view.days_left
    return view.state == "running" and left is not None and left <= SOON_DAYS


def conditions(offered: Offered) -> list[str]:
    """What is signed beside the price, in a few words each."""
    term = (
        ngettext("{n} month at least", "{n} months at least", offered.term_months)
        if offered.term_months
        else _("No minimum term")
    )
    fee = _("exit fee {fee}", fee=formats.money(offered.exit_fee_minor, offered.currency))
    return [term, *([fee] if offered.exit_fee_minor else [])]


def months(count: int) -> str:
    return ngettext("{n} month", "{n} months", count)


def notice(days_: int) -> str:
    return ngettext("{n} day", "{n} days", days_)


def last_day(end: date) -> str:
    """The day before the first one that is no longer in it."""
    return formats.day_medium(end - timedelta(days=1))


def facts(rows: Sequence[tuple[str, Any]], class_name: str = "dl") -> html.Dl:
    return html.Dl([part for name, value in rows for part in (html.Dt(name), html.Dd(value))], className=class_name)


def button(text: str, href: str, *, is_primary: bool = False) -> dcc.Link:
    return dcc.Link(text, href=href, className=f"btn btn-sm {'btn-primary' if is_primary else 'btn-secondary'}")
