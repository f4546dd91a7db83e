"""What rating produces: lines that say how they came about, exactly, and are rounded once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal, Protocol, overload

import numpy as np
import numpy.typing as npt

from domain.energy.quality import Quality
from domain.money import to_minor
from domain.tariffs.slots import Laid
from domain.tariffs.taxes import TaxRule

CostGroup = Literal["energy", "network", "tax_levy", "service", "discount", "feed_in"]


@dataclass(frozen=True)
class Part:
    """The share of a line that falls into one month, or less of it. `[first, end)` in local dates."""

    first: date
    end: date
    quantity: Fraction
    amount: Fraction


class Days(Protocol):
    """Local days `[first, end)`."""

    @property
    def first(self) -> date: ...
    @property
    def end(self) -> date: ...


@dataclass(frozen=True, eq=False)
class ExactParts(Sequence[Part]):
    """Parts as integers over common denominators; they are reduced to fractions once, when the first is asked for.

    spans : the days of each part
    counts : the quantity of each in 1 / `per_unit` of the unit
    amounts : what each costs in 1 / `per_amount` of the currency
    """

    spans: Sequence[Days]
    counts: Sequence[int]
    per_unit: int
    amounts: Sequence[int]
    per_amount: int

    @cached_property
    def _reduced(self) -> tuple[Part, ...]:
        return tuple(
            Part(span.first, span.end, Fraction(count, self.per_unit), Fraction(amount, self.per_amount))
            for span, count, amount in zip(self.spans, self.counts, self.amounts, strict=True)
        )

    def __len__(self) -> int:
        return len(self.counts)

    @overload
    def __getitem__(self, at: int) -> Part: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Part, ...]: ...
    def __getitem__(self, at: int | slice) -> Part | tuple[Part, ...]:
        return self._reduced[at]

    def __iter__(self) -> Iterator[Part]:
        return iter(self._reduced)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._reduced == tuple(other)

    def __hash__(self) -> int:
        return hash(self._reduced)

    @property
    def quantity(self) -> Fraction:
        return Fraction(sum(self.counts), self.per_unit)

    @property
    def amount(self) -> Fraction:
        return Fraction(sum(self.amounts), self.per_amount)


@dataclass(frozen=True, eq=False)
class IntervalSet:
    """The intervals a line was computed from: places in laid-out readings.

    price : the price of each interval in 1/price_scale per kWh, where it changes from one to the next
    """

    flow: str
    laid: Laid
    places: npt.NDArray[np.int64]
    price: npt.NDArray[np.int64] | None = None
    price_scale: int = 1

    def __len__(self) -> int:
        return len(self.places)

    @property
    def start_utc(self) -> npt.NDArray[np.datetime64]:
        return self.laid.slots.start_s[self.places].astype("datetime64[s]")

    @property
    def energy_wh(self) -> npt.NDArray[np.int64]:
        return self.laid.energy_wh[self.places]

    @property
    def is_known(self) -> npt.NDArray[np.bool_]:
        return self.laid.is_known[self.places]

    @property
    def missing(self) -> int:
        return 0 if self.laid.is_whole else int((~self.is_known).sum())

    @property
    def estimated(self) -> int:
        return int((self.laid.quality[self.places][self.is_known] == Quality.ESTIMATED).sum())


@dataclass(frozen=True)
class Line:
    """One line of a bill. `amount` is exact; `amount_minor` is it, rounded once, half away from zero.

    first, end : the segment `[first, end)` in local dates: one price, one tax rate
    unit_price : per `unit`; the mean over the line where each interval has its own price (`is_mean_price`)
    band, tier : which time-of-use band and which block (from 1), where there are any
    """

    code: str
    kind: str
    label: str
    cost_group: CostGroup
    currency: str
    tax: TaxRule
    first: date
    end: date
    unit: str
    unit_price: Decimal
    parts: Sequence[Part]
    band: str = ""
    tier: int = 0
    is_mean_price: bool = False
    intervals: IntervalSet | None = field(default=None, compare=False)

    @property
    def quantity(self) -> Fraction:
        if isinstance(self.parts, ExactParts):
            return self.parts.quantity
        return sum((part.quantity for part in self.parts), Fraction(0))

    @property
    def amount(self) -> Fraction:
        if isinstance(self.parts, ExactParts):
            return self.parts.amount
        return sum((part.amount for part in self.parts), Fraction(0))

    @property
    def amount_minor(self) -> int:
        return to_minor(self.amount, self.currency)


@dataclass(frozen=True)
class Notice:
    """Something a reader of the result must know; a value, its sentence is made at the edge."""

    code: str
    charge: str = ""
    params: dict[str, object] = field(default_factory=dict)
