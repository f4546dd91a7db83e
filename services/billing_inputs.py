"""What bills are made from, read for many contracts at once: terms, registers, taxes, market prices and readings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

import numpy as np

from data.queries import consumption
from data.queries import contracts as queries
from data.queries.contracts import ContractRow
from domain.billing.inputs import inputs_digest
from domain.calendar import Period, PeriodKind
from domain.energy.intervals import Intervals
from domain.tariffs.base import Market
from domain.tariffs.metered import summed
from domain.tariffs.prices import PriceSeries
from domain.tariffs.rate import RatingResult, Term
from domain.tariffs.slots import Use
from services import contract_rating, portal
from services.contract_rating import Priced

CHUNK_DAYS = 3_100  # of readings held at once: a hundred monthly bills, or eight yearly ones


@dataclass(frozen=True)
class Wanted:
    """A contract and the days it is to be rated for."""

    contract: ContractRow
    period: Period


@dataclass(frozen=True)
class Inputs:
    """What one rating is made from. `digest` tells whether it has changed."""

    priced: Priced
    period: Period

    @property
    def reached(self) -> Period:
        return contract_rating.reached([term.tariff for term in self.priced.terms], self.period)

    @property
    def digest(self) -> str:
        made = self.priced
        return inputs_digest(
            made.terms, facts_kept(made.contract), made.market.taxes, self.reached, self.period, made.use
        )

    def rate(self) -> RatingResult:
        return self.priced.rate(self.period)


def facts_kept(contract: ContractRow) -> dict[str, str]:
    """What a contract says about itself, as a bill's basis keeps it."""
    return {
        "first_date": contract.first_date.isoformat(),
        "commissioning_date": contract.commissioning_date.isoformat() if contract.commissioning_date else "",
        "installed_kw": contract.installed_kw or "",
        "capacities": contract.capacities,
    }


def as_kept(contract: ContractRow, facts: str, end: date) -> ContractRow:
    """The contract as a basis has kept it, with the days up to the end of its bill."""
    kept = json.loads(facts)
    commissioned = kept["commissioning_date"]
    return contract._replace(
        first_date=date.fromisoformat(kept["first_date"]),
        end_date=end,
        commissioning_date=date.fromisoformat(commissioned) if commissioned else None,
        installed_kw=kept["installed_kw"] or None,
        capacities=kept["capacities"],
    )


def single(contract: ContractRow, period: Period, known_at: datetime) -> Inputs:
    return Inputs(contract_rating.priced_row(contract, period, known_at), period)


T = TypeVar("T", bound=Wanted)


class Reader:
    """Reads for a whole run: what all contracts share is read once, the rest by chunks of contracts."""

    def __init__(self, known_at: datetime) -> None:
        self.known_at = known_at
        with portal.current().records.reading() as db:
            self.taxes, self.holidays = queries.taxes(db), queries.holidays(db)
        self._prices: dict[str, tuple[tuple[int, int], PriceSeries]] = {}

    def chunk(self, chunk: Sequence[T]) -> Iterator[tuple[T, Inputs]]:
        """The inputs of some contracts, their readings in one read."""
        terms = self.terms({one.contract.id for one in chunk})
        with portal.current().records.reading() as db:
            registers = queries.registers_at_many(db, {one.contract.supply_point_id for one in chunk})
        spans = {id(one): _span(one, terms.get(one.contract.id, ())) for one in chunk}
        asked = {
            number
            for one in chunk
            for number, flow in registers.get(one.contract.supply_point_id, ())
            if flow in _flows(terms.get(one.contract.id, ()))
        }
        first = min(span[0] for span in spans.values())
        end = max(span[1] for span in spans.values())
        held = consumption.intervals_of_many(portal.current().readings, asked, first, end, self.known_at)
        for one in chunk:
            applied = terms.get(one.contract.id, ())
            own = registers.get(one.contract.supply_point_id, ())
            use = Use(one.contract.zone_name, _used(own, _flows(applied), held, spans[id(one)]))
            market = Market(self._series(applied, first, end), self.taxes, self.holidays)
            facts = contract_rating.facts_of(one.contract)
            yield one, Inputs(Priced(one.contract, applied, facts, market, use), one.period)

    def terms(self, contract_ids: Iterable[int]) -> dict[int, tuple[Term, ...]]:
        """The terms of contracts as known."""
        with portal.current().records.reading() as db:
            rows = queries.terms_of_many(db, contract_ids, self.known_at)
            bodies = queries.tariff_bodies(db, {row.tariff_version_id for each in rows.values() for row in each})
        return {number: tuple(contract_rating.term_of(row, bodies) for row in each) for number, each in rows.items()}

    def _series(self, terms: Sequence[Term], first: datetime, end: datetime) -> dict[str, PriceSeries]:
        """The market prices that terms name, read again only for days that are not held."""
        found, low, high = {}, int(first.timestamp()), int(end.timestamp())
        for name in contract_rating.series_of([term.tariff for term in terms]):
            span, series = self._prices.get(name, ((0, 0), None))
            if series is None or low < span[0] or span[1] < high:
                span = (min(low, span[0] or low), max(high, span[1]))
                with portal.current().records.reading() as db:
                    series = queries.price_series(db, [name], *span).get(name)
                if series is None:
                    continue
                self._prices[name] = (span, series)
            found[name] = series
        return found


def chunks(wanted: Sequence[T]) -> Iterator[list[T]]:
    """Neighbours in time together, so many that their readings are held at once."""
    ordered = sorted(wanted, key=lambda one: (one.period.first, one.period.end, one.contract.id))
    chunk: list[T] = []
    days = 0
    for one in ordered:
        if chunk and days + one.period.day_count > CHUNK_DAYS:
            yield chunk
            chunk, days = [], 0
        chunk.append(one)
        days += one.period.day_count
    if chunk:
        yield chunk


def _flows(terms: Sequence[Term]) -> set[str]:
    return {flow for term in terms for flow in term.tariff.flows}


def _span(one: Wanted, terms: Sequence[Term]) -> tuple[datetime, datetime]:
    """The instants whose readings a rating looks at, within the contract's days."""
    wanted = contract_rating.reached([term.tariff for term in terms], one.period)
    first = max(wanted.first, one.contract.first_date)
    return Period(PeriodKind.CUSTOM, first, wanted.end).bounds_utc(one.contract.zone_name)


def _used(
    registers: Sequence[tuple[int, str]],
    flows: set[str],
    held: dict[int, Intervals],
    span: tuple[datetime, datetime],
) -> dict[str, Intervals]:
    parts: dict[str, list[tuple[Intervals, int]]] = {}
    for number, flow in registers:
        if flow in flows:
            parts.setdefault(flow, []).append((_cut(held[number], span), 1))
    return {flow: summed(each) for flow, each in parts.items()}


def _cut(part: Intervals, span: tuple[datetime, datetime]) -> Intervals:
    edges = np.array([int(instant.timestamp()) for instant in span], dtype=np.int64).astype("datetime64[s]")
    low, high = np.searchsorted(part.start_utc, edges)
    return replace(
        part, start_utc=part.start_utc[low:high], energy_wh=part.energy_wh[low:high], quality=part.quality[low:high],
        first_utc=span[0], end_utc=span[1],
    )  # fmt: skip
