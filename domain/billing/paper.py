"""From an issued document to what stands on its paper: one mapping of kinds, units, groups and VAT categories."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from domain.billing.documents import Document, DocumentLine
from domain.billing.invoice import (
    Brand,
    Category,
    CostGroup,
    DocumentKind,
    EnergyMix,
    Instalment,
    InvoiceDocument,
    InvoiceLine,
    Metered,
    MonthUse,
    Notices,
    Party,
    Payment,
    SourceShare,
    Supply,
    Unit,
)

KINDS = {
    "invoice": DocumentKind.INVOICE, "instalment": DocumentKind.INSTALMENT, "credit_note": DocumentKind.CREDIT_NOTE,
    "feed_in_credit": DocumentKind.SELF_BILLED,
}  # fmt: skip
UNITS: dict[str, Unit] = {
    "kWh": "KWH", "kW": "KWT", "kVA": "KVA", "day": "DAY", "month": "MON", "year": "ANN",
}  # fmt: skip
GROUPS: dict[str, CostGroup] = {"network": "network", "tax_levy": "tax_levy"}  # all others are energy and supply


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What stands on a paper beside the document itself, as it was known when it was issued.

    takes_back, takes_back_issued : kind and day of what a credit note takes back
    exemptions : why there is no VAT, by category
    """

    number: str
    language: str
    retailer: Party
    customer: Party
    customer_number: str
    supply: Supply
    notices: Notices
    brand: Brand
    payment: Payment
    exemptions: dict[str, str]
    order_number: str = ""
    takes_back: str = ""
    takes_back_issued: date | None = None
    metered: Metered | None = None
    history: tuple[MonthUse, ...] = ()
    benchmark_wh: int | None = None
    mix: EnergyMix | None = None
    instalments: tuple[Instalment, ...] = ()


def invoice_document(document: Document, around: Surroundings) -> InvoiceDocument:
    """The paper of a document: every amount is the one that was issued, to the cent."""
    is_credit = document.kind == "credit_note"
    is_self_billed = "feed_in_credit" in {document.kind, around.takes_back}
    kind = DocumentKind.SELF_BILLED_CREDIT if is_credit and is_self_billed else KINDS[document.kind]
    seller, buyer = (around.customer, around.retailer) if is_self_billed else (around.retailer, around.customer)
    lines = tuple(_line(line, seller) for line in document.lines)
    return InvoiceDocument(
        kind=kind, number=around.number, issued=document.issued_on, due=None if is_credit else document.due_on,
        first=document.first, last=document.service_on, currency=document.currency, language=around.language,
        seller=seller, buyer=buyer, customer_number=around.customer_number, supply=around.supply, lines=lines,
        notices=around.notices, brand=around.brand, advances=document.advances, metered=around.metered,
        history=around.history, benchmark_wh=around.benchmark_wh, mix=around.mix, instalments=around.instalments,
        payment=Payment() if is_credit or is_self_billed else around.payment, order_number=around.order_number,
        corrects=document.refers_to, corrects_issued=around.takes_back_issued, exemption=_exemption(lines, around.exemptions),
    )  # fmt: skip


def _line(line: DocumentLine, seller: Party) -> InvoiceLine:
    return InvoiceLine(
        label=line.label, quantity=line.quantity, unit=unit_of(line.unit), unit_price=line.unit_price,
        net_minor=line.net_minor, tax_rate=line.rate, tax_category=_category(line.category, seller),
        group=GROUPS.get(line.cost_group, "energy"), first=line.first, last=line.end - timedelta(days=1), detail=line.band,
    )  # fmt: skip


def unit_of(unit: str) -> Unit:
    """The code of a unit; of a power over time, such as `kW_month`, that of the power."""
    return UNITS.get(unit.partition("_")[0], "C62")


def _category(category: str, seller: Party) -> Category:
    """An exemption needs a seller whom the tax office knows (BR-E-02 of EN 16931); others are outside its scope."""
    if category == "E" and not (seller.vat_id or seller.tax_number):
        return "O"
    return category  # type: ignore[return-value]  # checked where it was written


def _exemption(lines: Iterable[InvoiceLine], exemptions: dict[str, str]) -> str:
    found = sorted({line.tax_category for line in lines} & set(exemptions))
    return " ".join(exemptions[category] for category in found)


def energy_mix(
    year: int, supplier: dict[str, int], product: dict[str, int], co2_g: tuple[int, int], waste_ug: tuple[int, int]
) -> EnergyMix:
    """Shares in per mille, sources in the order of the supplier's; carbon and waste are product and supplier."""
    names = [*supplier, *(name for name in product if name not in supplier)]
    return EnergyMix(
        year=year,
        shares=tuple(
            SourceShare(
                source=name, product_permille=product.get(name, 0), supplier_permille=supplier.get(name, 0)
            )
            for name in names
        ),
        product_co2_g_per_kwh=co2_g[0], supplier_co2_g_per_kwh=co2_g[1],
        product_waste_ug_per_kwh=waste_ug[0], supplier_waste_ug_per_kwh=waste_ug[1],
    )  # fmt: skip


def usual_wh(yearly_wh: int, first: date, end: date) -> int:
    """What a usual customer takes in some days, each day the same. [Wh]"""
    return int(Decimal(yearly_wh) * (end - first).days / 365)


def product_mix(supplier: dict[str, int], green: dict[str, int], green_percent: int) -> dict[str, int]:
    """A tariff's sources from its green share: the rest comes from what of the supplier's is not green. [per mille]

    What rounding leaves over goes to the largest.
    """
    other = {name: share for name, share in supplier.items() if name not in green}
    rest, whole = 1000 - 10 * green_percent, sum(other.values())
    if not whole:
        return dict(green)
    found = {name: share * green_percent // 100 for name, share in green.items()}
    found |= {name: share * rest // whole for name, share in other.items()}
    largest = max(found, key=lambda name: found[name])
    found[largest] += 1000 - sum(found.values())
    return found
