"""Write side of customers, accounts, memberships and tenancies."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from data.tables.accounts import Account, Customer, Membership, Tenancy
from data.tables.base import new_public_id


def add_customer(tx: Session, *, kind: str, name: str, email: str = "", now: datetime) -> Customer:
    row = Customer(
        public_id=new_public_id("customer"), kind=kind, name=name, email=email.strip().lower(), created_at=now
    )
    tx.add(row)
    tx.flush()
    return row


def add_account(tx: Session, *, customer_id: int, number: str) -> Account:
    row = Account(public_id=new_public_id("account"), number=number, customer_id=customer_id)
    tx.add(row)
    tx.flush()
    return row


def add_membership(tx: Session, *, user_id: int, account_id: int, role: str = "owner") -> Membership:
    row = Membership(user_id=user_id, account_id=account_id, role=role)
    tx.add(row)
    tx.flush()
    return row


def add_tenancy(
    tx: Session, *, account_id: int, site_id: int, first_date: date, end_date: date | None = None
) -> Tenancy:
    row = Tenancy(account_id=account_id, site_id=site_id, first_date=first_date, end_date=end_date)
    tx.add(row)
    tx.flush()
    return row
