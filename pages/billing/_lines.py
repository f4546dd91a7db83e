"""The lines of a bill: each opens to the intervals and prices it was computed from."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dash import html

from components import formats
from components.cost_groups import group_name
from components.frame import card
from components.tables import Column, data_table, table_toggle
from components.trust import state_name
from domain.billing.documents import DocumentLine
from domain.money import minor_digits, round_half_away, to_minor
from domain.tariffs.lines import Line
from domain.text import gettext as _
from domain.text import ngettext
from pages.billing import _words as words
from services import billing_detail
from services.billing_detail import Detail, ProofRow

GROUPS = ("energy", "network", "tax_levy", "service", "discount", "feed_in")


def lines_card(found: Detail) -> html.Section:
    rated: Sequence[Line | None] = (
        found.rating.lines if found.rating and found.is_same else [None] * len(found.document.lines)
    )
    groups = []
    for group in GROUPS:
        own = [(place, line) for place, line in enumerate(found.document.lines) if line.cost_group == group]
        if own:
            total = sum(line.net_minor for _place, line in own)
            head = html.Div(
                [html.H3(group_name(group)), html.Span(_money(found, total), className="num")], className="bill-group"
            )
            groups.append(html.Div([head, *(_line(found, place, line, rated[place]) for place, line in own)]))
    body = [
        html.P(_headline(found), className="headline"), *_hint(found),
        html.Div(groups, className="bill-lines"), _totals(found), table_toggle(_table(found), _count(found)),
    ]  # fmt: skip
    return card(card_id="bill-lines", title=_("What it is made of"), body=body)


def _hint(found: Detail) -> list[Any]:
    return [html.P(_("Open a line to see what it was computed from."), className="sub")] if found.is_same else []


def _headline(found: Detail) -> str:
    energy = found.imported_wh
    if energy is None:
        return ngettext("{n} line", "{n} lines", len(found.document.lines))
    if found.row.kind == "feed_in_credit":
        return _("You fed {energy} into the grid.", energy=formats.kwh(energy))
    return (
        _("You used {energy} from the grid.", energy=formats.kwh(energy))
        if _is_power(found)
        else _("You used {energy}.", energy=formats.kwh(energy))
    )


def _is_power(found: Detail) -> bool:
    return found.contract is not None and found.contract.commodity == "electricity"


def _money(found: Detail, minor: int) -> str:
    return formats.money(minor, found.row.currency)


def _line(found: Detail, place: int, line: DocumentLine, rated: Line | None) -> Any:
    cells = [
        html.Span([html.Span(_name(line)), html.Span(_dates(found, line), className="quiet small")], className="what"),
        html.Span(_quantity(line, found.row.currency), className="num quiet"),
        html.Span(_money(found, line.net_minor), className="num"),
    ]
    if rated is None:
        return html.Div(cells, className="bill-line is-closed")
    return html.Details(
        [
            html.Summary(cells, className="bill-line"),
            html.Div(_proof(found, place, line, rated), className="bill-proof"),
        ]
    )


def _name(line: DocumentLine) -> str:
    return f"{line.label}, {line.band}" if line.band else line.label


def _dates(found: Detail, line: DocumentLine) -> str:
    """Only where the line is not about the whole period."""
    if (line.first, line.end) == (found.row.first, found.row.end):
        return ""
    return words.period(line.first, line.end)


def _quantity(line: DocumentLine, currency: str) -> str:
    """`228.045 kWh × 14.72 ct/kWh`, `31 days × €46.00 a year`."""
    price = _price(line, currency)
    if line.unit in {"month", "year"} and line.quantity % 1:
        days = ngettext("{n} day", "{n} days", (line.end - line.first).days)
        return f"{days} × {price} {_('a year') if line.unit == 'year' else _('a month')}"
    return f"{_number(line.quantity)}{formats.NBSP}{unit_name(line.unit)} × {price}"


def _number(value: Decimal) -> str:
    return formats.number(float(value), min(_digits(value), 3))


def _digits(value: Decimal) -> int:
    return -min(0, int(value.normalize().as_tuple().exponent))


def _price(line: DocumentLine, currency: str) -> str:
    if line.unit == "kWh":
        price = round_half_away(line.unit_price, 6)
        return formats.energy_price(price, currency, max(2, _digits(price) - 2))
    if _digits(line.unit_price) <= minor_digits(currency):
        return formats.money(to_minor(line.unit_price, currency), currency)
    return f"{formats.number(float(line.unit_price), min(_digits(line.unit_price), 6))}{formats.NBSP}{formats.currency_sign(currency)}"


def unit_name(unit: str) -> str:
    return {
        "month": _("month"),
        "day": _("day"),
        "year": _("year"),
        "kW_month": _("kW a month"),
        "kW_year": _("kW a year"),
    }.get(unit, unit)


def _proof(found: Detail, place: int, line: DocumentLine, rated: Line) -> list[Any]:
    """The dearest intervals, and the arithmetic of the whole line."""
    assert found.contract is not None, "what is rated has a contract"
    day, top, count = billing_detail.largest(rated, found.contract.zone_name)
    exact = formats.number(float(rated.amount), 4)
    rounded = _money(found, line.net_minor)
    if not count:
        text = _(
            "{quantity} = {exact}, rounded once to {rounded}.",
            quantity=_quantity(line, found.row.currency),
            exact=exact,
            rounded=rounded,
        )
        return [html.P(text, className="small")]
    columns = [
        Column(_("Time")), Column("kWh", numeric=True), Column(_("Price per kWh"), numeric=True, low=True),
        Column(formats.currency_sign(found.row.currency), numeric=True), Column(_("Quality"), low=True),
    ]  # fmt: skip
    rows = [_proof_row(row, with_day=day is None) for row in top]
    caption = _("The {n} dearest of {count} intervals", n=len(top), count=formats.number(count))
    text = _(
        "All {count} intervals together cost {exact}, rounded once to {rounded}.",
        count=formats.number(count),
        exact=exact,
        rounded=rounded,
    )
    address = f"/billing/{found.row.public_id}/proof.csv?line={place + 1}"
    return [
        data_table(caption, columns, rows),
        html.P([text, " ", html.A(_("Download the proof (CSV)"), href=address)], className="small quiet"),
    ]


def _proof_row(row: ProofRow, *, with_day: bool) -> list[str]:
    at = formats.clock(row.local)
    when = f"{formats.day_short(row.local.date())}, {at}" if with_day else at
    return [
        when, formats.number(row.energy_wh / 1000, 3), formats.number(float(row.price), 5),
        formats.number(float(row.amount), 6), state_name(row.quality),
    ]  # fmt: skip


def _totals(found: Detail) -> html.Dl:
    totals = found.document.totals
    rows = [(_("Net"), totals.net_minor)]
    rows += [
        (
            _(
                "VAT {rate} on {net}",
                rate=formats.percent(float(tax.rate), 1 if tax.rate * 100 % 1 else 0),
                net=_money(found, tax.net_minor),
            ),
            tax.tax_minor,
        )
        for tax in totals.taxes
    ]
    rows.append((_("Total with VAT"), totals.gross_minor))
    rows += [
        (_("Instalments, with {vat} VAT", vat=_money(found, one.tax_minor)), -one.gross_minor)
        for one in totals.advances
    ]
    if totals.advances:
        rows.append((_("To pay") if totals.balance_minor >= 0 else _("Your credit"), totals.balance_minor))
    return html.Dl(
        [part for name, minor in rows for part in (html.Dt(name), html.Dd(_money(found, minor), className="fig"))],
        className="dl cost-parts bill-totals",
    )


def _count(found: Detail) -> str:
    return ngettext("{n} line", "{n} lines", len(found.document.lines))


def _table(found: Detail) -> html.Div:
    rows = [
        [_name(line), words.period(line.first, line.end), _quantity(line, found.row.currency), formats.percent(float(line.rate), 1 if line.rate * 100 % 1 else 0), _money(found, line.net_minor)]
        for line in found.document.lines
    ]  # fmt: skip
    columns = [
        Column(_("Line")),
        Column(_("Period"), low=True),
        Column(_("Quantity × price"), numeric=True),
        Column(_("VAT"), numeric=True, low=True),
        Column(_("Amount"), numeric=True),
    ]
    total = [_("Net"), "", "", "", _money(found, found.document.totals.net_minor)]
    return data_table(_("Lines of the bill"), columns, rows, total=total, caption_hidden=True)
