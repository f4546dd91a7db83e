"""What a billing document says, as plain text by place: the template sets it and adds no word of its own."""

from __future__ import annotations

from decimal import Decimal

from adapters.documents import formats
from domain.billing.invoice import (
    BY_CUSTOMER,
    TAKES_BACK,
    CostGroup,
    DocumentKind,
    InvoiceDocument,
    InvoiceLine,
    Party,
    RegisterReading,
)
from domain.text import gettext as _
from domain.text import ngettext

Rows = list[list[str]]
LAST_DIGITS = 4  # of an account, as shown
PRICE_DIGITS, MOST_DIGITS = 4, 6
ONE_DAY = Decimal("0.0028")  # of a year
GROUPS: tuple[CostGroup, ...] = ("energy", "network", "tax_levy")


def title(document: InvoiceDocument) -> str:
    period = formats.days(document.first, document.last)
    if (document.first.replace(day=1), document.first.day) == (document.last.replace(day=1), 1):
        period = formats.month(document.first)
    of_commodity = {
        "electricity": _("Electricity invoice for {period}", period=period),
        "gas": _("Gas invoice for {period}", period=period),
        "heat": _("Heat invoice for {period}", period=period),
    }
    return {
        DocumentKind.INVOICE: of_commodity[document.supply.commodity],
        DocumentKind.CREDIT_NOTE: _("Credit note for {period}", period=period),
        DocumentKind.CORRECTED: _("Corrected invoice for {period}", period=period),
        DocumentKind.INSTALMENT: _("Instalment for {period}", period=period),
        DocumentKind.SELF_BILLED_CREDIT: _("Taking back a credit for electricity fed in, {period}", period=period),
        DocumentKind.SELF_BILLED: _("Credit for electricity fed in, {period}", period=period),
    }[document.kind]


def address(party: Party) -> list[str]:
    return [part for part in (party.name, party.street, f"{party.post_code} {party.city}".strip()) if part]


def facts(document: InvoiceDocument) -> Rows:
    """Label and value of what identifies the document."""
    rows = [
        (_("Document number"), document.number),
        (_("Date of issue"), formats.day(document.issued)),
        (_("Period of supply"), formats.days(document.first, document.last)),
        (_("Customer number"), document.customer_number),
        (_("Your order"), document.order_number),
        (_("Your VAT id"), document.customer.vat_id),
        (_("Your tax number"), document.customer.tax_number if document.kind in BY_CUSTOMER else ""),
        (_("Corrects document"), _corrected(document)),
    ]
    return [[label, value] for label, value in rows if value]


def _corrected(document: InvoiceDocument) -> str:
    if not document.corrects or document.corrects_issued is None:
        return document.corrects
    return _("{number} of {day}", number=document.corrects, day=formats.day_short(document.corrects_issued))


def lead(document: InvoiceDocument) -> str:
    """Energy and place, the first thing to know after what it costs."""
    if document.kind in TAKES_BACK or not (document.readings or document.metered):
        return document.supply.address
    return f"{formats.kwh(document.billed_wh)} · {document.supply.address}"


def due(document: InvoiceDocument) -> dict[str, str]:
    """The box that says what is to be done: label, amount, and how."""
    balance = document.totals.balance_minor
    is_paid_out = document.kind is DocumentKind.SELF_BILLED or balance < 0
    label = _("To pay")
    if is_paid_out:
        label = _("We pay you") if document.kind is DocumentKind.SELF_BILLED else _("Your credit")
    return {
        "label": label,
        "amount": formats.amount(abs(balance), document.currency),
        "how": _how(document, balance, is_paid_out),
    }


def _how(document: InvoiceDocument, balance: int, is_paid_out: bool) -> str:
    payment = document.payment
    day = formats.day(document.due) if document.due else ""
    if balance == 0:
        return _("Nothing is left to pay.")
    if is_paid_out:
        if document.kind is DocumentKind.SELF_BILLED and day:
            return _("We transfer the amount by {day}.", day=day)
        return _("We set it against what is open, and pay out the rest.")
    if payment.mandate:
        return _(
            "We collect it on {day} from the account {account}, under the mandate {mandate} (creditor {creditor}).",
            day=day, account=masked(payment.debited), mandate=payment.mandate, creditor=payment.creditor,
        )  # fmt: skip
    return _("Due on {day}. Please give the document number as the reference.", day=day)


def masked(iban: str) -> str:
    """Country and the last four signs; the rest is nobody's business on paper."""
    if len(iban) <= LAST_DIGITS:
        return f"••••\u2009{iban}" if iban else ""
    return f"{iban[:2]}\u2009••••\u2009{iban[-LAST_DIGITS:]}"


def line_rows(document: InvoiceDocument) -> Rows:
    """Label, detail, quantity, unit price, VAT, net amount of each line."""
    return [
        [
            line.label, _detail(line, document), _quantity(line), _unit_price(line), formats.percent(line.tax_rate, 1),
            formats.amount(line.net_minor, document.currency),
        ]
        for line in document.lines
    ]  # fmt: skip


def _quantity(line: InvoiceLine) -> str:
    """A part of a year by its days, as its fraction says nothing to a reader."""
    if days := _days_of_year(line):
        return f"{days}{formats.NBSP}{ngettext('day', 'days', abs(days))}"
    return f"{formats.decimal(line.quantity)}{formats.NBSP}{unit(line)}"


def _unit_price(line: InvoiceLine) -> str:
    price = formats.decimal(round(line.unit_price, MOST_DIGITS), PRICE_DIGITS)
    return _("{price} a year", price=price) if _days_of_year(line) else price


def _days_of_year(line: InvoiceLine) -> int:
    """Days of a line that is as much of a year as they are, negative where it is taken back; 0 of any other line."""
    if line.unit != "ANN" or line.first is None or line.last is None:
        return 0
    days = (line.last - line.first).days + 1
    if abs(abs(line.quantity) - Decimal(days) / 365) > ONE_DAY:
        return 0
    return days if line.quantity > 0 else -days


def _detail(line: InvoiceLine, document: InvoiceDocument) -> str:
    """The days of a line are told where they are not those of the document."""
    is_part = (line.first, line.last) != (document.first, document.last)
    period = formats.days(line.first, line.last) if line.first and line.last and is_part else ""
    return " · ".join(part for part in (line.detail, period) if part)


def unit(line: InvoiceLine) -> str:
    several = 1 if abs(line.quantity) == 1 else 2
    names = {
        "KWH": "kWh", "KWT": "kW", "KVA": "kVA", "DAY": ngettext("day", "days", several),
        "MON": ngettext("month", "months", several), "ANN": ngettext("year", "years", several), "C62": "×",
    }  # fmt: skip
    return names[line.unit]


def total_rows(document: InvoiceDocument) -> Rows:
    """Label, amount, and `strong` for the last."""
    found, currency = document.totals, document.currency
    rows = [[_("Net amount"), formats.amount(found.net_minor, currency), ""]]
    for row in found.taxes:
        label = _("VAT {rate} on {net}", rate=formats.percent(row.rate, 1), net=formats.amount(row.net_minor, currency))
        rows.append([label, formats.amount(row.tax_minor, currency), ""])
    rows.append([_("Total with VAT"), formats.amount(found.gross_minor, currency), ""])
    for one in found.advances:
        vat = formats.amount(one.tax_minor, currency)
        rows.append([_("Instalments paid (with {vat} VAT)", vat=vat), formats.amount(-one.gross_minor, currency), ""])
    last = due(document)["label"] if found.balance_minor * document.sign >= 0 else _("Your credit")
    rows.append([last, formats.amount(found.balance_minor, currency), "strong"])
    return rows


def components(document: InvoiceDocument) -> list[dict[str, object]]:
    """The three components of the price: label, amount, and width of its bar as a share of all."""
    if document.kind in {*TAKES_BACK, DocumentKind.INSTALMENT}:
        return []
    labels = {
        "energy": _("Energy and supply"),
        "network": _("Grid and metering"),
        "tax_levy": _("Taxes and levies"),
    }
    groups = document.group_minor
    if document.kind not in BY_CUSTOMER:
        groups = {group: groups.get(group, 0) for group in GROUPS}  # the law asks for all three
    whole = sum(abs(minor) for minor in groups.values()) or 1
    return [
        {
            "label": labels[group], "amount": formats.amount(minor, document.currency),
            "share": formats.percent(Decimal(abs(minor)) / whole), "width": abs(minor) / whole,
        }
        for group, minor in groups.items()
    ]  # fmt: skip


def reading_rows(document: InvoiceDocument) -> Rows:
    """Meter, start, how and when it was read, end, how and when, energy."""
    if document.kind in TAKES_BACK:
        return []  # they stand on the document that it takes back
    return [_reading(row) for row in document.readings]


def _reading(row: RegisterReading) -> list[str]:
    factor = f" × {formats.decimal(row.factor)}" if row.factor != 1 else ""
    return [
        f"{row.meter}, {row.register}{factor}",
        formats.decimal(Decimal(row.start_wh) / 1000, 3),
        f"{_kind(row.start_kind)}, {formats.day_short(row.first)}",
        formats.decimal(Decimal(row.end_wh) / 1000, 3),
        f"{_kind(row.end_kind)}, {formats.day_short(row.last)}",
        formats.kwh(row.used_wh),
    ]


def _kind(kind: str) -> str:
    return {
        "measured": _("measured"),
        "customer": _("read by you"),
        "estimated": _("estimated"),
        "corrected": _("corrected"),
    }[kind]
