"""What a document is called, what has become of it, and the pills that say so."""

from __future__ import annotations

from datetime import date

from dash import html

from components import formats
from domain.billing.status import Status
from domain.text import gettext as _
from domain.text import ngettext
from services.billing_list import BillRow

SIGNS = {"overdue": "sign-late", "open": "sign-never", "part_paid": "sign-never"}
LOOKS = {"paid": "ok", "overdue": "bad", "open": "info", "part_paid": "warn"}
SOON_DAYS = 14


def kind_name(kind: str) -> str:
    return {
        "invoice": _("Invoice"),
        "instalment": _("Instalment"),
        "credit_note": _("Credit note"),
        "feed_in_credit": _("Feed-in credit"),
    }[kind]


def kinds_name(kind: str) -> str:
    """Of several."""
    return {
        "invoice": _("Invoices"),
        "instalment": _("Instalments"),
        "credit_note": _("Credit notes"),
        "feed_in_credit": _("Feed-in credits"),
    }[kind]


def what(row: BillRow) -> str:
    """`Electricity, October 2026`; what is no invoice is named as what it is."""
    kind = kind_name(row.kind)
    names = {"electricity": _("Electricity"), "gas": _("Gas"), "heat": _("Heat")}
    if row.commodity and row.kind == "invoice":
        kind = names[row.commodity]
    elif row.commodity and row.kind != "feed_in_credit":
        kind = f"{kind}, {names[row.commodity]}"
    return f"{kind}, {period(row.first, row.end)}"


def where(row: BillRow, *, has_many: bool) -> html.Span | None:
    """The site it is about, where the account has several."""
    return html.Span(row.site, className="quiet small below-all") if has_many and row.site else None


def status_name(status: Status) -> str:
    return {
        "open": _("Open"),
        "overdue": _("Overdue"),
        "part_paid": _("Partly paid"),
        "paid": _("Paid"),
        "credited": _("Taken back"),
        "credit": _("Credit"),
        "nothing_due": _("Nothing due"),
    }[status]


def pill(status: Status, due_on: date, today: date) -> html.Span:
    """In words what the colour says; of what is open also when it is due."""
    words = status_name(status)
    days = (due_on - today).days
    if status == "open" and days == 0:
        words = _("Open, due today")
    elif status == "open" and days <= SOON_DAYS:
        words = ngettext("Open, due in {n} day", "Open, due in {n} days", days)
    elif status == "overdue":
        words = ngettext("{n} day overdue", "{n} days overdue", -days)
    sign = html.I(className=f"sign {SIGNS.get(status, '')}".strip(), **{"aria-hidden": "true"})
    marks = [sign] if status in LOOKS else []
    return html.Span([*marks, words], className=f"pill {LOOKS.get(status, 'line')}")


def period(first: date, end: date) -> str:
    """A whole month by its name, anything else by its days. `[first, end)`"""
    if _is_month(first, end):
        return formats.month(first)
    return formats.date_range(first, date.fromordinal(end.toordinal() - 1))


def period_short(first: date, end: date) -> str:
    """For the axis of a chart: `Oct`, or the month a longer or broken period ends in, with its year."""
    last = date.fromordinal(end.toordinal() - 1)
    return formats.month_short(first) if _is_month(first, end) else f"{formats.month_short(last)} {last.year}"


def _is_month(first: date, end: date) -> bool:
    return first.day == 1 and end.day == 1 and (end.year * 12 + end.month) - (first.year * 12 + first.month) == 1
