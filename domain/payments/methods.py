"""Ways to pay as rules: which card is still good, which failures another try cannot mend, how long a debit is announced."""

from __future__ import annotations

from datetime import date

from domain.calendar import add_months
from domain.errors import Issue
from domain.payments.retries import Failure

LAPSE_MONTHS = 36  # a mandate under which nothing was collected for so long is no mandate any more
NOTICE_DAYS = 14  # from the announcement of a direct debit to its collection, unless agreed otherwise
# What a provider says of a card or mandate that will fail again.
HARD = frozenset(
    {
        "expired_card", "stolen_card", "lost_card", "pickup_card", "card_not_supported", "incorrect_number",
        "account_closed", "no_account", "mandate_revoked", "debit_not_authorized", "method_unknown",
    }
)  # fmt: skip


def card_issues(expires: date | None, today: date) -> list[Issue]:
    """Why a card cannot be used; its last day still counts, and a method without an end has none."""
    if expires is not None and expires < today:
        return [Issue("method", "card_expired", {"expires": expires})]
    return []


def mandate_until(last_used: date) -> date:
    """The first day on which a mandate that was last used or signed on a day has lapsed (SEPA rulebook 4.1: 36 months)."""
    return add_months(last_used, LAPSE_MONTHS)


def mandate_issues(last_used: date, today: date) -> list[Issue]:
    """Why nothing can be collected under a mandate any more."""
    until = mandate_until(last_used)
    return [Issue("method", "mandate_lapsed", {"until": until})] if until <= today else []


def failure_of(reason: str, *, is_returned: bool) -> Failure:
    """How a failed attempt is treated; what is not known to be final is tried again."""
    if reason in HARD:
        return Failure.HARD
    return Failure.RETURNED if is_returned else Failure.SOFT
