"""Read side of customers for staff: the finder, one customer with sites and meters, the audit trail, totals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from data.tables.accounts import Account, Customer, Tenancy
from data.tables.identity import User
from data.tables.operations import AuditEvent, Job, OutboxMessage
from data.tables.sites import Meter, MeterInstallation, Register, Site, SupplyPoint

AccountRow = tuple[str, str, str, str]


@dataclass(frozen=True)
class CustomerRow:
    id: int
    public_id: str
    name: str
    email: str
    kind: str
    created_at: datetime


@dataclass(frozen=True)
class FoundCustomer:
    public_id: str
    name: str
    email: str
    kind: str
    numbers: tuple[str, ...]
    cities: tuple[str, ...]


@dataclass(frozen=True)
class TenancyRow:
    account_public_id: str
    account_number: str
    site_id: int
    site_public_id: str
    site_name: str
    city: str
    zone_name: str
    first_date: date
    end_date: date | None


@dataclass(frozen=True)
class MeterRow:
    site_id: int
    public_id: str
    serial: str
    label: str
    kind: str
    commodity: str
    installed_utc: datetime
    removed_utc: datetime | None


@dataclass(frozen=True)
class AuditRow:
    at: datetime
    action: str
    object_type: str
    object_id: str
    detail: str
    actor_name: str
    account_number: str
    customer_name: str


def account_name(db: Session, account_id: int) -> AccountRow | None:
    rows = account_names(db, [account_id])
    return rows[0] if rows else None


def account_names(db: Session, account_ids: Iterable[int]) -> list[AccountRow]:
    """(account public id, number, customer's name, customer's public id) by number."""
    rows = db.execute(
        select(Account.public_id, Account.number, Customer.name, Customer.public_id)
        .join(Customer, Customer.id == Account.customer_id)
        .where(Account.id.in_(list(account_ids)))
        .order_by(Account.number)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def customer(db: Session, public_id: str) -> CustomerRow | None:
    row = db.execute(
        select(Customer.id, Customer.public_id, Customer.name, Customer.email, Customer.kind, Customer.created_at)
        .where(Customer.public_id == public_id)
    ).one_or_none()  # fmt: skip
    return None if row is None else CustomerRow(*row)


def find(db: Session, text: str, *, limit: int, offset: int) -> tuple[int, list[FoundCustomer]]:
    """How many customers match name, address, account number or meter, and one page of them by name."""
    ids = _matching(text)
    total = db.scalar(select(func.count()).select_from(ids.subquery())) or 0
    customers = db.scalars(
        select(Customer)
        .where(Customer.id.in_(ids))
        .order_by(func.lower(Customer.name), Customer.id)
        .limit(limit)
        .offset(offset)
    ).all()
    return total, _with_accounts(db, customers)


def _matching(text: str) -> Select[int]:
    """Ids of customers; the text is matched as it is, its wildcards are escaped."""
    anywhere = {"autoescape": True}
    compact = text.replace(" ", "")
    by_meter = (
        select(Account.customer_id)
        .join(Tenancy, Tenancy.account_id == Account.id)
        .join(SupplyPoint, SupplyPoint.site_id == Tenancy.site_id)
        .join(MeterInstallation, MeterInstallation.supply_point_id == SupplyPoint.id)
        .join(Meter, Meter.id == MeterInstallation.meter_id)
        .where(
            or_(
                func.replace(Meter.serial, " ", "").icontains(compact, **anywhere),
                func.lower(Meter.public_id) == text.lower(),
            )
        )
    )
    by_number = select(Account.customer_id).where(func.replace(Account.number, " ", "").icontains(compact, **anywhere))
    return select(Customer.id).where(
        or_(
            Customer.name.icontains(text, **anywhere),
            Customer.email.icontains(text, **anywhere),
            Customer.id.in_(by_number),
            Customer.id.in_(by_meter),
        )
    )


def _with_accounts(db: Session, customers: Iterable[Customer]) -> list[FoundCustomer]:
    """Two more questions for the whole page, not two per customer."""
    wanted = list(customers)
    ids = [customer.id for customer in wanted]
    numbers: dict[int, list[str]] = {key: [] for key in ids}
    for customer_id, number in db.execute(
        select(Account.customer_id, Account.number).where(Account.customer_id.in_(ids)).order_by(Account.number)
    ):
        numbers[customer_id].append(number)
    cities: dict[int, list[str]] = {key: [] for key in ids}
    for customer_id, city in db.execute(
        select(Account.customer_id, Site.city)
        .join(Tenancy, Tenancy.account_id == Account.id)
        .join(Site, Site.id == Tenancy.site_id)
        .where(Account.customer_id.in_(ids), Site.city != "")
        .distinct()
        .order_by(Site.city)
    ):
        cities[customer_id].append(city)
    return [
        FoundCustomer(c.public_id, c.name, c.email, c.kind, tuple(numbers[c.id]), tuple(cities[c.id])) for c in wanted
    ]


def accounts_of_customer(db: Session, customer_id: int) -> list[tuple[str, str]]:
    rows = db.execute(
        select(Account.public_id, Account.number).where(Account.customer_id == customer_id).order_by(Account.number)
    )
    return [(row[0], row[1]) for row in rows]


def tenancies(db: Session, customer_id: int) -> list[TenancyRow]:
    rows = db.execute(
        select(
            Account.public_id, Account.number, Site.id, Site.public_id, Site.name, Site.city, Site.time_zone,
            Tenancy.first_date, Tenancy.end_date,
        )
        .join(Tenancy, Tenancy.account_id == Account.id)
        .join(Site, Site.id == Tenancy.site_id)
        .where(Account.customer_id == customer_id)
        .order_by(Account.number, Tenancy.first_date.desc(), Site.name)
    )  # fmt: skip
    return [TenancyRow(*row) for row in rows]


def meters_at(db: Session, site_ids: Iterable[int]) -> list[MeterRow]:
    rows = db.execute(
        select(
            SupplyPoint.site_id, Meter.public_id, Meter.serial, Meter.label, Meter.kind, SupplyPoint.commodity,
            MeterInstallation.installed_utc, MeterInstallation.removed_utc,
        )
        .join(SupplyPoint, SupplyPoint.id == MeterInstallation.supply_point_id)
        .join(Meter, Meter.id == MeterInstallation.meter_id)
        .where(SupplyPoint.site_id.in_(list(site_ids)), SupplyPoint.commodity != "weather")
        .order_by(SupplyPoint.site_id, SupplyPoint.commodity, MeterInstallation.installed_utc, Meter.serial)
    )  # fmt: skip
    return [MeterRow(*row) for row in rows]


def register_ids_at(db: Session, site_ids: Iterable[int]) -> dict[int, list[int]]:
    """Registers of each site, weather left out."""
    found: dict[int, list[int]] = {site_id: [] for site_id in site_ids}
    for site_id, register_id in db.execute(
        select(SupplyPoint.site_id, Register.id)
        .join(Register, Register.supply_point_id == SupplyPoint.id)
        .where(SupplyPoint.site_id.in_(list(found)), SupplyPoint.commodity != "weather")
    ):
        found[site_id].append(register_id)
    return found


def _audit_rows(db: Session, query: Select) -> list[AuditRow]:
    return [AuditRow(*row) for row in db.execute(query)]


def _audit_select() -> Select:
    """The customer is the one whose account was acted for, or the one that was opened."""
    opened = AuditEvent.object_type == "customer"
    return (
        select(
            AuditEvent.at, AuditEvent.action, AuditEvent.object_type, AuditEvent.object_id, AuditEvent.detail,
            func.coalesce(User.name, ""), func.coalesce(Account.number, ""), func.coalesce(Customer.name, ""),
        )
        .outerjoin(User, User.id == AuditEvent.actor_user_id)
        .outerjoin(Account, Account.id == AuditEvent.acting_for_account_id)
        .outerjoin(Customer, or_(Customer.id == Account.customer_id, opened & (Customer.public_id == AuditEvent.object_id)))
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    )  # fmt: skip


def audit_by_actor(db: Session, user_id: int, actions: Iterable[str], *, limit: int) -> list[AuditRow]:
    query = _audit_select().where(AuditEvent.actor_user_id == user_id, AuditEvent.action.in_(list(actions)))
    return _audit_rows(db, query.limit(limit))


def audit_of_customer(db: Session, public_id: str, account_ids: Iterable[int], *, limit: int) -> list[AuditRow]:
    """Who opened this customer or looked at one of the accounts."""
    about = or_(
        (AuditEvent.object_type == "customer") & (AuditEvent.object_id == public_id),
        AuditEvent.acting_for_account_id.in_(list(account_ids)),
    )
    return _audit_rows(db, _audit_select().where(about).limit(limit))


def totals(db: Session) -> dict[str, int]:
    """How many customers, accounts, supplied sites, meters and registers there are; weather is not supply."""
    supplied = SupplyPoint.commodity != "weather"
    counts = {
        "customers": select(func.count()).select_from(Customer),
        "accounts": select(func.count()).select_from(Account),
        "sites": select(func.count(SupplyPoint.site_id.distinct())).where(supplied),
        "meters": select(func.count(MeterInstallation.meter_id.distinct())).join(SupplyPoint).where(supplied),
        "registers": select(func.count()).select_from(Register).join(SupplyPoint).where(supplied),
    }
    return {name: db.scalar(query) or 0 for name, query in counts.items()}


def sites_by(db: Session, column: str) -> dict[str, int]:
    """Supplied sites counted by `kind`, or by `commodity` of their supply points."""
    key = Site.kind if column == "kind" else SupplyPoint.commodity
    rows = db.execute(
        select(key, func.count(Site.id.distinct()))
        .join(SupplyPoint, SupplyPoint.site_id == Site.id)
        .where(SupplyPoint.commodity != "weather")
        .group_by(key)
        .order_by(key)
    )
    return {row[0]: row[1] for row in rows}


def work_counts(db: Session) -> dict[str, int]:
    """Jobs and messages by what is wrong or waiting."""
    jobs = {row[0]: row[1] for row in db.execute(select(Job.state, func.count()).group_by(Job.state))}
    states = db.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    messages = {row[0]: row[1] for row in states}
    return {
        "jobs_queued": jobs.get("queued", 0),
        "jobs_running": jobs.get("running", 0),
        "jobs_dead": jobs.get("dead", 0),
        "messages_waiting": messages.get("queued", 0),
        "messages_dead": messages.get("dead", 0),
    }
