"""The papers of a contract for its account's members: the sheet of prices and conditions, as PDF and as CSV."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from adapters.documents import formats
from adapters.documents.report import Part, Report, report_pdf
from domain.access import Viewer
from domain.exports import neutral_text
from domain.money import round_half_away
from domain.text import gettext as _
from domain.text import ngettext
from services import contract_details, portal, retailer
from services.contract_details import Component, ContractView

COLUMNS = (
    "price_of",
    "band",
    "block",
    "unit",
    "price_net",
    "is_mean",
    "currency",
    "vat_rate",
    "price_with_vat",
    "from",
    "until",
)
DIGITS = 6


def price_csv(viewer: Viewer, contract_public_id: str) -> str:
    """A row per price of the last twelve months, as the contract's page shows it. The columns do not change with the language.

    price_net, price_with_vat : per unit, in the currency's own unit, to the sixth decimal; until : the last day
    """
    view = contract_details.details(viewer, contract_public_id)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in contract_details.price_list(viewer, contract_public_id).components:
        net, gross = _rounded(one.unit_price), _rounded(one.unit_price * (1 + one.vat_rate))
        writer.writerow(
            [neutral_text(one.label), neutral_text(one.band), one.tier or "", one.unit, net, int(one.is_mean),
             view.offered.currency, _rounded(one.vat_rate), gross, one.first, _last(one)]
        )  # fmt: skip
    return out.getvalue()


def price_sheet(viewer: Viewer, contract_public_id: str) -> bytes:
    """Prices and conditions on the retailer's paper, in the language of the reader; the same bytes on the same day."""
    view = contract_details.details(viewer, contract_public_id)
    found = contract_details.price_list(viewer, contract_public_id)
    config, offered = portal.current().config, view.offered
    head = [_("Price of"), _("Net"), _("VAT"), _("With VAT"), _("From"), _("Until")]
    rows = [_price_row(view, one) for one in found.components]
    return report_pdf(
        Report(
            title=_("Prices and conditions"),
            lead=f"{offered.name}, {_('version {n}', n=offered.version)} · {view.contract.site_name}",
            box=_("Contract {number}, as of {day}.", number=view.contract.number, day=formats.day(view.today)),
            parts=[
                Part(_("Conditions"), [_("Condition"), _("What applies")], _conditions(view)),
                Part(_("Prices of the last twelve months"), head, rows),
            ],
            note=_("Amounts are for one unit, in {currency}. A mean is the average of a price that changes with the market.",
                   currency=offered.currency),
            retailer=retailer.retailer(config).party, brand=retailer.brand(config), issued=view.today,
        )
    )  # fmt: skip


def _price_row(view: ContractView, one: Component) -> list[str]:
    detail = [
        part
        for part in (one.band, _("block {n}", n=one.tier) if one.tier else "", _("mean") if one.is_mean else "")
        if part
    ]
    name = f"{one.label} ({', '.join(detail)})" if detail else one.label
    unit = {"day": _("day"), "month": _("month"), "year": _("year")}.get(one.unit, one.unit)
    until = _("still") if one.end > view.today else formats.day_short(_last(one))
    net, gross = (
        formats.decimal(_rounded(price), 2) for price in (one.unit_price, one.unit_price * (1 + one.vat_rate))
    )
    rate = Decimal(one.vat_rate.numerator) / one.vat_rate.denominator
    return [
        f"{name}, {_('per {unit}', unit=unit)}",
        net,
        formats.percent(rate),
        gross,
        formats.day_short(one.first),
        until,
    ]


def _conditions(view: ContractView) -> list[list[str]]:
    row, one, bound = view.contract, view.offered, view.bound
    found = [
        (_("Supply point"), row.supply_point_code),
        (_("Signed on"), formats.day_short(row.signed_on)),
        (_("Since"), formats.day_short(row.first_date)),
        (_("Minimum term"), ngettext("{n} month", "{n} months", one.term_months) if one.term_months else _("none")),
        (_("Notice"), ngettext("{n} day", "{n} days", one.notice_days)),
        (_("Exit fee, without VAT"), formats.amount(bound.exit_fee_minor, one.currency)),
        (_("Payment within"), ngettext("{n} day", "{n} days", row.payment_terms_days)),
    ]
    if bound.minimum_until and bound.minimum_until > view.today:
        found.append((_("Binds until"), formats.day_short(bound.minimum_until - timedelta(days=1))))
    if bound.guaranteed_until and bound.guaranteed_until > view.today:
        found.append((_("Price guaranteed until"), formats.day_short(bound.guaranteed_until - timedelta(days=1))))
    if row.end_date is not None:
        found.append((_("Ends with"), formats.day_short(row.end_date - timedelta(days=1))))
    if one.green_share_percent is not None:
        found.append((_("From renewable sources"), formats.percent(Decimal(one.green_share_percent) / 100)))
    return [list(pair) for pair in found]


def _last(one: Component) -> date:
    return one.end - timedelta(days=1)


def _rounded(value: Fraction) -> Decimal:
    return round_half_away(value, DIGITS)
