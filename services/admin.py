"""What staff do: find customers, open one, look at its pages read-only, and see how the portal is doing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from data.queries import consumption
from data.queries import customers as queries
from data.queries import identity as identity_queries
from data.repositories import audit
from data.repositories import identity as repository
from domain.access import Permission, Viewer, require
from domain.calendar import local_midnight_utc
from domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from services import portal
from services.sites import was_in_place

VIEW_AS_LASTS = timedelta(minutes=30)
PAGE_SIZE = 20
MIN_SEARCH, MAX_SEARCH = 2, 80
MIN_REASON, MAX_REASON = 5, 200
AccessLogRow = queries.AuditRow
OWN_VIEWS = ("customer:opened", "view_as:started", "view_as:ended")


@dataclass(frozen=True)
class CustomerPage:
    """One page of the finder; `total` counts all pages."""

    text: str
    total: int
    page: int
    pages: int
    found: tuple[queries.FoundCustomer, ...]


@dataclass(frozen=True)
class MeterView:
    public_id: str
    serial: str
    label: str
    kind: str
    commodity: str
    installed_utc: datetime
    removed_utc: datetime | None


@dataclass(frozen=True)
class SiteOfCustomer:
    """A site with its tenancy, the instant after the last reading of it, if there is any, and the meters that stood then."""

    public_id: str
    name: str
    city: str
    zone_name: str
    account_number: str
    first_date: date
    end_date: date | None
    last_reading_utc: datetime | None
    meters: tuple[MeterView, ...]


@dataclass(frozen=True)
class CustomerView:
    public_id: str
    name: str
    email: str
    kind: str
    created_at: datetime
    accounts: tuple[tuple[str, str], ...]  # (public id, number)
    sites: tuple[SiteOfCustomer, ...]
    access_log: tuple[queries.AuditRow, ...]


@dataclass(frozen=True)
class FleetFacts:
    totals: dict[str, int]
    sites_by_kind: dict[str, int]
    sites_by_commodity: dict[str, int]


@dataclass(frozen=True)
class StoreHealth:
    readings_version: int
    damaged_segments: int
    work: dict[str, int]
    open_sessions: int


@dataclass(frozen=True)
class Overview:
    """`health` and `own_views` are None or empty for roles that may not see them."""

    fleet: FleetFacts
    health: StoreHealth | None
    own_views: tuple[queries.AuditRow, ...]


def overview(viewer: Viewer) -> Overview:
    require(viewer, Permission.VIEW_FLEET)
    current = portal.current()
    with current.records.reading() as db:
        fleet = FleetFacts(queries.totals(db), queries.sites_by(db, "kind"), queries.sites_by(db, "commodity"))
        own = queries.audit_by_actor(db, viewer.user_id, OWN_VIEWS, limit=8)
        work = queries.work_counts(db)
        sessions = identity_queries.open_session_count(db, now=current.clock.now())
    if not _may(viewer, Permission.FIND_CUSTOMERS):
        return Overview(fleet, None, ())
    store = current.readings
    return Overview(fleet, StoreHealth(store.version, len(store.damage()), work, sessions), tuple(own))


def _may(viewer: Viewer, permission: Permission) -> bool:
    try:
        require(viewer, permission)
    except ForbiddenError:
        return False
    return True


def find_customers(viewer: Viewer, text: str, page: int = 1) -> CustomerPage:
    """Customers by name, e-mail, account number or meter; each search is audited with its text."""
    require(viewer, Permission.FIND_CUSTOMERS)
    text = one_line(text)[:MAX_SEARCH]
    if len(text) < MIN_SEARCH:
        return CustomerPage(text, 0, 1, 0, ())
    page = max(1, min(page, 10_000))
    current = portal.current()
    with current.records.reading() as db:
        total, found = queries.find(db, text, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    _record(viewer, audit.Event("customers:searched", viewer.user_id, detail={"text": text, "found": total}))
    return CustomerPage(text, total, page, -(-total // PAGE_SIZE), tuple(found))


def require_customer(viewer: Viewer, public_id: str) -> str:
    """The id of a customer that is there; nothing of it is shown, so nothing is audited."""
    require(viewer, Permission.FIND_CUSTOMERS)
    with portal.current().records.reading() as db:
        if queries.customer(db, public_id) is None:
            raise NotFoundError(what="customer")
    return public_id


def customer(viewer: Viewer, public_id: str) -> CustomerView:
    """One customer with accounts, sites, meters and who looked; opening it is audited."""
    require(viewer, Permission.FIND_CUSTOMERS)
    with portal.current().records.reading() as db:
        row = queries.customer(db, public_id)
        if row is None:
            raise NotFoundError(what="customer")
        accounts = tuple(queries.accounts_of_customer(db, row.id))
        tenancies = queries.tenancies(db, row.id)
        site_ids = {item.site_id for item in tenancies}
        meters = queries.meters_at(db, site_ids)
        registers = queries.register_ids_at(db, site_ids)
        log = tuple(queries.audit_of_customer(db, public_id, _account_ids(db, accounts), limit=10))
    sites = tuple(_site(item, meters, registers[item.site_id]) for item in tenancies)
    _record(viewer, audit.Event("customer:opened", viewer.user_id, object_type="customer", object_id=public_id))
    return CustomerView(row.public_id, row.name, row.email, row.kind, row.created_at, accounts, sites, log)


def _account_ids(db: Session, accounts: tuple[tuple[str, str], ...]) -> list[int]:
    found = (identity_queries.account_id(db, public_id) for public_id, _number in accounts)
    return [account_id for account_id in found if account_id is not None]


def _site(item: queries.TenancyRow, meters: list[queries.MeterRow], register_ids: list[int]) -> SiteOfCustomer:
    stay = (item.first_date, item.end_date)
    here = tuple(
        MeterView(m.public_id, m.serial, m.label, m.kind, m.commodity, m.installed_utc, m.removed_utc)
        for m in meters
        if m.site_id == item.site_id and was_in_place(m.installed_utc, m.removed_utc, stay, item.zone_name)
    )
    return SiteOfCustomer(
        item.site_public_id, item.site_name, item.city, item.zone_name, item.account_number,
        item.first_date, item.end_date, _last_reading(register_ids, item), here,
    )  # fmt: skip


def _last_reading(register_ids: list[int], item: queries.TenancyRow) -> datetime | None:
    """Within the stay: what a home sends after somebody moved out is not that customer's."""
    low = local_midnight_utc(item.first_date, item.zone_name)
    high = local_midnight_utc(item.end_date, item.zone_name) if item.end_date else None
    extents = consumption.extent(portal.current().readings, register_ids).values()
    seen = (min(end, high) if high else end for first, end in extents if high is None or first < high)
    return max((end for end in seen if end > low), default=None)


def start_view_as(viewer: Viewer, id_hash: str, account_public_id: str, reason: str) -> None:
    """Look at an account's pages for 30 minutes, read-only, with a reason that the audit trail keeps."""
    require(viewer, Permission.VIEW_AS_CUSTOMER)
    reason = one_line(reason)
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise InvalidInputError("reason", "length", least=MIN_REASON, most=MAX_REASON)
    current = portal.current()
    now = current.clock.now()
    with current.records.transaction() as tx:
        account_id = identity_queries.account_id(tx, account_public_id)
        if account_id is None:
            raise NotFoundError(what="account")
        repository.set_acting(tx, id_hash, account_id, reason, now + VIEW_AS_LASTS)
        event = audit.Event(
            "view_as:started", viewer.user_id, account_id, "account", account_public_id, {"reason": reason}
        )
        audit.add(tx, event, now=now)


def end_view_as(viewer: Viewer, id_hash: str) -> None:
    """Back to the staff pages; nothing to end is no error."""
    current = portal.current()
    now = current.clock.now()
    with current.records.transaction() as tx:
        repository.set_acting(tx, id_hash, None, "", None)
        if viewer.acting_for_account_id is not None:
            audit.add(tx, audit.Event("view_as:ended", viewer.user_id, viewer.acting_for_account_id), now=now)


def reason_of(row: queries.AuditRow) -> str:
    """The reason given for a read-only view, empty for other events."""
    return str(json.loads(row.detail or "{}").get("reason", ""))


def one_line(text: str) -> str:
    """Without control characters and half characters, which PostgreSQL refuses, and with single spaces."""
    whole = text.encode("utf-8", "ignore").decode()
    return " ".join("".join(sign if sign.isprintable() else " " for sign in whole).split())


def _record(viewer: Viewer, event: audit.Event) -> None:
    current = portal.current()
    with current.records.transaction() as tx:
        audit.add(tx, event, now=current.clock.now())
