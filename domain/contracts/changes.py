"""Ending a contract or having it corrected: what may be asked for, and from which day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, get_args

from domain.calendar import add_months
from domain.contracts.switching import AHEAD_MONTHS, Bound, free_from
from domain.errors import Issue

ChangeKind = Literal["cancel", "move_out", "move_in", "correct"]
KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)
ENDS: tuple[ChangeKind, ...] = ("cancel", "move_out")  # these end the contract; the others are for staff to do
LONGEST = 600  # letters of what is written
BACK_DAYS = 42  # a move may be told afterwards


def earliest_day(kind: ChangeKind, held: Bound, today: date) -> date:
    """The first day a request may name: of an end, the first one without the contract. Local dates.

    Who moves out is bound by the notice alone, not by the minimum term.
    """
    if kind == "cancel":
        return free_from(held, today)
    if kind == "move_out":
        return max(today + timedelta(days=held.notice_days), held.first_date + timedelta(days=1))
    return today - timedelta(days=BACK_DAYS)


def issues(kind: str, day: date | None, text: str, held: Bound, today: date) -> list[Issue]:
    """Everything that is wrong with a request; empty when nothing is."""
    if kind not in KINDS:
        return [Issue("kind", "unknown")]
    found = []
    if len(text) > LONGEST:
        found.append(Issue("text", "too_long", {"most": LONGEST}))
    if kind != "cancel" and not text:
        found.append(Issue("text", "missing"))
    if kind != "correct":
        found += _day_issues(kind, day, held, today)
    return found


def _day_issues(kind: ChangeKind, day: date | None, held: Bound, today: date) -> list[Issue]:
    earliest, latest = earliest_day(kind, held, today), add_months(today, AHEAD_MONTHS)
    if day is None:
        return [Issue("day", "no_date", {"earliest": earliest})]
    if kind in ENDS and held.end_date is not None and day >= held.end_date:
        return [Issue("day", "contract_over", {"end": held.end_date})]
    if day < earliest:
        return [Issue("day", "too_early", {"earliest": earliest})]
    return [Issue("day", "too_late", {"latest": latest})] if day > latest else []
