"""What a payment provider does for the portal, and what it may say instead of doing it.

No card or account number passes here: people enter them on the provider's own page, and the portal keeps what the
provider calls the method. Every request that changes something has a key; the same key asks for the same thing again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from domain.errors import DomainError
from domain.payments.facts import Fact

MethodKind = Literal["card", "sepa_debit"]


class ProviderRefusedError(DomainError):
    """The provider understood and will not do it; `reason` is a code."""

    code = "payment_refused"
    status = 409

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason=reason, **params)
        self.reason = reason


class ProviderUnreachableError(DomainError):
    """No answer came: it may or may not have been done. Ask again with the same key."""

    code = "payment_unknown"
    status = 503


class SignatureError(DomainError):
    """A message that the provider did not sign, or signed too long ago."""

    code = "payment_signature"
    status = 400


@dataclass(frozen=True)
class Request:
    """A payment to begin.

    key : the same for every repetition of this attempt
    amount_minor : above zero. [minor units of `currency`]
    reference : what the customer sees at the bank, such as the invoice's number
    return_url : where the provider's page leads back to
    method : a saved one to be charged without the customer; empty sends the customer to the provider's page
    """

    key: str
    amount_minor: int
    currency: str
    reference: str
    return_url: str
    method: str = ""


@dataclass(frozen=True)
class Started:
    """`page_url` is where the customer goes on; empty where nothing is asked of the customer."""

    provider_id: str
    page_url: str


@dataclass(frozen=True)
class Method:
    """What may be shown of a way to pay.

    last4 : of the card or the account
    expires : last day of a card
    """

    token: str
    kind: MethodKind
    label: str
    last4: str
    expires: date | None = None


@dataclass(frozen=True)
class Debit:
    """An account to collect from. key : the same for every repetition; iban : checked, without spaces."""

    key: str
    iban: str
    holder: str
    bank_name: str
    mandate_reference: str


@dataclass(frozen=True)
class Event:
    """News of a payment. It says that something happened; what is true now is asked with `facts`."""

    event_id: str
    provider_id: str
    at: datetime


class PaymentProvider(Protocol):
    name: str
    signature_header: str  # of its messages

    def start(self, request: Request) -> Started:
        """Begin a payment, or return the one that this key began."""
        ...

    def facts(self, provider_id: str) -> tuple[Fact, ...]:
        """All that is known of a payment now."""
        ...

    def find(self, key: str) -> str:
        """The payment that a key began, empty where it began none: after an answer that never came."""
        ...

    def refund(self, provider_id: str, amount_minor: int, key: str) -> str:
        """Give back so much; the refund's number. [minor units]"""
        ...

    def begin_method(self, key: str, return_url: str) -> Started:
        """Let the customer add a card on the provider's page, or return the adding that this key began."""
        ...

    def added_method(self, setup_id: str) -> Method | None:
        """What the customer added there; None while nothing is."""
        ...

    def debit_method(self, debit: Debit) -> Method:
        """An account to collect from, under a mandate that was signed with us."""
        ...

    def method(self, token: str) -> Method:
        """What may be shown of a saved method."""
        ...

    def read_event(self, body: bytes, signature: str) -> Event:
        """An event from the raw bytes of its message; raises SignatureError unless the provider signed just these."""
        ...
