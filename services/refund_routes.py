"""The ways money goes back to a customer. A payment provider registers its own beside the bank transfer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from adapters.payments.base import ProviderRefusedError, ProviderUnreachableError
from domain.payments.refunds import BANK_TRANSFER
from domain.registry import Registry
from services import portal
from services.payment_providers import PROVIDERS, provider
from services.provider_refunds import ledger_key, paid_by
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
    def takes(self, payment_key: str) -> bool:
        """Whether the money of this payment can go back so; of an empty key, whether credit can."""
        ...

    def account(self, order: RefundOrder) -> str:
        """The ledger account the money leaves."""
        ...

    def send(self, order: RefundOrder) -> RefundAnswer:
        """Give the money back, once per key; called outside any transaction, again where no answer was kept."""
        ...


ROUTES: Registry[RefundRoute] = Registry("refund routes")


class BankTransfer:
    """A transfer that staff order at the bank from what `refund run` prints; the statement that shows it ends it."""

    def takes(self, _payment_key: str) -> bool:
        return True

    def account(self, _order: RefundOrder) -> str:
        return TRANSFERS

    def send(self, _order: RefundOrder) -> RefundAnswer:
        return RefundAnswer("done")


@dataclass(frozen=True)
class BackThrough:
    """The way the payment came: to the same card or account, by the provider that took it."""

    name: str

    def takes(self, payment_key: str) -> bool:
        return payment_key.startswith(ledger_key(self.name, ""))

    def account(self, _order: RefundOrder) -> str:
        return f"clearing:{self.name}"

    def send(self, order: RefundOrder) -> RefundAnswer:
        with portal.current().records.reading() as db:
            row = paid_by(db, self.name, order.payment_key)
        if row is None or not row.provider_id:
            return RefundAnswer("failed", reason="payment_unknown")
        try:
            number = provider(self.name).refund(row.provider_id, order.amount_minor, order.key)
        except ProviderUnreachableError:  # it may have been done: the next run asks with the same key
            return RefundAnswer("sending")
        except ProviderRefusedError as refused:
            return RefundAnswer("failed", reason=refused.reason)
        return RefundAnswer("done", number)


ROUTES.register(BANK_TRANSFER)(BankTransfer())
for _name in PROVIDERS:
    ROUTES.register(_name)(BackThrough(_name))
