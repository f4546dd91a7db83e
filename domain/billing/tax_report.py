"""The VAT of a year's documents: what each carried at which rate, their sums, and whether the ledger booked the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from domain.billing.ledger import plain, vat_account

Side = Literal["supply", "feed_in"]
Rate = tuple[str, str]  # VAT category and rate, as "S" and "0.19"
# What carries the net amount of a document in the ledger.
NET_ACCOUNTS: Mapping[Side, tuple[str, ...]] = {"supply": ("revenue", "advance"), "feed_in": ("feed_in",)}
VAT_ACCOUNT: Mapping[Side, str] = {"supply": "vat", "feed_in": "vat_in"}


@dataclass(frozen=True)
class Taxed:
    """One VAT row of a document; `is_advance` of an instalment that it settles. [minor units]"""

    category: str
    rate: Decimal
    net_minor: int
    tax_minor: int
    is_advance: bool = False


@dataclass(frozen=True)
class TaxDocument:
    """An issued document with the amounts that are its own: an invoice less the instalments it settles.

    takes_back : kind of the document that a credit note takes back; its amounts are negative
    taxes : net and VAT by category and rate, none where both are zero. [minor units]
    """

    public_id: str
    number: str
    kind: str
    takes_back: str
    site: str
    issued_on: date
    currency: str
    taxes: Mapping[Rate, tuple[int, int]]

    @property
    def side(self) -> Side:
        return "feed_in" if "feed_in_credit" in (self.kind, self.takes_back) else "supply"

    @property
    def net_minor(self) -> int:
        return sum(net for net, _tax in self.taxes.values())

    @property
    def tax_minor(self) -> int:
        return sum(tax for _net, tax in self.taxes.values())

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


@dataclass(frozen=True)
class RateSum:
    """The documents of a site at one VAT rate. [minor units]"""

    site: str
    side: Side
    currency: str
    category: str
    rate: Decimal
    net_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


@dataclass(frozen=True)
class Difference:
    """Where a document and what the ledger booked for it disagree. what : "net" or a VAT account. [minor units]"""

    number: str
    what: str
    shown_minor: int
    booked_minor: int


def own_taxes(rows: Iterable[Taxed]) -> dict[Rate, tuple[int, int]]:
    """What a document carries by itself: its rows less the instalments that it settles. [minor units]"""
    found: dict[Rate, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in rows:
        sign, key = -1 if row.is_advance else 1, (row.category, plain(row.rate))
        net, tax = found[key]
        found[key] = (net + sign * row.net_minor, tax + sign * row.tax_minor)
    return {key: amounts for key, amounts in sorted(found.items()) if any(amounts)}


def summed(documents: Iterable[TaxDocument]) -> list[RateSum]:
    """By site, side, currency and rate."""
    found: dict[tuple[str, Side, str, Rate], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for document in documents:
        for rate, (net, tax) in document.taxes.items():
            key = (document.site, document.side, document.currency, rate)
            before = found[key]
            found[key] = (before[0] + net, before[1] + tax)
    order = sorted(found, key=lambda key: (key[0], key[1] != "supply", key[2], key[3]))
    return [
        RateSum(site, side, currency, rate[0], Decimal(rate[1]), *found[site, side, currency, rate])
        for site, side, currency, rate in order
    ]


def differences(document: TaxDocument, postings: Sequence[tuple[str, int]]) -> list[Difference]:
    """Net and each VAT account of a document beside what is booked for it; empty where all agree.

    postings : account and amount of the document's transactions; credits, such as revenue, are negative. [minor units]
    """
    side = document.side
    sign = -1 if side == "supply" else 1
    booked: dict[str, int] = defaultdict(int)
    for account, amount_minor in postings:
        name = account.partition(":")[0]
        if name in NET_ACCOUNTS[side]:
            booked["net"] += sign * amount_minor
        elif name in VAT_ACCOUNT.values():
            booked[account] += sign * amount_minor
    shown = {"net": document.net_minor}
    for (category, rate), (_net, tax) in document.taxes.items():
        shown[vat_account(category, Decimal(rate), VAT_ACCOUNT[side])] = tax
    return [
        Difference(document.number, what, shown.get(what, 0), booked.get(what, 0))
        for what in sorted(shown.keys() | booked.keys())
        if shown.get(what, 0) != booked.get(what, 0)
    ]
