"""The list of a viewer's bills: filtered, sorted, page by page, with what is open and what each year came to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.queries import billing as queries
from data.queries import billing_runs as run_queries
from data.queries import contracts as contract_queries
from data.queries.contracts import ContractRow
from data.tables.billing import BillingDocument
from domain.access import MEMBER_PERMISSIONS, Permission, Viewer
from domain.billing.status import Status, status_of
from services import portal

PAGE_ROWS = 12
SORTS = ("date", "amount", "due")


@dataclass(frozen=True)
class BillRow:
    """A document in the list. `shown_minor` is with VAT or without, as asked. [minor units]"""

    public_id: str
    number: str
    kind: str
    status: Status
    currency: str
    first: date
    end: date
    issued_on: date
    due_on: date
    net_minor: int
    gross_minor: int
    balance_minor: int
    open_minor: int
    commodity: str = ""  # of the contract it is about, where it is about one
    site: str = ""
    site_public_id: str = ""


@dataclass(frozen=True)
class Filter:
    """What of the list is asked for; an empty text asks for all. sort : date, amount or due; `-date` is newest first."""

    kind: str = ""
    status: str = ""
    year: int | None = None
    site: str = ""
    sort: str = "-date"
    page: int = 1


@dataclass(frozen=True)
class Listing:
    """open_minor, overdue_minor : of all open bills, by currency; years : with a document, newest first. [minor units]

    totals : with VAT, by currency, of the filtered documents that count: none that was taken back, no credit note
    """

    rows: tuple[BillRow, ...]
    found: int
    page: int
    pages: int
    years: tuple[int, ...]
    kinds: tuple[str, ...]
    statuses: tuple[str, ...]
    sites: tuple[tuple[str, str], ...]  # public id and name
    open_minor: dict[str, int]
    overdue_minor: dict[str, int]
    open_rows: tuple[BillRow, ...]
    totals: dict[str, int]
    is_business: bool
    may_pay: bool


def listing(viewer: Viewer, asked: Filter) -> Listing:
    """The documents of all accounts of the viewer."""
    rows = bills(viewer)
    chosen = fitting(rows, asked)
    ordered = _sorted(chosen, asked.sort)
    pages = max(1, -(-len(ordered) // PAGE_ROWS))
    page = min(max(asked.page, 1), pages)
    owed = sorted((row for row in rows if row.status in {"open", "overdue", "part_paid"}), key=lambda row: row.due_on)
    return Listing(
        rows=tuple(ordered[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]), found=len(ordered), page=page, pages=pages,
        years=tuple(sorted({row.issued_on.year for row in rows}, reverse=True)),
        kinds=tuple(sorted({row.kind for row in rows})), statuses=tuple(sorted({row.status for row in rows})),
        sites=tuple(sorted({(row.site_public_id, row.site) for row in rows if row.site}, key=lambda site: site[1])),
        open_minor=_sums(owed), overdue_minor=_sums([row for row in owed if row.status == "overdue"]),
        open_rows=tuple(owed), totals=_totals(chosen), is_business=is_business(viewer), may_pay=may_pay(viewer),
    )  # fmt: skip


def fitting(rows: Sequence[BillRow], asked: Filter) -> list[BillRow]:
    """Those that are asked for, on all pages together."""
    return [row for row in rows if _fits(row, asked)]


def bills(viewer: Viewer) -> list[BillRow]:
    """Every document of the viewer's accounts, newest first."""
    if not viewer.sees_customer_pages:
        return []
    today = portal.today()
    with portal.current().records.reading() as db:
        rows = queries.documents(db, viewer.account_ids)
        left = {row.id: row.open_minor for row in queries.open_documents(db, viewer.account_ids)}
        own = {row.id: row for row in contract_queries.contracts_of(db, viewer.account_ids)}
        about = {row.document_public_id: own[row.contract_id] for row in run_queries.bases_of(db, own)}
    credited = {row.refers_to_id for row in rows}
    return [
        _row(row, left.get(row.id, 0), today, about.get(row.public_id), is_credited=row.id in credited) for row in rows
    ]


def _row(
    row: BillingDocument, open_minor: int, today: date, contract: ContractRow | None, *, is_credited: bool
) -> BillRow:
    status = status_of(row.kind, row.balance_minor, open_minor, row.due_on, today, is_credited=is_credited)  # type: ignore[arg-type]  # checked by the table
    return BillRow(
        row.public_id, row.number_text, row.kind, status, row.currency, row.first_date, row.end_date, row.issued_on,
        row.due_on, row.net_minor, row.gross_minor, row.balance_minor, open_minor,
        *((contract.commodity, contract.site_name, contract.site_public_id) if contract else ("", "", "")),
    )  # fmt: skip


def is_business(viewer: Viewer) -> bool:
    with portal.current().records.reading() as db:
        return bool(viewer.account_ids) and "business" in queries.customer_kinds(db, viewer.account_ids)


def may_pay(viewer: Viewer) -> bool:
    """Whether any membership allows paying: owners of an account, never staff on a visit."""
    return any(Permission.PAY in MEMBER_PERMISSIONS[role] for _account, role in viewer.memberships)


def _fits(row: BillRow, asked: Filter) -> bool:
    return (
        asked.kind in {"", row.kind}
        and asked.status in {"", row.status}
        and asked.site in {"", row.site_public_id}
        and (asked.year is None or asked.year == row.issued_on.year)
    )


def _sorted(rows: Sequence[BillRow], sort: str) -> list[BillRow]:
    name, is_reverse = sort.lstrip("-"), sort.startswith("-")
    keys = {
        "date": lambda row: (row.issued_on, row.number),
        "amount": lambda row: (row.balance_minor, row.number),
        "due": lambda row: (row.due_on, row.number),
    }
    return sorted(rows, key=keys.get(name, keys["date"]), reverse=is_reverse)


def _sums(rows: Sequence[BillRow]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        found[row.currency] += row.open_minor
    return dict(found)


def _totals(rows: Sequence[BillRow]) -> dict[str, int]:
    """Of what was billed, instalments aside: the bill they lead to has their amount in it."""
    found: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.status != "credited" and row.kind == "invoice":
            found[row.currency] += row.gross_minor
    return dict(found)
