"""What stands on the paper of an issued bill, gathered as things were known when it was issued.

For services that have asked who is looking.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from sqlalchemy.orm import Session

from data.queries import billing as billing_queries
from data.queries import billing_papers as queries
from data.queries import billing_runs as run_queries
from data.queries import consumption
from data.queries import contracts as contract_queries
from data.queries import payments as payment_queries
from data.queries.billing_papers import AccountHolder
from data.queries.billing_runs import BasisRow
from data.queries.contracts import ContractRow, TermRow
from data.tables.billing import BillingDocument
from domain.billing.documents import Document
from domain.billing.invoice import EnergyMix, Instalment, InvoiceDocument, Metered, MonthUse, Party, Payment, Supply
from domain.billing.paper import Surroundings, energy_mix, invoice_document, product_mix, usual_wh
from domain.billing.profiles import BillingProfile
from domain.calendar import add_months, local_midnight_utc
from domain.errors import NotFoundError
from domain.text import gettext as _
from domain.text import ngettext, use_locale
from services import billing_basis, billing_profile, portal, retailer
from services.retailer import Retailer

MONTHS = 12
WHOLE = 0.95  # of a month's intervals, to show it beside another year's


@dataclass(frozen=True)
class Issued:
    """A stored bill with what it belongs to; without a contract where it was issued by hand."""

    row: BillingDocument
    document: Document
    holder: AccountHolder
    profile: BillingProfile
    basis: BasisRow | None
    contract: ContractRow | None
    terms: tuple[TermRow, ...]
    taken_back: BillingDocument | None

    @property
    def is_bill(self) -> bool:
        """An invoice: only it owes its reader more than its amounts."""
        return self.document.kind == "invoice"

    @property
    def is_feed_in(self) -> bool:
        return "feed_in_credit" in {self.row.kind, self.taken_back.kind if self.taken_back else ""}


def made_out(public_id: str) -> InvoiceDocument:
    """In the language of the account's first owner."""
    made = portal.current()
    with made.records.reading() as db:
        found = _issued(db, public_id)
        language = found.holder.locale or "en"
        with use_locale(language):
            around = _surroundings(db, found, retailer.retailer(made.config), language)
    return invoice_document(found.document, around)


def _issued(db: Session, public_id: str) -> Issued:
    row, document = billing_queries.document_row(db, public_id), billing_queries.document(db, public_id)
    holder = queries.account_holder(db, row.account_id) if row else None
    if row is None or document is None or holder is None:
        raise NotFoundError(what="document")
    basis = run_queries.basis(db, public_id)
    contract = contract_queries.contract_by_id(db, basis.contract_id) if basis else None
    terms = contract_queries.terms_of(db, basis.contract_id, basis.known_at) if basis else []
    applied = tuple(
        term for term in terms if term.first_date < row.end_date and (term.end_date or date.max) > row.first_date
    )
    profile = billing_profile.in_force(db, row.account_id, row.issued_on, row.created_at)
    taken_back = billing_queries.document_by_number(db, document.refers_to) if document.refers_to else None
    return Issued(row, document, holder, profile, basis, contract, applied, taken_back)


def _surroundings(db: Session, found: Issued, seller: Retailer, language: str) -> Surroundings:
    config, profile = portal.current().config, found.profile
    return Surroundings(
        number=found.row.number_text, language=language, retailer=seller.party, customer=_party(profile),
        customer_number=found.holder.number, supply=_supply(db, found), notices=seller.notices,
        brand=retailer.brand(config), payment=_payment(db, found, seller), exemptions=_exemptions(found),
        order_number=profile.order_number or (found.contract.order_number if found.contract else ""),
        takes_back=found.taken_back.kind if found.taken_back else "",
        takes_back_issued=found.taken_back.issued_on if found.taken_back else None,
        metered=_metered(db, found), history=tuple(_history(db, found)), benchmark_wh=_usual(found, seller),
        mix=_mix(db, found, seller), instalments=tuple(_instalments(db, found)),
    )  # fmt: skip


def _party(profile: BillingProfile) -> Party:
    return Party(
        name=profile.legal_name, street=profile.street, post_code=profile.postcode, city=profile.city,
        country=profile.country, email=profile.email, vat_id=profile.vat_id,
    )  # fmt: skip


def _supply(db: Session, found: Issued) -> Supply:
    contract, holder = found.contract, found.holder
    unknown = _("not told to us yet; your grid operator knows it")
    if contract is None:
        address = f"{holder.street}, {holder.postcode} {holder.city}"
        return Supply(address=address, supply_point=unknown, contract="", tariff="")
    place = queries.supply_place(db, contract.supply_point_id)
    last = contract.end_date - timedelta(days=1) if contract.end_date else None
    return Supply(
        address=place.address if place else "", supply_point=(place.code if place else "") or unknown,
        contract=contract.number, tariff=", ".join(dict.fromkeys(term.name for term in found.terms)), ends_on=last,
        notice=ngettext("{n} day", "{n} days", contract.notice_days),
        commodity=contract.commodity,  # type: ignore[arg-type]  # checked by the table
    )  # fmt: skip


def _payment(db: Session, found: Issued, seller: Retailer) -> Payment:
    """Collected under the mandate of automatic payment, else transferred to the retailer's account."""
    rule = payment_queries.autopay_of(db, found.row.account_id)
    if rule is None or not rule.is_on or rule.consented_at is None or rule.consented_at > found.row.created_at:
        return seller.payment
    methods = payment_queries.methods_of(db, found.row.account_id)
    chosen = next(
        (each for each in methods if each.id == rule.method_id or (not rule.method_id and each.is_default)), None
    )
    mandate = payment_queries.mandate_by_id(db, chosen.mandate_id) if chosen and chosen.mandate_id else None
    if mandate is None or mandate.state != "active":
        return seller.payment
    return Payment(mandate=mandate.reference, creditor=mandate.creditor_id, debited=mandate.last4)


def _exemptions(found: Issued) -> dict[str, str]:
    if found.is_feed_in:
        return {
            "E": _("Small business: no VAT is charged (section 19 UStG)."),
            "O": _("Whoever feeds in here is not registered for VAT: no VAT is charged."),
            "AE": _("The recipient owes the VAT."),
        }
    return {
        "E": _("Exempt from VAT."), "O": _("Outside the scope of VAT."), "AE": _("The recipient owes the VAT."),
    }  # fmt: skip


def _metered(db: Session, found: Issued) -> Metered | None:
    """The energy behind the bill and how well it is known, from the same rating as its lines."""
    if found.basis is None or found.contract is None or found.row.kind not in billing_basis.RATED:
        return None
    inputs = billing_basis.inputs_of(found.basis, found.contract)
    wanted = "export" if found.contract.direction == "feed_in" else "import"
    flows = inputs.rate().coverage
    flow = next((each for each in flows if each.flow == wanted), flows[0] if flows else None)
    if flow is None:
        return None
    meters = queries.meters_at(db, found.contract.supply_point_id, *inputs.period.bounds_utc(found.contract.zone_name))
    return Metered(
        meters=tuple(meters), energy_wh=flow.energy_wh, intervals=flow.present, estimated=flow.estimated,
        missing=flow.missing,
    )  # fmt: skip


def _history(db: Session, found: Issued) -> Iterator[MonthUse]:
    """The last twelve months up to the bill's, each beside the one a year before, within the customer's own days."""
    contract = found.contract
    if not found.is_bill or contract is None or found.basis is None:
        return
    newest = found.document.service_on.replace(day=1)
    months = [add_months(newest, -back) for back in range(2 * MONTHS - 1, -2, -1)]
    stays = contract_queries.stays(db, [contract.account_id]).get((contract.account_id, contract.site_id), [])
    used = _used(db, found.basis, contract, months)
    own = {
        month: wh
        for (month, end), wh in zip(pairwise(months), used, strict=True)
        if wh is not None and any(first <= month and end <= (last or date.max) for first, last in stays)
    }
    for month in months[MONTHS:-1]:
        if month in own:
            yield MonthUse(month=month, energy_wh=own[month], year_before_wh=own.get(add_months(month, -12)))


def _used(db: Session, basis: BasisRow, contract: ContractRow, months: Sequence[date]) -> list[int | None]:
    """Energy between neighbouring days, None where too little of it is known. [Wh]"""
    edges = [int(local_midnight_utc(day, contract.zone_name).timestamp()) for day in months]
    instants = [local_midnight_utc(day, contract.zone_name) for day in (months[0], months[-1])]
    registers = [
        number for number, flow in contract_queries.registers_at(db, contract.supply_point_id) if flow == "import"
    ]
    store = portal.current().readings
    held = consumption.intervals_of_many(store, registers, instants[0], instants[1], basis.known_at)
    found: list[int | None] = []
    for low, high in pairwise(edges):
        wh, is_known = 0, bool(held)
        for part in held.values():
            places = np.searchsorted(part.start_utc.astype(np.int64), [low, high])
            wh += int(part.energy_wh[places[0] : places[1]].sum())
            is_known &= int(places[1] - places[0]) * part.interval_s >= WHOLE * (high - low)
        found.append(wh if is_known else None)
    return found


def _usual(found: Issued, seller: Retailer) -> int | None:
    """A home of the same kind with usual use; businesses differ too much for one figure. [Wh]"""
    if not found.is_bill or found.contract is None or found.holder.kind != "residential":
        return None
    yearly = seller.usual_home_wh.get(found.contract.commodity)
    return usual_wh(yearly, found.document.first, found.document.end) if yearly else None


def _mix(db: Session, found: Issued, seller: Retailer) -> EnergyMix | None:
    sources = seller.sources
    is_power = found.contract is not None and found.contract.commodity == "electricity"
    if not found.is_bill or sources is None or not is_power or not found.terms:
        return None
    term = found.terms[-1]
    version = next(
        row for row in contract_queries.tariff_versions(db, term.code) if row.id == term.tariff_version_id
    )  # fmt: skip
    share = version.green_share_percent
    product = sources.supplier if share is None else product_mix(sources.supplier, sources.green, share)
    carbon = sources.supplier_co2_g_per_kwh if version.co2_g_per_kwh is None else version.co2_g_per_kwh
    waste = sources.supplier_waste_ug_per_kwh
    return energy_mix(
        sources.year, sources.supplier, product, (carbon, sources.supplier_co2_g_per_kwh), (waste if share != 100 else 0, waste)
    )  # fmt: skip


def _instalments(db: Session, found: Issued) -> Iterator[Instalment]:
    """What follows by the plan in force, up to a year of it."""
    if found.contract is None or found.document.kind not in {"invoice", "instalment"}:
        return
    coming = [
        part
        for plan in run_queries.live_plans(db, [found.contract.id])
        for part in plan.instalments
        if part.first_date > found.document.issued_on
    ]
    for part in coming[:MONTHS]:
        yield Instalment(due=part.first_date, gross_minor=part.amount_minor)
