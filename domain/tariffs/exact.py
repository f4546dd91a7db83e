"""Exact sums of products: int64 while it fits, Python's integers when it does not."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

LARGEST = 2**63 - 1
Int64s = npt.NDArray[np.int64]


def fits(one: Int64s, other: Int64s) -> bool:
    """Whether no sum of products of some of them can leave int64."""
    return len(one) == 0 or _largest(one) * _largest(other) * len(one) <= LARGEST


def dot(one: Int64s, other: Int64s) -> int:
    """The sum of products, never rounded and never wrapped around."""
    if fits(one, other):
        return int(np.dot(one, other))
    return sum(int(a) * int(b) for a, b in zip(one.tolist(), other.tolist(), strict=True))


def _largest(values: Int64s) -> int:
    return max(abs(int(values.min())), abs(int(values.max())))


def decimals(*values: Decimal | None) -> int:
    """The most decimals any of the numbers has: 0.0305 and 2 -> 4."""
    exponents = [value.normalize().as_tuple().exponent for value in values if value is not None]
    return max([0, *(-exponent for exponent in exponents if isinstance(exponent, int))])


def scaled(value: Decimal, scale: int) -> int:
    """`value * scale` where that is a whole number."""
    exact = Fraction(value) * scale
    if exact.denominator != 1:
        raise ValueError(f"{value} is not a whole number of 1/{scale}")
    return exact.numerator


def plain(value: Fraction, places: int = 12) -> Decimal:
    """A fraction as a decimal for people: exact when it ends within `places`, else the nearest."""
    numerator = value.numerator * 10**places
    whole = (2 * abs(numerator) + value.denominator) // (2 * value.denominator)
    found = Decimal(-whole if value < 0 else whole).scaleb(-places).normalize()
    return found.quantize(Decimal(1)) if found == found.to_integral_value() else found
