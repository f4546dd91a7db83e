"""Which amounts may be paid and given back; every refusal names the field and what to enter instead."""

from __future__ import annotations

from domain.errors import Issue
from domain.payments.facts import Payment


def payment_issues(amount_minor: int, open_minor: int) -> list[Issue]:
    """Why so much cannot be paid on a balance of `open_minor`; empty where it can. [minor units]"""
    if open_minor <= 0:
        return [Issue("amount", "nothing_open")]
    if amount_minor == 0:
        return [Issue("amount", "amount_zero", {"most_minor": open_minor})]
    if amount_minor < 0:
        return [Issue("amount", "amount_negative", {"most_minor": open_minor})]
    if amount_minor > open_minor:
        return [Issue("amount", "amount_above_open", {"most_minor": open_minor})]
    return []


def refund_issues(amount_minor: int, payment: Payment, asked_minor: int = 0) -> list[Issue]:
    """Why so much of a payment cannot be given back.

    asked_minor : refunds asked for and not yet made: two of them at once may not pass the capture. [minor units]
    """
    most = payment.refundable_minor - asked_minor
    if amount_minor <= 0:
        return [
            Issue("amount", "amount_zero" if amount_minor == 0 else "amount_negative", {"most_minor": max(most, 0)})
        ]
    if most <= 0:
        return [Issue("amount", "nothing_to_refund")]
    if amount_minor > most:
        return [Issue("amount", "refund_above_captured", {"most_minor": most})]
    return []
