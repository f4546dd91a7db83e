"""Whether and when an invoice is collected without the customer's doing, as the customer allowed it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Skip(StrEnum):
    """Why nothing is collected."""

    OFF = "off"
    NO_METHOD = "no_method"
    NOTHING_OPEN = "nothing_open"
    DISPUTED = "disputed"
    IN_FLIGHT = "in_flight"  # an attempt may still succeed
    ABOVE_CAP = "above_cap"  # the customer is asked instead


@dataclass(frozen=True)
class AutopayRule:
    """What the customer agreed to.

    consented_on : None while it is off
    cap_minor : an invoice above it is not collected; None for any amount. [minor units]
    preferred_day : of the month, 1..31; None collects on the due date
    """

    consented_on: date | None
    cap_minor: int | None = None
    preferred_day: int | None = None

    def __post_init__(self) -> None:
        if self.preferred_day is not None and not 1 <= self.preferred_day <= 31:
            raise ValueError(f"preferred_day: {self.preferred_day} is no day of a month")
        if self.cap_minor is not None and self.cap_minor <= 0:
            raise ValueError(f"cap_minor: {self.cap_minor} would collect nothing")


@dataclass(frozen=True)
class Invoice:
    """An invoice as far as collecting asks. [minor units]"""

    issued: date
    due: date
    open_minor: int
    is_disputed: bool = False
    has_open_attempt: bool = False


@dataclass(frozen=True)
class Collection:
    on: date
    amount_minor: int


def collect(rule: AutopayRule, invoice: Invoice, *, has_method: bool, notice_days: int = 0) -> Collection | Skip:
    """When how much is collected, or why nothing is.

    notice_days : from the announcement of a direct debit, on the day of issue, to its collection; 14 unless agreed
    """
    reasons = (
        (rule.consented_on is None, Skip.OFF),
        (invoice.open_minor <= 0, Skip.NOTHING_OPEN),
        (invoice.is_disputed, Skip.DISPUTED),
        (invoice.has_open_attempt, Skip.IN_FLIGHT),
        (not has_method, Skip.NO_METHOD),
        (rule.cap_minor is not None and invoice.open_minor > rule.cap_minor, Skip.ABOVE_CAP),
    )
    why = next((skip for applies, skip in reasons if applies), None)
    if why is not None:
        return why
    earliest = invoice.issued + timedelta(days=notice_days)
    return Collection(max(_wished(rule, invoice), earliest), invoice.open_minor)


def _wished(rule: AutopayRule, invoice: Invoice) -> date:
    """The last preferred day up to the due date that is not before the issue; without one the due date."""
    if rule.preferred_day is None:
        return invoice.due
    day = _in_month(invoice.due.year, invoice.due.month, rule.preferred_day)
    if day > invoice.due:
        before = invoice.due.replace(day=1) - timedelta(days=1)
        day = _in_month(before.year, before.month, rule.preferred_day)
    return day if day >= invoice.issued else invoice.due


def _in_month(year: int, month: int, day: int) -> date:
    """That day, or the month's last one where it is shorter."""
    return date(year, month, min(day, monthrange(year, month)[1]))
