"""One bill of a viewer: its lines as issued, the same computed again, and why it differs from the one before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction

import numpy as np

from data.queries import billing as queries
from data.queries import billing_runs as run_queries
from data.queries.billing_runs import BasisRow
from data.queries.contracts import ContractRow
from domain.access import Viewer
from domain.billing.documents import Document, DocumentLine
from domain.billing.drafts import billed_lines
from domain.billing.waterfall import Bill, Priced, Step, Weather, explain
from domain.billing.weather import WeatherEffect
from domain.calendar import Period, PeriodKind, zone
from domain.energy.quality import ORDER
from domain.errors import NotFoundError
from domain.tariffs.lines import IntervalSet, Line
from domain.tariffs.rate import RatingResult
from domain.units import WH_PER_KWH
from services import bill_weather, billing, billing_basis, billing_list, contract_rating, portal
from services.billing_list import BillRow


@dataclass(frozen=True)
class Change:
    """Why a bill differs from the one before of the same contract; the steps sum to the difference. [minor units]

    weather : what the weather made of the use; None where that is not known
    """

    before: BillRow
    steps: tuple[Step, ...]
    weather: WeatherEffect | None = None

    @property
    def total_minor(self) -> int:
        return sum(step.change_minor for step in self.steps)


@dataclass(frozen=True)
class Detail:
    """rating : the bill computed again from what was known when it was issued; None for what is not rated

    is_same : whether that gives the very lines that were issued, to the cent
    other : the note that took the bill back, or the bill that this note takes back
    """

    row: BillRow
    document: Document
    contract: ContractRow | None
    known_at: datetime | None
    rating: RatingResult | None
    is_same: bool
    change: Change | None
    other: BillRow | None
    newer: BillRow | None

    @property
    def imported_wh(self) -> int | None:
        """Energy of the billed flow. [Wh]"""
        if self.rating is None or not self.rating.coverage:
            return None
        return self.rating.coverage[0].energy_wh


@dataclass(frozen=True)
class ProofRow:
    """One interval of a line. price : per kWh, exact; amount : unrounded. [currency]"""

    start_utc: datetime
    local: datetime
    energy_wh: int
    quality: str
    price: Fraction
    amount: Fraction


def detail(viewer: Viewer, public_id: str) -> Detail:
    """Foreign and missing bills both raise NotFoundError."""
    _summary, document = billing.document(viewer, public_id)
    rows = {row.public_id: row for row in billing_list.bills(viewer)}
    row = rows[public_id]
    with portal.current().records.reading() as db:
        basis = run_queries.basis(db, public_id)
        other = queries.counterpart(db, public_id)
        of_contract = run_queries.bases_of(db, [basis.contract_id]) if basis else []
    contract = contract_rating.row_of(basis.contract_id) if basis else None
    rating = billing_basis.recompute(viewer, public_id) if basis and row.kind in billing_basis.RATED else None
    same = rating is not None and billed_lines(rating, document.kind) == document.lines
    return Detail(
        row=row, document=document, contract=contract, known_at=basis.known_at if basis else None, rating=rating,
        is_same=same, change=_change(viewer, row, document, of_contract, rows, contract), other=rows.get(other or ""),
        newer=_newer(basis, of_contract, rows),
    )  # fmt: skip


def _newer(basis: BasisRow | None, of_contract: Sequence[BasisRow], rows: dict[str, BillRow]) -> BillRow | None:
    """The bill that replaced one that was taken back."""
    if basis is None:
        return None
    later = [
        each
        for each in of_contract
        if each.first_date == basis.first_date and each.kind == basis.kind and each.revision > basis.revision
    ]
    return rows.get(later[-1].document_public_id) if later else None


def _change(
    viewer: Viewer, row: BillRow, document: Document, of_contract: Sequence[BasisRow], rows: dict[str, BillRow],
    contract: ContractRow | None,
) -> Change | None:  # fmt: skip
    """Against the newest earlier bill of the same contract that counts."""
    if row.kind != "invoice":
        return None
    earlier = [
        found
        for each in of_contract
        if each.kind == "invoice"
        and each.end_date <= row.first
        and (found := rows.get(each.document_public_id)) is not None
        and found.status != "credited"
    ]
    if not earlier:
        return None
    _summary, before = billing.document(viewer, earlier[-1].public_id)
    effect = None
    if contract is not None:
        spans = [Period(PeriodKind.CUSTOM, one.first, one.end) for one in (before, document)]
        effect = bill_weather.effect(viewer, contract, "import", spans[0], spans[1])
    driven = frozenset(_named(line) for one in (before, document) for line in one.lines if line.unit == "kWh")
    weather = Weather(effect.factor, driven) if effect else None
    return Change(earlier[-1], explain(_bill(before), _bill(document), weather), effect)


def _named(line: DocumentLine) -> str:
    """Lines of one name and band are one thing, whatever their dates."""
    return f"{line.code} {line.band}".strip()


def _bill(document: Document) -> Bill:
    """What of a document explains its amount."""
    found: dict[str, Priced] = defaultdict(lambda: Priced(Fraction(0), Fraction(0)))
    for line in document.lines:
        name = _named(line)
        found[name] = Priced(found[name].quantity + Fraction(line.quantity), found[name].amount + line.net_minor)
    totals = document.totals
    return Bill((document.end - document.first).days, dict(found), totals.net_minor, totals.tax_minor)


def line_of(viewer: Viewer, public_id: str, position: int) -> tuple[Detail, DocumentLine, Line]:
    """A line as issued and as computed again; position counts from 1."""
    found = detail(viewer, public_id)
    if found.rating is None or not 1 <= position <= len(found.document.lines):
        raise NotFoundError(what="line")
    if len(found.rating.lines) != len(found.document.lines):
        raise NotFoundError(what="line")
    return found, found.document.lines[position - 1], found.rating.lines[position - 1]


def proof(line: Line, zone_name: str) -> Iterator[ProofRow]:
    """The intervals a line was computed from, each with its price; what they cost sums to the line.

    Energy in blocks and peaks have no price of their own for an interval: each carries its share of the whole.
    """
    intervals = line.intervals
    if intervals is None or not len(intervals):
        return
    local_zone = zone(zone_name)
    starts, energy, known = intervals.start_utc.astype(np.int64), intervals.energy_wh, intervals.is_known
    quality = intervals.laid.quality[intervals.places]
    prices = _prices(line, intervals)
    for place in np.flatnonzero(known).tolist():
        start = datetime.fromtimestamp(int(starts[place]), UTC)
        wh, price = int(energy[place]), prices[place] if isinstance(prices, list) else prices
        yield ProofRow(
            start,
            start.astimezone(local_zone),
            wh,
            ORDER[int(quality[place])].name.lower(),
            price,
            price * Fraction(wh, WH_PER_KWH),
        )


def _prices(line: Line, intervals: IntervalSet) -> list[Fraction] | Fraction:
    if intervals.price is not None:
        return [Fraction(int(price), intervals.price_scale) for price in intervals.price.tolist()]
    total_wh = int(intervals.energy_wh[intervals.is_known].sum())
    return line.amount / Fraction(total_wh, WH_PER_KWH) if total_wh else Fraction(0)


def largest(line: Line, zone_name: str, count: int = 6) -> tuple[date | None, list[ProofRow], int]:
    """The intervals of a line that cost most: their day if they share one, the rows by time, and how many there are."""
    rows = list(proof(line, zone_name))
    top = sorted(sorted(rows, key=lambda row: -abs(row.amount))[:count], key=lambda row: row.start_utc)
    days = {row.local.date() for row in top}
    return (days.pop() if len(days) == 1 else None), top, len(rows)
