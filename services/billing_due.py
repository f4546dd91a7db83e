"""Which bills a run of a month owes: the periods that end in it, the instalments that begin in it, less what is issued."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from data.queries import billing_runs as queries
from data.queries import contracts as contract_queries
from data.queries.billing_runs import DraftRow
from data.queries.contracts import ContractRow
from domain.billing.anomalies import Cost
from domain.billing.documents import DocumentKind
from domain.billing.periods import Cycle, Days, ending_in, instalment_months, periods, supplied
from domain.calendar import Period, add_months, local_date
from services import portal
from services.billing_inputs import Wanted

YEARS_BACK = 3  # of bills a run looks at: beyond them nothing is compared, settled or overlapped


@dataclass(frozen=True)
class Due(Wanted):
    """One bill that is due. `row` is its draft, if there is one; `before` the same period a year ago, if it was billed.

    year : for an instalment, the billed year it belongs to
    is_overlapping : other days of this period are billed already, so the period has changed since
    """

    kind: DocumentKind
    row: DraftRow | None = None
    before: Cost | None = None
    year: Period | None = None
    is_overlapping: bool = False

    @property
    def revision(self) -> int:
        return self.row.revision if self.row else 0

    @property
    def issue_key(self) -> str:
        return issue_key(self.contract, self.kind, self.period, self.revision)


@dataclass
class Planned:
    """What a run has to do; `waiting` are periods that are not over, `billed` those that are issued already."""

    due: list[Due] = field(default_factory=list)
    waiting: int = 0
    billed: int = 0


def issue_key(contract: ContractRow, kind: str, period: Period, revision: int) -> str:
    return f"{contract.public_id}:{period.first}/{period.end}:{kind}:{revision}"


def main_kind(contract: ContractRow) -> DocumentKind:
    return "feed_in_credit" if contract.direction == "feed_in" else "invoice"


def plan(month: Period, now: datetime, contract_public_id: str = "") -> Planned:
    """The bills of a month, of one contract where it is named."""
    with portal.current().records.reading() as db:
        found = contract_queries.contracts_in(db, month.first, month.end)
        rows = [row for row in found if contract_public_id in {"", row.public_id}]
        stays = contract_queries.stays(db, {row.account_id for row in rows})
        one = rows[0].id if contract_public_id and rows else None
        drafts: dict[int, list[DraftRow]] = {}
        for draft in queries.drafts_since(db, add_months(month.first, -12 * YEARS_BACK), one):
            drafts.setdefault(draft.contract_id, []).append(draft)
    planned = Planned()
    for contract in rows:
        days = [Days(*stay) for stay in stays.get((contract.account_id, contract.site_id), ())]
        _of_contract(planned, contract, days, drafts.get(contract.id, []), month, now)
    return planned


def billed_periods(contract: ContractRow, stays: Sequence[Days], until: date) -> list[Period]:
    """The billing periods of a contract that begin before a day."""
    cycle: Cycle = "yearly" if contract.billing_cycle == "yearly" else "monthly"
    own = Days(contract.first_date, contract.end_date)
    return [
        period
        for days in supplied(own, stays)
        for period in periods(days, cycle, contract.first_date, until)
    ]  # fmt: skip


def _of_contract(
    planned: Planned, contract: ContractRow, stays: Sequence[Days], drafts: list[DraftRow], month: Period, now: datetime
) -> None:
    kind, today = main_kind(contract), local_date(now, contract.zone_name)
    found = billed_periods(contract, stays, month.end)
    if contract.billing_cycle == "yearly" and kind == "invoice":
        for due in _instalments(contract, found, drafts, month):
            _add(planned, due, drafts)
    for period in ending_in(found, month):
        if period.end > today:
            planned.waiting += 1
        else:
            _add(planned, Due(contract, period, kind, before=_a_year_ago(drafts, kind, period)), drafts)


def _instalments(
    contract: ContractRow, years: Sequence[Period], drafts: Sequence[DraftRow], month: Period
) -> Iterator[Due]:
    """Those that begin in the month, of years that are not settled."""
    settled = [row for row in drafts if row.kind == "invoice" and row.state in {"issued", "superseded"}]
    for year in years:
        if not any(_overlaps(row, year) for row in settled):
            for part in instalment_months(year):
                if month.first <= part.first < month.end:
                    yield Due(contract, part, "instalment", year=year)


def _add(planned: Planned, due: Due, drafts: Sequence[DraftRow]) -> None:
    """Keep what is not billed; what is billed over other days is kept for somebody to look at."""
    near = [row for row in drafts if row.kind == due.kind and _overlaps(row, due.period)]
    same = [row for row in near if (row.first_date, row.end_date) == (due.period.first, due.period.end)]
    if any(row.state in {"issued", "superseded"} for row in same):
        planned.billed += 1
        return
    is_overlapping = any(row.state == "issued" for row in near)
    row = max(same, key=lambda each: each.revision, default=None)
    planned.due.append(
        Due(due.contract, due.period, due.kind, row, due.before, due.year, is_overlapping=is_overlapping)
    )  # fmt: skip


def _overlaps(row: DraftRow, period: Period) -> bool:
    return row.first_date < period.end and period.first < row.end_date


def _a_year_ago(drafts: Sequence[DraftRow], kind: str, period: Period) -> Cost | None:
    first = add_months(period.first, -12)
    for row in drafts:
        if (row.kind, row.state, row.first_date) == (kind, "issued", first):
            return Cost(row.gross_minor, (row.end_date - row.first_date).days)
    return None
