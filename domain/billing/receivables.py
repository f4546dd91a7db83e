"""What follows a payment: money given back or taken back, credit paid out, an item given up, a fee on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.billing.ledger import Posting, merged
from domain.errors import InvalidInputError

MONEY = ("bank", "clearing", "suspense")  # accounts that hold money which came in or went out


def is_money(account: str) -> bool:
    return account.partition(":")[0] in MONEY


@dataclass(frozen=True)
class Settled:
    """What of a document is settled, and how much of that by the payment in question. [minor units]"""

    document: str
    due_on: date
    settled_minor: int
    by_payment_minor: int = 0


@dataclass(frozen=True)
class Release:
    """Where money that leaves again comes from. [minor units]

    credit_minor : from what waited as unapplied
    parts : document and amount that is open again
    beyond_minor : neither waits nor settles anything any more; the customer owes it without a document
    """

    credit_minor: int
    parts: tuple[tuple[str, int], ...]
    beyond_minor: int

    @property
    def amount_minor(self) -> int:
        return self.credit_minor + sum(amount for _, amount in self.parts) + self.beyond_minor


def release(amount_minor: int, credit_minor: int, settled: Sequence[Settled]) -> Release:
    """Take so much of a payment back: from credit first, then what it settled, then other settled documents.

    Documents due last are opened first. credit_minor : what waits as unapplied, at least 0. [minor units]
    """
    _positive(amount_minor)
    credit = min(amount_minor, max(credit_minor, 0))
    left, opened = amount_minor - credit, dict[str, int]()
    latest = sorted(settled, key=lambda one: (one.due_on, one.document), reverse=True)
    shares = [(one.document, min(one.by_payment_minor, one.settled_minor)) for one in latest]
    shares += [(one.document, one.settled_minor - min(one.by_payment_minor, one.settled_minor)) for one in latest]
    for document, most in shares:
        part = min(left, most)
        if part > 0:
            opened[document] = opened.get(document, 0) + part
            left -= part
    return Release(credit, tuple(opened.items()), left)


def release_postings(party: str, currency: str, found: Release, out_of: str) -> tuple[Posting, ...]:
    """Money that leaves `out_of`: what documents it opens is receivable again, the rest was or becomes unapplied."""
    return merged(
        [
            Posting(f"receivable:{party}", sum(amount for _, amount in found.parts), currency),
            Posting(f"unapplied:{party}", found.credit_minor + found.beyond_minor, currency),
            Posting(out_of, -found.amount_minor, currency),
        ]
    )


@dataclass(frozen=True)
class Credit:
    """What a customer is owed: paid beyond what was open, and earned with electricity fed in. [minor units]"""

    unapplied_minor: int
    feed_in_minor: int

    @property
    def most_minor(self) -> int:
        return max(self.unapplied_minor, 0) + max(self.feed_in_minor, 0)


def payout_postings(party: str, currency: str, amount_minor: int, credit: Credit, out_of: str) -> tuple[Posting, ...]:
    """Credit paid out, never more than there is: what was paid too much goes first."""
    _positive(amount_minor)
    if amount_minor > credit.most_minor:
        raise InvalidInputError("amount", "above_credit", most_minor=credit.most_minor)
    paid = min(amount_minor, max(credit.unapplied_minor, 0))
    return merged(
        [
            Posting(f"unapplied:{party}", paid, currency),
            Posting(f"feed_in_payable:{party}", amount_minor - paid, currency),
            Posting(out_of, -amount_minor, currency),
        ]
    )


def write_off_postings(party: str, currency: str, amount_minor: int) -> tuple[Posting, ...]:
    """An open item given up, gross."""
    _positive(amount_minor)
    return merged(
        [Posting("write_off", amount_minor, currency), Posting(f"receivable:{party}", -amount_minor, currency)]
    )


def fee_postings(party: str, currency: str, fee_minor: int) -> tuple[Posting, ...]:
    """A dunning fee is damages, not a sale: it carries no VAT."""
    _positive(fee_minor)
    return merged([Posting(f"receivable:{party}", fee_minor, currency), Posting("dunning_fees", -fee_minor, currency)])


def moved_postings(currency: str, amount_minor: int, out_of: str, into: str) -> tuple[Posting, ...]:
    """Money from one of our accounts to another: a transfer arrives, a provider pays out."""
    _positive(amount_minor)
    return merged([Posting(into, amount_minor, currency), Posting(out_of, -amount_minor, currency)])


def _positive(amount_minor: int) -> None:
    if amount_minor <= 0:
        raise InvalidInputError("amount", "not_positive", amount_minor=amount_minor)
