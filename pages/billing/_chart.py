"""What the last two years were billed, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dash import html

from components import formats
from components.figures.consumption import BarData, Stack
from components.tables import Column, data_table
from domain.calendar import add_months
from domain.money import from_minor
from domain.text import gettext as _
from services.billing_list import BillRow

MONTHS = 24


@dataclass(frozen=True)
class Months:
    """First day of each month, what was billed for energy and what was paid for feeding in. [minor units]

    A bill counts in the month its period ends in; one that was taken back does not count, nor does its note.
    """

    currency: str
    bars: tuple[tuple[date, int, int], ...]


def months(rows: Sequence[BillRow], today: date) -> Months:
    counted = [
        row for row in rows if row.status != "credited" and row.kind in {"invoice", "instalment", "feed_in_credit"}
    ]
    currency = counted[0].currency if counted else "EUR"
    first = add_months(today.replace(day=1), -MONTHS)
    billed: dict[date, int] = {}
    paid: dict[date, int] = {}
    for row in counted:
        month = date.fromordinal(row.end.toordinal() - 1).replace(day=1)
        if row.currency != currency or month < first:
            continue
        into = paid if row.kind == "feed_in_credit" else billed
        # The year's bill already holds its instalments: only what was left of it is new.
        amount = row.gross_minor if row.kind == "feed_in_credit" else row.balance_minor
        into[month] = into.get(month, 0) + amount
    known = sorted({*billed, *paid})
    if not known:
        return Months(currency, ())
    span = (known[-1].year - known[0].year) * 12 + known[-1].month - known[0].month + 1
    every = [add_months(known[0], n) for n in range(span)]
    return Months(currency, tuple((month, billed.get(month, 0), paid.get(month, 0)) for month in every))


def headline(found: Months) -> str:
    if not found.bars:
        return _("Nothing was billed yet.")
    mean = sum(billed for _month, billed, _paid in found.bars) // len(found.bars)
    return _("You were billed {amount} a month on average, with VAT.", amount=formats.money(mean, found.currency))


def data(found: Months) -> BarData:
    names = [formats.month(month) for month, _billed, _paid in found.bars]
    step = 1 if len(names) <= 8 else 3
    ticks = [(place, formats.month_short(row[0])) for place, row in enumerate(found.bars) if place % step == 0]
    stacks = [Stack(_("Billed"), "import", [float(from_minor(row[1], found.currency)) for row in found.bars])]
    if any(row[2] for row in found.bars):
        stacks.append(
            Stack(_("Paid to you"), "production", [-float(from_minor(row[2], found.currency)) for row in found.bars])
        )
    return BarData(labels=names, ticks=ticks, stacks=stacks, unit=formats.currency_sign(found.currency), digits=2)


def table(found: Months) -> html.Div:
    rows = [
        [formats.month(month), formats.money(billed, found.currency), formats.money(paid, found.currency)]
        for month, billed, paid in reversed(found.bars)
    ]
    columns = [Column(_("Month")), Column(_("Billed, with VAT"), numeric=True), Column(_("Paid to you"), numeric=True)]
    return data_table(_("Billed by month"), columns, rows, caption_hidden=True)
