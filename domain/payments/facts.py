"""A payment is the set of what became known of it, so neither order nor repetition of the news can change it.

Providers deliver events at least once and in no order. Each fact therefore has a key of its own (the provider's number
of the capture, refund or dispute), and the state is computed from all facts together, never from the last one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.errors import DomainError


class FactKind(StrEnum):
    AUTHENTICATION = "authentication"  # the customer must confirm with the bank
    PROCESSING = "processing"  # handed to the bank; a direct debit stays here for days
    DECLINED = "declined"  # `reason` says why
    CANCELLED = "cancelled"
    CAPTURED = "captured"  # the money is ours
    RETURNED = "returned"  # a direct debit that the bank took back after it was captured
    REFUNDED = "refunded"  # given back by us
    REFUND_FAILED = "refund_failed"  # the bank would not take the refund of the same key
    DISPUTED = "disputed"  # the customer's bank took it back and asks
    DISPUTE_WON = "dispute_won"  # the dispute of the same key came back to us
    DISPUTE_LOST = "dispute_lost"  # the dispute of the same key stays with the customer


class PaymentStatus(StrEnum):
    CREATED = "created"
    AUTHENTICATION = "authentication"
    PROCESSING = "processing"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUCCEEDED = "succeeded"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    RETURNED = "returned"


WITH_AMOUNT = {FactKind.CAPTURED, FactKind.RETURNED, FactKind.REFUNDED, FactKind.DISPUTED}
ANSWERS = {
    FactKind.REFUND_FAILED: FactKind.REFUNDED,
    FactKind.DISPUTE_WON: FactKind.DISPUTED,
    FactKind.DISPUTE_LOST: FactKind.DISPUTED,
}


class ContradictoryFactError(DomainError):
    """The same key came with another amount, or a dispute was both won and lost: somebody must look."""

    code = "payment_contradictory"
    status = 409


@dataclass(frozen=True)
class Fact:
    """One thing that became known of a payment.

    key : the provider's number of the capture, refund or dispute; an answer has the key of what it answers
    amount_minor : above zero for captures, returns, refunds and disputes; 0 for all others. [minor units]
    reason : of a decline, as the provider says it
    """

    kind: FactKind
    key: str
    amount_minor: int = 0
    reason: str = ""

    def __post_init__(self) -> None:
        if not self.key:
            raise ValueError("a fact has a key")
        if (self.amount_minor > 0) != (self.kind in WITH_AMOUNT) or self.amount_minor < 0:
            raise ValueError(f"{self.kind}: an amount of {self.amount_minor} minor units")


@dataclass(frozen=True)
class Payment:
    """What was asked for, and all that is known of it. [minor units of one currency]"""

    asked_minor: int
    facts: frozenset[Fact] = frozenset()

    def knowing(self, fact: Fact) -> Payment:
        """With one more fact; the same payment where it was known already."""
        for known in self.facts:
            if (known.kind, known.key) == (fact.kind, fact.key) and known != fact:
                raise ContradictoryFactError(key=fact.key, kind=str(fact.kind))
        wins = {FactKind.DISPUTE_WON, FactKind.DISPUTE_LOST}
        kinds = {known.kind for known in self.facts if known.key == fact.key} | {fact.kind}
        if wins <= kinds:
            raise ContradictoryFactError(key=fact.key, kind=str(fact.kind))
        return replace(self, facts=self.facts | {fact})

    @property
    def captured_minor(self) -> int:
        return self._sum(FactKind.CAPTURED)

    @property
    def refunded_minor(self) -> int:
        """Refunds that were not sent back by the bank."""
        failed = self._keys(FactKind.REFUND_FAILED)
        return sum(f.amount_minor for f in self._of(FactKind.REFUNDED) if f.key not in failed)

    @property
    def disputed_minor(self) -> int:
        """What is with the customer's bank, whether it is still asking or has decided against us."""
        won = self._keys(FactKind.DISPUTE_WON)
        return sum(f.amount_minor for f in self._of(FactKind.DISPUTED) if f.key not in won)

    @property
    def returned_minor(self) -> int:
        return self._sum(FactKind.RETURNED)

    @property
    def kept_minor(self) -> int:
        """What is ours now. It can pass below zero for a while: a refund may be told before its capture."""
        return self.captured_minor - self.refunded_minor - self.disputed_minor - self.returned_minor

    @property
    def refundable_minor(self) -> int:
        """The most that may still be given back."""
        return max(self.kept_minor, 0)

    @property
    def decline_reason(self) -> str:
        return min((f.reason for f in self._of(FactKind.DECLINED)), default="")

    @property
    def status(self) -> PaymentStatus:
        if self.captured_minor:
            return self._status_of_captured()
        kinds = {fact.kind for fact in self.facts}
        steps = (
            (FactKind.CANCELLED, PaymentStatus.CANCELLED),
            (FactKind.DECLINED, PaymentStatus.FAILED),
            (FactKind.PROCESSING, PaymentStatus.PROCESSING),
            (FactKind.AUTHENTICATION, PaymentStatus.AUTHENTICATION),
        )
        return next((status for kind, status in steps if kind in kinds), PaymentStatus.CREATED)

    @property
    def is_open(self) -> bool:
        """Whether money may still come, so that no second attempt may begin."""
        return self.status in {PaymentStatus.CREATED, PaymentStatus.AUTHENTICATION, PaymentStatus.PROCESSING}

    def _status_of_captured(self) -> PaymentStatus:
        if self.returned_minor >= self.captured_minor:
            return PaymentStatus.RETURNED
        if self.disputed_minor:
            return PaymentStatus.DISPUTED
        if self.refunded_minor >= self.captured_minor - self.returned_minor:
            return PaymentStatus.REFUNDED
        return PaymentStatus.PARTLY_REFUNDED if self.refunded_minor else PaymentStatus.SUCCEEDED

    def _of(self, kind: FactKind) -> Iterable[Fact]:
        return (fact for fact in self.facts if fact.kind is kind)

    def _keys(self, kind: FactKind) -> set[str]:
        return {fact.key for fact in self._of(kind)}

    def _sum(self, kind: FactKind) -> int:
        return sum(fact.amount_minor for fact in self._of(kind))


def known(asked_minor: int, facts: Iterable[Fact]) -> Payment:
    """The payment of which these facts are known."""
    payment = Payment(asked_minor)
    for fact in facts:
        payment = payment.knowing(fact)
    return payment
