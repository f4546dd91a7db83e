"""An issued billing document with everything that must stand on it, apart from how it looks and where it is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from domain.billing.totals import Advance, DocumentTotals, Entry, totals
from domain.errors import Issue

CURRENCY, COUNTRY, COLOUR = re.compile("[A-Z]{3}"), re.compile("[A-Z]{2}"), re.compile("#[0-9A-Fa-f]{6}")


class DocumentKind(StrEnum):
    """What a document is, by its code in UNTDID 1001."""

    INVOICE = "380"
    CREDIT_NOTE = "381"
    INSTALMENT = "386"  # paid before, settled by an invoice
    CORRECTED = "384"
    SELF_BILLED = "389"  # the retailer writes it for a customer who feeds in
    SELF_BILLED_CREDIT = "261"  # takes a self-billed document back


TAKES_BACK = frozenset({DocumentKind.CREDIT_NOTE, DocumentKind.SELF_BILLED_CREDIT})
BY_CUSTOMER = frozenset({DocumentKind.SELF_BILLED, DocumentKind.SELF_BILLED_CREDIT})  # who is the seller there


Category = Literal["S", "Z", "E", "AE", "O"]
CostGroup = Literal["energy", "network", "tax_levy"]
Unit = Literal["KWH", "KWT", "KVA", "DAY", "MON", "ANN", "C62"]  # UN/ECE recommendation 20; C62 is a piece
ReadingKind = Literal["measured", "customer", "estimated", "corrected"]


@dataclass(frozen=True, kw_only=True)
class Party:
    """A seller or a buyer.

    country : ISO 3166-1, two letters
    vat_id : with its country prefix, as `DE123456789`
    tax_number : of the tax office, where there is no VAT id
    registration : in a register of companies
    """

    __pydantic_config__ = {"extra": "forbid"}

    name: str
    street: str
    post_code: str
    city: str
    country: str = "DE"
    email: str = ""
    phone: str = ""
    vat_id: str = ""
    tax_number: str = ""
    registration: str = ""


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """One line: a quantity, its unit price without VAT, and the amount that was rounded once.

    unit_price : unrounded, for one unit. [currency]
    net_minor : rounded, negative where it is in favour of the buyer. [minor units]
    tax_rate : share of the net amount, 0.19 for 19 %
    first, last : days of supply, both included
    group : the three components into which an electricity price is to be split
    """

    __pydantic_config__ = {"extra": "forbid"}

    label: str
    quantity: Decimal
    unit: Unit
    unit_price: Decimal
    net_minor: int
    tax_rate: Decimal
    tax_category: Category = "S"
    group: CostGroup = "energy"
    first: date | None = None
    last: date | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class RegisterReading:
    """What one register of a meter showed at the start and the end; a meter exchange makes two of these.

    start_wh, end_wh : as displayed. [Wh]
    factor : of the transformers between line and meter
    """

    __pydantic_config__ = {"extra": "forbid"}

    meter: str
    register: str
    first: date
    last: date
    start_wh: int
    end_wh: int
    start_kind: ReadingKind = "measured"
    end_kind: ReadingKind = "measured"
    factor: Decimal = Decimal(1)

    @property
    def used_wh(self) -> Decimal:
        return (self.end_wh - self.start_wh) * self.factor

    @property
    def is_estimated(self) -> bool:
        return "estimated" in {self.start_kind, self.end_kind}


@dataclass(frozen=True, kw_only=True)
class Metered:
    """Energy that meters sent by interval, where their counters at start and end are not kept.

    intervals : how many were read, of which some are estimated; missing ones were not billed
    """

    __pydantic_config__ = {"extra": "forbid"}

    meters: tuple[str, ...]
    energy_wh: int
    intervals: int
    estimated: int = 0
    missing: int = 0


@dataclass(frozen=True, kw_only=True)
class MonthUse:
    """Consumption of a month and of the same month a year before, unknown as None. [Wh]"""

    __pydantic_config__ = {"extra": "forbid"}

    month: date
    energy_wh: int
    year_before_wh: int | None = None


@dataclass(frozen=True, kw_only=True)
class SourceShare:
    """Share of one source of energy in the contract's mix and in the supplier's. [per mille]"""

    __pydantic_config__ = {"extra": "forbid"}

    source: str
    product_permille: int
    supplier_permille: int


@dataclass(frozen=True, kw_only=True)
class EnergyMix:
    """Where the electricity of a year came from, and what it left behind.

    co2_g_per_kwh, waste_ug_per_kwh : product and supplier. [g/kWh], [µg/kWh]
    """

    __pydantic_config__ = {"extra": "forbid"}

    year: int
    shares: tuple[SourceShare, ...]
    product_co2_g_per_kwh: int
    supplier_co2_g_per_kwh: int
    product_waste_ug_per_kwh: int
    supplier_waste_ug_per_kwh: int


@dataclass(frozen=True, kw_only=True)
class Supply:
    """What is supplied, where, and under which contract.

    supply_point : code by which the supply point is switched
    ends_on : last day of the contract, None while it runs without an end
    """

    __pydantic_config__ = {"extra": "forbid"}

    address: str
    supply_point: str
    contract: str
    tariff: str
    network_operator: str = ""
    ends_on: date | None = None
    commodity: Literal["electricity", "gas", "heat"] = "electricity"
    notice: str = ""


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """One of the payments that follow. [minor units, VAT included]"""

    __pydantic_config__ = {"extra": "forbid"}

    due: date
    gross_minor: int


@dataclass(frozen=True, kw_only=True)
class Payment:
    """How the balance is settled: with a mandate it is collected, else transferred to `iban`.

    mandate, creditor : reference of a SEPA mandate and id of the creditor
    debited : account from which is collected, as far as it may be shown
    """

    __pydantic_config__ = {"extra": "forbid"}

    iban: str = ""
    bic: str = ""
    mandate: str = ""
    creditor: str = ""
    debited: str = ""


@dataclass(frozen=True, kw_only=True)
class Notices:
    """Whom an energy customer may turn to; Annex I of Directive (EU) 2019/944 asks for each of them."""

    __pydantic_config__ = {"extra": "forbid"}

    hotline: str
    email: str
    dispute_body: str
    contact_point: str
    advice: str
    comparison_tool: str
    switching: str


@dataclass(frozen=True, kw_only=True)
class Brand:
    """What the retailer looks like: `accent` as `#RRGGBB`, `logo` as SVG text."""

    __pydantic_config__ = {"extra": "forbid"}

    name: str
    accent: str = "#0066CC"
    logo: str = ""
    website: str = ""


@dataclass(frozen=True, kw_only=True)
class InvoiceDocument:
    """A billing document.

    In a credit note the lines are negative, as it takes back what an invoice asked for. In a self-billed document the
    customer is the seller and the lines are positive.

    first, last : days of the period, both included
    corrects, corrects_issued : number and date of the document that this one takes back or replaces
    exemption : why there is no VAT, needed for the categories E, AE and O
    benchmark_wh : of an average customer of the same kind in the same period. [Wh]
    """

    __pydantic_config__ = {"extra": "forbid"}

    kind: DocumentKind
    number: str
    issued: date
    due: date | None
    first: date
    last: date
    currency: str
    language: str
    seller: Party
    buyer: Party
    customer_number: str
    supply: Supply
    lines: tuple[InvoiceLine, ...]
    notices: Notices
    brand: Brand
    advances: tuple[Advance, ...] = ()
    readings: tuple[RegisterReading, ...] = ()
    metered: Metered | None = None
    history: tuple[MonthUse, ...] = ()
    benchmark_wh: int | None = None
    mix: EnergyMix | None = None
    instalments: tuple[Instalment, ...] = ()
    payment: Payment = field(default_factory=Payment)
    order_number: str = ""
    corrects: str = ""
    corrects_issued: date | None = None
    exemption: str = ""

    @property
    def totals(self) -> DocumentTotals:
        """Net, VAT by category and rate, gross, advances and balance, all from the rounded lines."""
        rows = (Entry(line.net_minor, line.tax_rate, line.tax_category) for line in self.lines)
        return totals(rows, self.advances)

    @property
    def sign(self) -> int:
        """What turns the document's amounts into those of an e-invoice: credit notes are written with positive ones."""
        return -1 if self.kind in TAKES_BACK else 1

    @property
    def customer(self) -> Party:
        """The retailer's customer, whoever sells to whom."""
        return self.seller if self.kind in BY_CUSTOMER else self.buyer

    @property
    def retailer(self) -> Party:
        return self.buyer if self.kind in BY_CUSTOMER else self.seller

    @property
    def billed_wh(self) -> Decimal:
        """The energy of the period by counters or intervals. [Wh]"""
        if self.metered and not self.readings:
            return Decimal(self.metered.energy_wh)
        return sum((row.used_wh for row in self.readings), Decimal(0))

    @property
    def group_minor(self) -> dict[CostGroup, int]:
        """Net amount by component of the price, in their order, those without a line left out. [minor units]"""
        found: dict[CostGroup, int] = {}
        order: tuple[CostGroup, ...] = ("energy", "network", "tax_levy")
        for group in order:
            rows = [line.net_minor for line in self.lines if line.group == group]
            if rows:
                found[group] = sum(rows)
        return found

    def issues(self) -> list[Issue]:
        """What keeps it from being issued; empty when nothing does."""
        return [*self._missing(), *self._code_issues(), *self._tax_issues(), *self._date_issues()]

    def _missing(self) -> list[Issue]:
        needed = {"number": self.number, "lines": self.lines, "supply.supply_point": self.supply.supply_point}
        found = [Issue(name, "missing") for name, value in needed.items() if not value]
        if self.kind in {*TAKES_BACK, DocumentKind.CORRECTED} and not self.corrects:
            found.append(Issue("corrects", "missing"))
        if self.totals.balance_minor > 0 and self.due is None:
            found.append(Issue("due", "missing"))
        return found

    def _code_issues(self) -> list[Issue]:
        coded = {
            "currency": (self.currency, CURRENCY),
            "seller.country": (self.seller.country, COUNTRY),
            "buyer.country": (self.buyer.country, COUNTRY),
            "brand.accent": (self.brand.accent, COLOUR),
        }
        return [Issue(name, "no_code") for name, (value, form) in coded.items() if not form.fullmatch(value)]

    def _tax_issues(self) -> list[Issue]:
        categories = {line.tax_category for line in self.lines}
        found = []
        if "O" in categories and len(categories) > 1:  # BR-O-11 of EN 16931
            found.append(Issue("lines.tax_category", "outside_scope_stands_alone"))
        if categories & {"E", "AE", "O"} and not self.exemption:
            found.append(Issue("exemption", "missing"))
        if any((line.tax_rate > 0) != (line.tax_category == "S") for line in self.lines):
            found.append(Issue("lines.tax_rate", "unlike_category"))
        if "O" not in categories and not (self.seller.vat_id or self.seller.tax_number):
            found.append(Issue("seller.vat_id", "missing"))
        return found

    def _date_issues(self) -> list[Issue]:
        found = []
        if self.last < self.first:
            found.append(Issue("last", "before_first"))
        if self.due is not None and self.due < self.issued:
            found.append(Issue("due", "before_issue"))
        return found
