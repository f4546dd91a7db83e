"""Read side of what bills are made out to, and of what stands on their paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from data.tables.accounts import Account, Customer, Membership, Tenancy
from data.tables.billing_papers import BillingPaper, BillingProfileRow
from data.tables.identity import User
from data.tables.sites import Meter, MeterInstallation, Site, SupplyPoint
from domain.billing.profiles import BillingProfile


@dataclass(frozen=True)
class DatedProfile:
    """A profile and the local day since which it counts."""

    valid_from: date
    made_at: datetime
    profile: BillingProfile


@dataclass(frozen=True)
class AccountHolder:
    """Who holds an account, the place they live at since last, and the language of the first owner."""

    number: str
    kind: str
    name: str
    email: str
    locale: str
    street: str
    postcode: str
    city: str
    country: str


def account_holder(db: Session, account_id: int) -> AccountHolder | None:
    named = select(Account.number, Customer.kind, Customer.name, Customer.email)
    who = db.execute(named.join(Customer, Customer.id == Account.customer_id).where(Account.id == account_id)).first()
    if who is None:
        return None
    owners = select(User.locale).join(Membership, Membership.user_id == User.id).order_by(Membership.id).limit(1)
    locale = db.scalar(owners.where(Membership.account_id == account_id, Membership.role == "owner"))
    place = db.execute(
        select(Site.street, Site.name, Site.postcode, Site.city, Site.country)
        .join(Tenancy, Tenancy.site_id == Site.id)
        .where(Tenancy.account_id == account_id)
        .order_by(Tenancy.first_date.desc(), Tenancy.id.desc())
        .limit(1)
    ).first()
    street, name, postcode, city, country = place or ("", "", "", "", "DE")
    return AccountHolder(who[0], who[1], who[2], who[3], locale or "", street or name, postcode, city, country)


@dataclass(frozen=True)
class SupplyPlace:
    """Where a supply point is, and the code by which it is switched, which may not be known."""

    code: str
    address: str


def supply_place(db: Session, supply_point_id: int) -> SupplyPlace | None:
    row = db.execute(
        select(SupplyPoint.code, Site.street, Site.name, Site.postcode, Site.city)
        .join(Site, Site.id == SupplyPoint.site_id)
        .where(SupplyPoint.id == supply_point_id)
    ).first()
    if row is None:
        return None
    code, street, name, postcode, city = row
    return SupplyPlace(code, ", ".join(part for part in (street or name, f"{postcode} {city}".strip()) if part))


def meters_at(db: Session, supply_point_id: int, start_utc: datetime, end_utc: datetime) -> list[str]:
    """The numbers of the main meters of a supply point in `[start_utc, end_utc)`, oldest first."""
    query = (
        select(Meter.serial)
        .join(MeterInstallation, MeterInstallation.meter_id == Meter.id)
        .where(MeterInstallation.supply_point_id == supply_point_id, Meter.kind == "main")
        .where(MeterInstallation.installed_utc < end_utc)
        .where(or_(MeterInstallation.removed_utc.is_(None), MeterInstallation.removed_utc > start_utc))
        .order_by(MeterInstallation.installed_utc, Meter.id)
    )
    return list(db.scalars(query))


def profiles_of(db: Session, account_id: int) -> list[DatedProfile]:
    """Every profile an account has had, newest first."""
    return [_dated(row) for row in db.scalars(_rows(account_id))]


def profile_at(db: Session, account_id: int, day: date, known_at: datetime) -> BillingProfile | None:
    """The profile in force on a local day; of what was written on that very day, what was known at an instant."""
    counts = or_(
        BillingProfileRow.valid_from < day,
        and_(BillingProfileRow.valid_from == day, BillingProfileRow.made_at <= known_at),
    )
    row = db.scalars(_rows(account_id).where(counts).limit(1)).first()
    return None if row is None else _dated(row).profile


def paper(db: Session, public_id: str) -> BillingPaper | None:
    """What stands on the paper of a document, where it has been made out."""
    return db.scalar(select(BillingPaper).where(BillingPaper.document_public_id == public_id))


def _rows(account_id: int) -> Select[BillingProfileRow]:
    newest = (BillingProfileRow.valid_from.desc(), BillingProfileRow.id.desc())
    return select(BillingProfileRow).where(BillingProfileRow.account_id == account_id).order_by(*newest)


def _dated(row: BillingProfileRow) -> DatedProfile:
    kept = BillingProfile(
        legal_name=row.legal_name, street=row.street, postcode=row.postcode, city=row.city, country=row.country,
        vat_id=row.vat_id, order_number=row.order_number, email=row.email, amounts=row.amounts,  # type: ignore[arg-type]  # checked by the table
    )  # fmt: skip
    return DatedProfile(row.valid_from, row.made_at, kept)
