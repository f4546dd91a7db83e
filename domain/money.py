"""Money: integer minor units, one rounding (half away from zero), and splits that lose nothing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

Exact = Fraction | Decimal | int

# ISO 4217 currencies whose minor unit is not a hundredth.
DIGITS = {"BHD": 3, "CLP": 0, "ISK": 0, "JPY": 0, "JOD": 3, "KRW": 0, "KWD": 3, "OMR": 3, "PYG": 0, "TND": 3, "VND": 0}


def minor_digits(currency: str) -> int:
    """Decimals of a currency's minor unit: 2 for the euro, 0 for the yen."""
    return DIGITS.get(currency, 2)


def round_half_away(value: Exact, digits: int = 0) -> Decimal:
    """To so many decimals, halves away from zero: 2.345 -> 2.35, -2.345 -> -2.35. Exact, whatever the size."""
    return Decimal(f"{_nearest(Fraction(value) * 10**digits)}E{-digits}")  # built from text: no context rounds it


def to_minor(amount: Exact, currency: str) -> int:
    """An unrounded amount as integer minor units: the only place where money loses digits."""
    return _nearest(Fraction(amount) * 10 ** minor_digits(currency))


def from_minor(minor: int, currency: str) -> Decimal:
    return Decimal(f"{minor}E{-minor_digits(currency)}")


def largest_remainder(minor: int, weights: Sequence[int]) -> list[int]:
    """Split a rounded amount by weights so that the parts sum to it: 1250 over 14 and 16 days -> 583 and 667.

    Each part is rounded towards zero; the units left over go to the largest remainders, the earlier of equal ones.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights are not negative and not all zero")
    sign = -1 if minor < 0 else 1
    shares = [divmod(abs(minor) * weight, total) for weight in weights]
    left = abs(minor) - sum(whole for whole, _ in shares)
    first = sorted(range(len(weights)), key=lambda place: (-shares[place][1], place))[:left]
    return [sign * (whole + (place in first)) for place, (whole, _) in enumerate(shares)]


def _nearest(value: Fraction) -> int:
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return -whole if value < 0 else whole
