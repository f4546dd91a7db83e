"""Double entry: the chart of accounts, transactions that sum to zero, and what a payment settles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from domain.errors import DomainError, InvalidInputError

AccountKind = Literal["asset", "liability", "revenue", "expense"]

# An account is its name here and what it is kept for: "receivable:17", "revenue:energy", "vat:S:0.19".
CHART: Mapping[str, AccountKind] = {
    "receivable": "asset",  # by customer account: invoices not paid yet
    "unapplied": "liability",  # by customer account: paid beyond what was open
    "advance": "liability",  # by VAT category and rate: instalments invoiced and not settled yet
    "feed_in_payable": "liability",  # by customer account: credits owed for electricity fed in
    "bank": "asset",
    "clearing": "asset",  # by payment provider: collected and not paid out yet; "transfers": refunds on their way
    "suspense": "liability",  # received at the bank, and nobody knows yet for what
    "revenue": "revenue",  # by cost group
    "vat": "liability",  # by VAT category and rate
    "vat_in": "asset",  # VAT of self-billed credits, by category and rate
    "feed_in": "expense",
    "dunning_fees": "revenue",
    "write_off": "expense",
}
OF_A_PARTY = ("receivable", "unapplied", "feed_in_payable")  # together they are the balance of a customer account
ALONE = ("bank", "suspense", "feed_in", "dunning_fees", "write_off")


class UnbalancedError(DomainError):
    """Postings that do not sum to zero in a currency, or fewer than two of them."""

    code = "ledger_unbalanced"


@dataclass(frozen=True)
class Posting:
    """One side of a booking: a debit is positive, a credit negative. [minor units]"""

    account: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class Transaction:
    """Postings that belong together; `key` makes booking it twice one booking."""

    key: str
    booked_on: date
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        check(self.postings)


def account_kind(account: str) -> AccountKind:
    """What an account is; one outside the chart is refused."""
    name, _, detail = account.partition(":")
    if name not in CHART or (name in ALONE) == bool(detail):
        raise InvalidInputError("account", "not_in_the_chart", account=account)
    return CHART[name]


def party_accounts(account_number: str) -> tuple[str, ...]:
    return tuple(f"{name}:{account_number}" for name in OF_A_PARTY)


def vat_account(category: str, rate: Decimal, name: str = "vat") -> str:
    """0.19 and 0.190 are one account."""
    return f"{name}:{category}:{plain(rate)}"


def plain(rate: Decimal) -> str:
    """A rate without an exponent and without zeros at its end."""
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def sums(postings: Iterable[Posting]) -> dict[str, int]:
    """What postings add up to, by currency. [minor units]"""
    found: dict[str, int] = defaultdict(int)
    for posting in postings:
        found[posting.currency] += posting.amount_minor
    return dict(found)


def balances(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    """By account and currency; accounts that are even again are left out. [minor units]"""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for posting in postings:
        found[posting.account, posting.currency] += posting.amount_minor
    return {key: amount for key, amount in found.items() if amount}


def check(postings: Sequence[Posting]) -> None:
    """Refuse what is no booking: an unknown account, an empty side, or a sum that is not zero in each currency."""
    for posting in postings:
        account_kind(posting.account)
        if len(posting.currency) != 3 or not posting.currency.isupper():
            raise InvalidInputError("currency", "not_iso_4217", currency=posting.currency)
    off = {currency: amount for currency, amount in sums(postings).items() if amount}
    if off or len(postings) < 2:
        raise UnbalancedError(off=off)


def merged(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """One posting per account and currency, none of zero, in the order of their names."""
    return tuple(
        Posting(account, amount, currency) for (account, currency), amount in sorted(balances(postings).items())
    )


def reversed_postings(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    """The storno: append-only ledgers are corrected by the opposite, never by a change."""
    return tuple(Posting(one.account, -one.amount_minor, one.currency) for one in postings)


@dataclass(frozen=True)
class OpenItem:
    """What is left to pay of a document. [minor units, positive]"""

    document: str
    due_on: date
    open_minor: int


@dataclass(frozen=True)
class Allocation:
    """parts : document and amount, in the order of settling; surplus_minor : beyond all that was open."""

    parts: tuple[tuple[str, int], ...]
    surplus_minor: int


def allocate(amount_minor: int, items: Sequence[OpenItem], reference: str = "") -> Allocation:
    """Settle open items with a payment or credit: the named document first, then the oldest due; the rest is surplus.

    amount_minor : more than 0
    """
    if amount_minor <= 0:
        raise InvalidInputError("amount", "not_positive", amount_minor=amount_minor)
    left, parts = amount_minor, []
    for item in sorted(items, key=lambda one: (one.document != reference, one.due_on, one.document)):
        share = min(left, item.open_minor)
        if share > 0:
            parts.append((item.document, share))
            left -= share
    return Allocation(tuple(parts), left)


def payment_postings(party: str, currency: str, allocation: Allocation, into: str = "bank") -> tuple[Posting, ...]:
    """Money received: what settles documents leaves the receivable, the surplus waits as unapplied."""
    settled = sum(amount for _, amount in allocation.parts)
    return merged(
        [
            Posting(into, settled + allocation.surplus_minor, currency),
            Posting(f"receivable:{party}", -settled, currency),
            Posting(f"unapplied:{party}", -allocation.surplus_minor, currency),
        ]
    )


AGES = ((0, "not_due"), (30, "1_30"), (60, "31_60"), (90, "61_90"))  # days overdue at most, and its name
OLDEST = "over_90"


def age(due_on: date, on: date) -> str:
    """How long something has been overdue on a day: one of the names of `AGES`, or the oldest."""
    late = (on - due_on).days
    return next((name for days, name in AGES if late <= days), OLDEST)


def ageing(items: Iterable[OpenItem], on: date) -> dict[str, int]:
    """What is open by how long it has been overdue; every age is there. [minor units]"""
    found = dict.fromkeys([*(name for _, name in AGES), OLDEST], 0)
    for item in items:
        found[age(item.due_on, on)] += item.open_minor
    return found
