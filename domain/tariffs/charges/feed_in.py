"""Feed-in payment: a rate locked by the day the generator went into service, blended by its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from domain.errors import Issue
from domain.money import round_half_away
from domain.tariffs.base import Charge, Scope, charge_kind, priced
from domain.tariffs.blocks import Block, block_issues, split_total
from domain.tariffs.errors import refuse
from domain.tariffs.exact import plain
from domain.tariffs.lines import IntervalSet, Line
from domain.units import WH_PER_KWH

MARKET_S = 900


@dataclass(frozen=True, kw_only=True)
class Vintage:
    """The rates of generators commissioned in `[commissioned_from, commissioned_to)`.

    tiers : `up_to` kW installed; 15 kW over 10 kW at r1 and the rest at r2 get (10 r1 + 5 r2) / 15
    unpaid_if_negative : no payment while the market price is negative
    """

    __pydantic_config__ = {"extra": "forbid"}

    tiers: tuple[Block, ...]
    commissioned_from: date | None = None
    commissioned_to: date | None = None
    unpaid_if_negative: bool = False


@charge_kind("feed_in")
@dataclass(frozen=True, kw_only=True)
class FeedIn(Charge):
    """Paid per kWh fed in, for `years` and the rest of the year of commissioning; nothing after that.

    price_decimals : to which decimals the blended rate is rounded, if the law does so
    series : the market price that `unpaid_if_negative` looks at
    """

    vintages: tuple[Vintage, ...]
    flow: str = "export"
    years: int = 20
    price_decimals: int | None = None
    series: str = ""

    @property
    def flows(self) -> tuple[str, ...]:
        return (self.flow,)

    def issues(self, bands: Sequence[str]) -> list[Issue]:  # noqa: ARG002 - the kinds' common shape
        found = [] if self.vintages else [Issue("vintages", "empty")]
        for place, vintage in enumerate(self.vintages):
            path = f"vintages[{place}]"
            found += (
                block_issues(vintage.tiers, f"{path}.tiers") if vintage.tiers else [Issue(f"{path}.tiers", "empty")]
            )
            if vintage.unpaid_if_negative and not self.series:
                found.append(Issue("series", "empty"))
        return found

    def lines(self, scope: Scope) -> list[Line]:
        facts = scope.book.facts
        if facts.commissioning_date is None or facts.installed_kw is None:
            fact = "commissioning_date" if facts.commissioning_date is None else "installed_kw"
            raise refuse("fact_missing", charge=self.code, fact=fact)
        vintage = self._vintage(facts.commissioning_date)
        price = -blended(vintage.tiers, facts.installed_kw, self.price_decimals)
        last = date(facts.commissioning_date.year + self.years + 1, 1, 1)
        laid = scope.book.laid(self.flow)
        segment = laid.slots.span(max(scope.first, facts.commissioning_date), min(scope.end, last))
        paid = np.zeros(len(laid.slots), dtype=bool)
        paid[segment] = True
        if vintage.unpaid_if_negative:
            series = scope.book.series(self.series, scope.currency)
            known = np.flatnonzero(paid & laid.is_known)
            length_s = max(series.interval_s, laid.slots.interval_s)
            paid[known] = series.settled(laid.slots.start_s[known], length_s)[0] >= 0
        spans = scope.spans()
        quantities = []
        for span in spans:
            month = laid.slots.span(span.first, span.end)
            quantities.append(Fraction(int(laid.energy_wh[month][paid[month]].sum()), WH_PER_KWH))
        intervals = IntervalSet(self.flow, laid, np.flatnonzero(paid))
        return [scope.line(self, priced(spans, quantities, price), "kWh", price, intervals=intervals)]

    def _vintage(self, commissioned: date) -> Vintage:
        for row in self.vintages:
            after = row.commissioned_from is None or row.commissioned_from <= commissioned
            if after and (row.commissioned_to is None or commissioned < row.commissioned_to):
                return row
        raise refuse("vintage_missing", charge=self.code, day=commissioned)


def blended(tiers: Sequence[Block], installed_kw: Decimal, digits: int | None) -> Decimal:
    """The rate of a generator by the shares of its capacity in each tier. [currency / kWh]"""
    limits = [Fraction(tier.up_to) for tier in tiers if tier.up_to is not None]
    shares = split_total(Fraction(installed_kw), limits)
    exact = sum((share * Fraction(tier.price) for share, tier in zip(shares, tiers, strict=True)), Fraction(0))
    exact /= Fraction(installed_kw)
    return round_half_away(exact, digits) if digits is not None else plain(exact)
