"""What has become of a document, as a customer is told."""

from __future__ import annotations

from datetime import date
from typing import Literal

from domain.billing.documents import DocumentKind

Status = Literal["open", "overdue", "part_paid", "paid", "credited", "credit", "nothing_due"]
STATUSES: tuple[Status, ...] = ("open", "overdue", "part_paid", "paid", "credited", "credit", "nothing_due")


def status_of(
    kind: DocumentKind, balance_minor: int, open_minor: int, due_on: date, today: date, *, is_credited: bool = False
) -> Status:
    """balance_minor : what the document asked for; open_minor : what is left of it. [minor units]

    A document that was taken back is `credited` whatever was paid; a note and money for feeding in are a `credit`.
    """
    if is_credited:
        return "credited"
    if kind in {"credit_note", "feed_in_credit"} or balance_minor < 0:
        return "credit"
    if balance_minor == 0:
        return "nothing_due"
    if open_minor <= 0:
        return "paid"
    if due_on < today:
        return "overdue"
    return "open" if open_minor >= balance_minor else "part_paid"
