"""Amounts, energies and dates of a document as text in its language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal

from domain.money import from_minor
from domain.text import current_locale

MINUS = "\u2212"
NBSP = "\u00a0"
DAY = {"en": "d MMMM y"}


def amount(minor: int, currency: str) -> str:
    """`€1,126.36`, `1.126,36 €`"""
    text = format_currency(abs(from_minor(minor, currency)), currency, locale=current_locale())
    return f"{MINUS}{text}" if minor < 0 else text


def decimal(value: Decimal, least: int = 0) -> str:
    """Every digit that counts, and at least so many decimals: `0.149` as `0.1490` with four."""
    exponent = value.normalize().as_tuple().exponent
    digits = max(least, -exponent if isinstance(exponent, int) else 0)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    text = format_decimal(abs(value), format=pattern, locale=current_locale(), decimal_quantization=False)
    return f"{MINUS}{text}" if value < 0 else text


def kwh(energy_wh: Decimal | int, digits: int = 3) -> str:
    """Kilowatt-hours with the unit: `197.923 kWh`."""
    value = round(Decimal(energy_wh) / 1000, digits)
    return f"{decimal(value, digits)}{NBSP}kWh"


def percent(share: Decimal, digits: int = 0) -> str:
    return f"{decimal(round(share * 100, digits))}{NBSP}%"


def day(value: date) -> str:
    """`3 September 2026`, `3. September 2026`"""
    return str(format_date(value, DAY.get(current_locale(), "long"), locale=current_locale()))


def day_short(value: date) -> str:
    """`3 Sep 2026`"""
    if current_locale() == "en":
        return str(format_date(value, "d MMM y", locale="en"))
    return str(format_date(value, "medium", locale=current_locale()))


def days(first: date, last: date) -> str:
    return f"{day_short(first)} – {day_short(last)}"


def month(value: date) -> str:
    return str(format_date(value, "LLLL y", locale=current_locale()))


def month_short(value: date) -> str:
    return str(format_skeleton("MMM", value, locale=current_locale())).rstrip(".")[:3]
