"""The ways money goes back to a customer. A payment provider registers its own beside the bank transfer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from domain.payments.refunds import BANK_TRANSFER
from domain.registry import Registry
from services.receivables import TRANSFERS


@dataclass(frozen=True)
class RefundOrder:
    """What a route is told to do. [minor units]

    key : the request's public id; the same for every repetition, so that a provider does it once
    payment_key : the ledger's key of the payment that is given back; empty for credit
    """

    key: str
    account_number: str
    amount_minor: int
    currency: str
    payment_key: str
    iban: str
    holder: str


@dataclass(frozen=True)
class RefundAnswer:
    """state : "done" when the money is on its way, "failed" with a reason, "sending" while the route cannot say yet."""

    state: Literal["done", "failed", "sending"]
    provider_id: str = ""
    reason: str = ""


class RefundRoute(Protocol):
    def account(self, order: RefundOrder) -> str:
        """The ledger account the money leaves."""
        ...

    def send(self, order: RefundOrder) -> RefundAnswer:
        """Give the money back, once per key; called outside any transaction, again where no answer was kept."""
        ...


ROUTES: Registry[RefundRoute] = Registry("refund routes")


class BankTransfer:
    """A transfer that staff order at the bank from what `refund run` prints; the statement that shows it ends it."""

    def account(self, _order: RefundOrder) -> str:
        return TRANSFERS

    def send(self, _order: RefundOrder) -> RefundAnswer:
        return RefundAnswer("done")


ROUTES.register(BANK_TRANSFER)(BankTransfer())
