"""Refund requests: what may be asked, and the two people it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from domain.errors import DomainError, Issue

RefundState = Literal["asked", "approved", "declined", "sending", "done", "failed"]
STATES: tuple[RefundState, ...] = get_args(RefundState)
RESERVED: tuple[RefundState, ...] = ("asked", "approved")  # not booked yet, and not free for another request
BANK_TRANSFER = "bank_transfer"
LEAST_REASON, MOST_REASON = 5, 200


class OwnRequestError(DomainError):
    """Who asked for money never decides on it."""

    code = "own_request"
    status = 403


class AlreadyDecidedError(DomainError):
    """Somebody decided before; `state` is how it stands."""

    code = "already_decided"
    status = 409


@dataclass(frozen=True)
class RefundAsk:
    """What somebody asks for. [minor units of `currency`]

    payment_key : the ledger's key of a payment to give back; empty for the customer's credit
    route : how the money goes, a name in `services.refund_routes`
    iban, holder : where a bank transfer goes
    """

    amount_minor: int
    currency: str
    reason: str
    payment_key: str = ""
    route: str = BANK_TRANSFER
    iban: str = ""
    holder: str = ""

    def issues(self, most_minor: int) -> list[Issue]:
        """What is wrong with it where so much could be given back; empty when it can be asked."""
        found = []
        if self.amount_minor <= 0:
            code = "amount_zero" if self.amount_minor == 0 else "amount_negative"
            found.append(Issue("amount", code, {"most_minor": most_minor, "currency": self.currency}))
        elif most_minor <= 0:
            found.append(Issue("amount", "nothing_to_refund"))
        elif self.amount_minor > most_minor:
            found.append(Issue("amount", "above_credit", {"most_minor": most_minor, "currency": self.currency}))
        if not LEAST_REASON <= len(self.reason) <= MOST_REASON:
            found.append(Issue("reason", "length", {"least": LEAST_REASON, "most": MOST_REASON}))
        if self.route == BANK_TRANSFER:
            found += [Issue(name, "missing") for name in ("iban", "holder") if not getattr(self, name)]
        return found


def check_decision(state: str, asked_by: int, decided_by: int) -> None:
    """Raises unless it waits for a decision and somebody else makes it."""
    if asked_by == decided_by:
        raise OwnRequestError
    if state != "asked":
        raise AlreadyDecidedError(state=state)
