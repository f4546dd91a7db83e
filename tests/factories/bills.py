"""Bills of a tiny world: the two whole months that it has readings of, issued a few days after each was over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from adapters.clock import FrozenClock
from domain.calendar import Period, PeriodKind
from services import billing_issue, billing_run, portal
from services.billing_drafts import Policy
from services.portal import Portal

MARCH, OCTOBER = date(2026, 3, 1), date(2026, 10, 1)
ISSUED = {MARCH: datetime(2026, 4, 4, 6, tzinfo=UTC), OCTOBER: datetime(2026, 11, 4, 6, tzinfo=UTC)}


def bill(made: Portal, *months: date) -> int:
    """Bill the contracts of a world for months, as of a few days after each; how many documents."""
    count = 0
    for month in months or (MARCH, OCTOBER):
        with portal.using(replace(made, clock=FrozenClock(ISSUED[month]))):
            count += billing_run.run(Period.of(PeriodKind.MONTH, month), Policy(grace_days=0, is_told=False)).issued
    return count


def pay(made: Portal, account_number: str, amount_minor: int, key: str, reference: str = "") -> None:
    with portal.using(made):
        billing_issue.book_payment(account_number, amount_minor, "EUR", key, date(2026, 11, 15), reference)
