"""Many households with a contract and readings each, made quickly: what billing runs are tried on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert, select

from adapters.clock import FrozenClock
from data.readings import Batch
from data.repositories import accounts, identity
from data.repositories import contracts as repository
from data.store.values import Series
from data.tables.accounts import Account, Customer, Tenancy
from data.tables.contracts import Contract, ContractTerm
from data.tables.operations import OutboxMessage
from data.tables.sites import Register, Site, SupplyPoint
from domain.access import Role, Viewer
from services import portal
from services.portal import Portal
from tests.factories.contracts import SIGNED, add_taxes, publish, tariff_text
from tests.factories.people import make_portal
from tests.factories.readings import make_starts

ZONE = "Europe/Berlin"


def billing_world(
    folder: Path,
    count: int,
    *,
    database_url: str | None = None,
    spans: Sequence[tuple[str, str]] = (("2026-05-31T22:00", "2026-06-30T22:00"),),
    first: date = date(2026, 1, 1),
    cycle: str = "monthly",
) -> Portal:
    """`count` contracts at 0.30 EUR/kWh and 12.50 EUR a month; home number n uses 100 + n Wh in each quarter-hour.

    spans : UTC stretches of readings, June 2026 in Berlin unless given
    """
    made = make_portal(folder, database_url=database_url)
    with portal.using(made):
        add_taxes(made)
        version = publish(tariff_text())
        _records(made, count, version, first, cycle)
        for low, high in spans:
            read(made, count, low, high)
    return made


AGENT = Viewer(1, "agent@demo.example", "Agent", Role.AGENT)


def owner(number: int) -> Viewer:
    """Who owns the account of the home of that number; one person owns them all."""
    return Viewer(2, "owner@demo.example", "Owner", Role.CUSTOMER, memberships=((number, "owner"),))


@contextmanager
def at(made: Portal, instant: str) -> Iterator[Portal]:
    """The world at a moment, such as `2026-07-03T08:00`, UTC."""
    moment = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    with portal.using(replace(made, clock=FrozenClock(moment))) as here:
        yield here


def _records(made: Portal, count: int, version: str, first: date, cycle: str) -> None:
    numbers = range(1, count + 1)
    with made.records.transaction() as tx:
        for viewer in (AGENT, owner(1)):
            identity.add_user(tx, identity.NewUser(viewer.email, viewer.name, "x", str(viewer.role)), now=SIGNED)
        term = repository.tariff_id(tx, version)
        tables = {
            Customer: lambda n: {"public_id": f"customer-{n}", "kind": "residential", "name": f"Home {n}", "email": "", "created_at": SIGNED},
            Account: lambda n: {"public_id": f"account-{n}", "number": f"C-{n}", "customer_id": n},
            Site: lambda n: {"public_id": f"site-{n}", "name": f"Home {n}", "time_zone": ZONE},
            Tenancy: lambda n: {"site_id": n, "account_id": n, "first_date": date(2024, 1, 1)},
            SupplyPoint: lambda n: {"public_id": f"point-{n}", "site_id": n, "commodity": "electricity"},
            Register: lambda n: {"public_id": f"register-{n}", "supply_point_id": n, "flow": "import"},
            Contract: lambda n: {
                "public_id": f"con-{n}", "number": f"V-{n}", "account_id": n, "supply_point_id": n,
                "signed_on": SIGNED.date(), "first_date": first, "billing_cycle": cycle, "created_at": SIGNED,
            },
            ContractTerm: lambda n: {"contract_id": n, "tariff_version_id": term, "first_date": first, "known_at": SIGNED},
        }  # fmt: skip
        for table, row in tables.items():
            tx.execute(insert(table), [row(n) for n in numbers])
        accounts.add_membership(tx, user_id=owner(1).user_id, account_id=1)


def read(
    made: Portal,
    homes: int | Sequence[int],
    first: str,
    end: str,
    *,
    known_at: datetime = SIGNED,
    extra_wh: int = 0,
    quality: int = 0,
) -> None:
    """Readings of some homes, or of the first so many, in a UTC stretch."""
    numbers = list(range(1, homes + 1)) if isinstance(homes, int) else list(homes)
    starts = make_starts(first, end)
    ids = np.repeat(np.array(numbers, dtype=np.int64), len(starts))
    made.readings.declare([Series(n, ZONE, 900) for n in numbers])
    batch = Batch(ids, np.tile(starts, len(numbers)), ids + 100 + extra_wh, np.full(len(ids), quality, dtype=np.uint8))
    made.readings.append(batch, known_at=known_at)


def mails(made: Portal) -> list[dict[str, Any]]:
    """What waits to be sent, in the order of being told."""
    with made.records.reading() as db:
        told = select(OutboxMessage).where(OutboxMessage.kind == "mail").order_by(OutboxMessage.id)
        return [json.loads(row.payload) for row in db.scalars(told)]


def expected_gross(number: int, days: int = 30) -> int:
    """What a month of the home of that number costs: 96 quarter-hours a day, 0.30 EUR/kWh, 12.50, 19 % VAT. [minor units]"""
    energy = (Decimal(100 + number) * 96 * days / 1000 * 30).quantize(Decimal(1), ROUND_HALF_UP)
    net = energy + 1250
    return int(net + (net * Decimal("0.19")).quantize(Decimal(1), ROUND_HALF_UP))
