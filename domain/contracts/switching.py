"""What changing a tariff means before anybody agrees to it: when it can begin, and what is lost by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.calendar import add_months
from domain.errors import Issue

WITHDRAWAL_DAYS = 14  # directive 2011/83/EU, article 9
AHEAD_MONTHS = 12  # prices further ahead are nobody's


@dataclass(frozen=True)
class Bound:
    """What binds a customer to the tariff they have. Dates are local.

    minimum_until : the first day on which the contract may end without a fee; None when there is no minimum term
    guaranteed_until : the first day on which the price may change; None without a guarantee
    notice_days : between telling us and the first day of something else
    exit_fee_minor : for leaving before `minimum_until`; 0 when leaving early is not possible. [minor units]
    discount_minor : bonuses of the last twelve months that the new tariff does not have, as an amount above 0. [minor units]
    end_date : the first day after the contract, where it ends
    """

    first_date: date
    notice_days: int = 14
    minimum_until: date | None = None
    guaranteed_until: date | None = None
    exit_fee_minor: int = 0
    discount_minor: int = 0
    end_date: date | None = None


@dataclass(frozen=True)
class Offer:
    """What the new tariff would bind to. offered_until : the first day on which it can no longer begin"""

    term_months: int = 0
    notice_days: int = 14
    guarantee_months: int = 0
    offered_from: date | None = None
    offered_until: date | None = None


@dataclass(frozen=True)
class Caution:
    """One thing to know before a change; `is_loss` is what costs something, the rest is good to know."""

    code: str
    is_loss: bool
    params: dict[str, object] = field(default_factory=dict)


def bound(
    first_date: date, *, term_months: int, guarantee_months: int, notice_days: int, exit_fee_minor: int,
    minimum_until: date | None = None, end_date: date | None = None, discount_minor: int = 0,
) -> Bound:  # fmt: skip
    """What a term that began on a day binds to, from the conditions of its tariff; a contract's own date goes first."""
    return Bound(
        first_date=first_date,
        notice_days=notice_days,
        minimum_until=minimum_until or (add_months(first_date, term_months) if term_months else None),
        guaranteed_until=add_months(first_date, guarantee_months) if guarantee_months else None,
        exit_fee_minor=exit_fee_minor,
        discount_minor=discount_minor,
        end_date=end_date,
    )


def free_from(held: Bound, today: date) -> date:
    """The first day on which something else can begin without a fee."""
    told = today + timedelta(days=held.notice_days)
    return max(told, held.minimum_until or told, held.first_date + timedelta(days=1))


def earliest_start(held: Bound, offer: Offer, today: date) -> date:
    """The first day on which the new tariff can begin: after the notice; after the minimum term where no fee buys it off.

    A contract that ends before that can be continued from its end on: what ends anyway needs no notice.
    """
    told = max(today + timedelta(days=held.notice_days), held.first_date + timedelta(days=1))
    first = told if held.exit_fee_minor else free_from(held, today)
    if held.end_date is not None and held.end_date > today:
        first = min(first, held.end_date)
    return max(first, offer.offered_from or first)


def notice_deadline(held: Bound, today: date) -> date | None:
    """The last day for telling us so that the contract can end with its minimum term; None where any day will do."""
    if held.minimum_until is None:
        return None
    last = held.minimum_until - timedelta(days=held.notice_days)
    return last if last >= today else None


def exit_fee_minor(held: Bound, start: date) -> int:
    """What leaving on a day costs. [minor units]"""
    early = held.minimum_until is not None and start < held.minimum_until
    return held.exit_fee_minor if early else 0


def withdraw_until(signed_on: date) -> date:
    """The last day of the withdrawal period: the day of signing does not count."""
    return signed_on + timedelta(days=WITHDRAWAL_DAYS)


def issues(held: Bound, offer: Offer, start: date, today: date) -> list[Issue]:
    """Why a change cannot begin on a day; the first reason that holds."""
    earliest = earliest_start(held, offer, today)
    if start <= today:
        return [Issue("start", "start_not_ahead", {"earliest": earliest})]
    if offer.offered_until is not None and start >= offer.offered_until:
        return [Issue("start", "offer_over", {"until": offer.offered_until})]
    if held.end_date is not None and start > held.end_date:
        return [Issue("start", "contract_over", {"end": held.end_date})]
    if start < earliest:
        return [Issue("start", "start_too_early", {"earliest": earliest})]
    if start > add_months(today, AHEAD_MONTHS):
        return [Issue("start", "start_too_late", {"latest": add_months(today, AHEAD_MONTHS)})]
    return []


def cautions(held: Bound, offer: Offer, start: date, today: date) -> tuple[Caution, ...]:
    """Everything to know about a change on a day: losses first, then the new bonds, then the right to withdraw."""
    found = []
    if fee := exit_fee_minor(held, start):
        found.append(Caution("exit_fee", True, {"minor": fee, "free_from": free_from(held, today)}))
    if held.guaranteed_until is not None and start < held.guaranteed_until:
        found.append(Caution("guarantee_lost", True, {"until": held.guaranteed_until}))
    if held.discount_minor > 0:
        found.append(Caution("bonus_lost", True, {"minor": held.discount_minor}))
    if offer.term_months:
        found.append(Caution("new_minimum_term", False, {"months": offer.term_months, "until": add_months(start, offer.term_months)}))  # fmt: skip
    if offer.guarantee_months:
        found.append(Caution("new_guarantee", False, {"until": add_months(start, offer.guarantee_months)}))
    found.append(Caution("notice", False, {"days": offer.notice_days}))
    found.append(Caution("withdrawal", False, {"days": WITHDRAWAL_DAYS, "until": withdraw_until(today)}))
    return tuple(found)
