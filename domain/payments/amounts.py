"""Which amounts may be paid and given back; every refusal names the field and what to enter instead."""

from __future__ import annotations

import re

from domain.errors import Issue
from domain.money import minor_digits
from domain.payments.facts import Payment

ENTERED = re.compile(r"-?\d{1,3}(?:([., \u00a0\u202f'])\d{3}(?:\1\d{3})*)?(?:[.,]\d+)?|-?\d+(?:[.,]\d+)?")


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


def entered_minor(text: str, currency: str) -> int | None:
    """What somebody typed, with comma or point: `84,50`, `1.234,5`, `1,234.50`, `84`; None for what is no amount.

    A single separator before three digits groups them where the currency has two decimals: `1.234` is 1234.
    """
    plain = text.strip().replace("\u2212", "-")
    if len(plain) > 20 or not ENTERED.fullmatch(plain):
        return None
    digits = minor_digits(currency)
    whole, mark, part = re.fullmatch(r"(.*?)(?:([.,])(\d*))?", plain).group(1, 2, 3)  # type: ignore[union-attr]
    if mark and len(part) == 3 and digits != 3:
        whole, part = whole + part, ""
    if len(part or "") > digits:
        return None
    sign = -1 if plain.startswith("-") else 1
    return sign * int(re.sub(r"\D", "", whole) + (part or "").ljust(digits, "0"))
