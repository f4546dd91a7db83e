"""What every kind of charge is, the registry they enter, and what a charge sees of the period it prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from typing import ClassVar, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from domain.calendar import add_months, days_in_month
from domain.errors import Issue
from domain.registry import Registry
from domain.tariffs.bands import Calendar
from domain.tariffs.errors import refuse
from domain.tariffs.holidays import Holidays
from domain.tariffs.lines import CostGroup, ExactParts, IntervalSet, Line, Notice, Part
from domain.tariffs.prices import PriceSeries
from domain.tariffs.slots import Cells, Laid, Use, band_codes, cells
from domain.tariffs.taxes import TaxRule, TaxTable

Per = Literal["day", "month", "year"]
T = TypeVar("T", bound="type[Charge]")


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One price of a tariff. Prices are net of VAT, `[currency]` per the unit the kind names.

    code : stable name; two charges of the same code are the same price in different times
    vat_code : looked up in the tax table by day of supply; empty is outside the scope of VAT
    valid_from, valid_to : `[from, to)` in local dates
    """

    __pydantic_config__ = {"extra": "forbid"}
    kind: ClassVar[str] = ""
    is_derived: ClassVar[bool] = False  # computed from the lines of other charges, after them, in order

    code: str
    label: str
    cost_group: CostGroup
    vat_code: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    @property
    def flows(self) -> tuple[str, ...]:
        """The flows the charge reads."""
        return ()

    @property
    def reach_back_months(self) -> int:
        """How long before a bill begins readings may count in it."""
        return 0

    @property
    def levy_name(self) -> str:
        """The row of the levy table the charge takes its price from."""
        return ""

    def lines(self, scope: Scope) -> list[Line]:
        raise NotImplementedError

    def issues(self, bands: Sequence[str]) -> list[Issue]:  # noqa: ARG002 - the kinds' common shape
        """What is wrong with the charge in a tariff of these bands; field names as in the file."""
        return []


CHARGES: Registry[type[Charge]] = Registry("charge")


def charge_kind(name: str) -> Callable[[T], T]:
    """Register a kind of charge under the name tariffs call it by."""

    def remember(cls: T) -> T:
        cls.kind = name
        CHARGES.register(name)(cls)
        return cls

    return remember


@dataclass(frozen=True)
class Facts:
    """What a contract says about its connection.

    commissioning_date, installed_kw : of the generator that feeds in
    capacities : contracted sizes by name, such as {"kVA": 6, "A": 40}
    """

    commissioning_date: date | None = None
    installed_kw: Decimal | None = None
    capacities: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Market:
    """What comes from outside the contract: market prices, taxes and levies, holidays by region."""

    prices: Mapping[str, PriceSeries] = field(default_factory=dict)
    taxes: TaxTable = field(default_factory=TaxTable)
    holidays: Mapping[str, Holidays] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Book:
    """Everything the charges of one rating share."""

    use: Use
    first: date
    end: date
    facts: Facts
    market: Market
    notices: list[Notice] = field(default_factory=list)

    def laid(self, flow: str, first: date | None = None, end: date | None = None) -> Laid:
        """The readings of a flow in the rated period, or in another one (a ratchet looks back)."""
        return self.use.laid(flow, first or self.first, end or self.end)

    def tell(self, code: str, charge: str, **params: object) -> None:
        notice = Notice(code, charge, params)
        if notice not in self.notices:
            self.notices.append(notice)

    def series(self, name: str, currency: str) -> PriceSeries:
        found = self.market.prices.get(name)
        if found is None:
            raise refuse("series_missing", series=name, known=", ".join(sorted(self.market.prices)))
        if found.currency != currency:
            raise refuse("series_currency", series=name, found=found.currency, expected=currency)
        return found


@dataclass(frozen=True)
class Span:
    """Days `[first, end)` inside one month."""

    first: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.first).days

    @property
    def month(self) -> date:
        return self.first.replace(day=1)

    @cached_property
    def _shares(self) -> dict[Per, Fraction]:
        year = (date(self.first.year + 1, 1, 1) - date(self.first.year, 1, 1)).days
        return {
            "day": Fraction(self.days),
            "month": Fraction(self.days, days_in_month(self.first.year, self.first.month)),
            "year": Fraction(self.days, year),
        }

    def share(self, per: Per) -> Fraction:
        """Days, or the part of the whole month or year they are: the denominator is never the segment."""
        return self._shares[per]


@lru_cache(maxsize=1024)
def month_spans(first: date, end: date) -> tuple[Span, ...]:
    """The period, cut at the first of each month."""
    found = []
    while first < end:
        following = min(end, add_months(first.replace(day=1), 1))
        found.append(Span(first, following))
        first = following
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Scope:
    """One segment `[first, end)` of one charge: one tariff version, one price, one tax rate.

    since, until : the days `[since, until)` the customer has this tariff; banks do not reach back further
    earlier : the lines of this tariff that are there already, for charges computed from them
    before : what those lines were from a day until the rated period
    """

    book: Book
    currency: str
    bands: Calendar | None
    first: date
    end: date
    tax: TaxRule
    since: date
    until: date
    earlier: Sequence[Line]
    before: Callable[[date], Sequence[Line]]

    def spans(self) -> tuple[Span, ...]:
        return month_spans(self.first, self.end)

    def mask(self, laid: Laid, wanted: Sequence[str]) -> npt.NDArray[np.bool_]:
        """The intervals of some bands; of all when none is named."""
        if not wanted:
            return laid.slots.always
        bands = self._calendar(wanted)
        codes = band_codes(laid.slots, bands, self._holidays(bands))
        names = bands.bands
        found: npt.NDArray[np.bool_] = codes == names.index(wanted[0])
        for name in wanted[1:]:
            found = found | (codes == names.index(name))
        return found

    def cells(self, laid: Laid, wanted: Sequence[str]) -> tuple[Cells, list[int]]:
        """The segment's intervals by band and month, and the places of some bands in it."""
        bands = self._calendar(wanted)
        names = bands.bands
        return cells(laid.slots, bands, self._holidays(bands), self.first, self.end), [
            names.index(one) for one in wanted
        ]

    def _calendar(self, wanted: Sequence[str]) -> Calendar:
        if self.bands is None or not set(wanted) <= set(self.bands.bands):
            raise refuse("tariff_unsound", bands=", ".join(wanted))
        return self.bands

    def _holidays(self, bands: Calendar) -> Holidays | None:
        return self.book.market.holidays.get(bands.holidays) if bands.holidays else None

    def line(
        self,
        charge: Charge,
        parts: Sequence[Part],
        unit: str,
        unit_price: Decimal,
        *,
        band: str = "",
        tier: int = 0,
        is_mean_price: bool = False,
        intervals: IntervalSet | None = None,
    ) -> Line:
        return Line(
            code=charge.code,
            kind=charge.kind,
            label=charge.label,
            cost_group=charge.cost_group,
            currency=self.currency,
            tax=self.tax,
            first=self.first,
            end=self.end,
            unit=unit,
            unit_price=unit_price,
            parts=parts if isinstance(parts, ExactParts) else tuple(parts),
            band=band,
            tier=tier,
            is_mean_price=is_mean_price,
            intervals=intervals,
        )


@lru_cache(maxsize=1024)
def shares(first: date, end: date, per: Per) -> tuple[tuple[int, ...], int]:
    """What each month of some days is of a day, month or year, as whole numbers of one denominator."""
    found = [span.share(per) for span in month_spans(first, end)]
    bottom = lcm(*(share.denominator for share in found))
    return tuple(share.numerator * (bottom // share.denominator) for share in found), bottom


def priced_counts(spans: Sequence[Span], counts: Sequence[int], per_unit: int, price: Decimal) -> ExactParts:
    """Parts of one unit price, of quantities in 1 / `per_unit`: amount = quantity x price."""
    top, bottom = price.as_integer_ratio()
    return ExactParts(spans, counts, per_unit, [count * top for count in counts], per_unit * bottom)


def priced(spans: Sequence[Span], quantities: Sequence[Fraction], price: Decimal) -> list[Part]:
    """Parts of one unit price: amount = quantity x price."""
    top, bottom = price.as_integer_ratio()
    return [
        Part(span.first, span.end, quantity, Fraction(quantity.numerator * top, quantity.denominator * bottom))
        for span, quantity in zip(spans, quantities, strict=True)
    ]
