"""A household's contract with readings, made in the world of people: 250 Wh in every quarter-hour unless said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select

from adapters.tariffs.json_file import TariffFile, to_json
from data.readings import ReadingsStore
from data.repositories import contracts as repository
from data.tables.sites import Register, SupplyPoint
from domain.tariffs.tariff import Tariff
from domain.tariffs.taxes import TaxRule
from services import tariff_catalogue
from services.portal import Portal
from services.tariff_catalogue import Conditions
from tests.factories.readings import make_batch, make_series, make_starts
from tests.factories.tariffs import make_energy, make_fixed, make_tariff

SIGNED = datetime(2024, 12, 1, tzinfo=UTC)
VAT = (
    TaxRule(vat_code="std", rate=Decimal("0.19"), valid_to=date(2026, 7, 1)),
    TaxRule(vat_code="std", rate=Decimal("0.16"), valid_from=date(2026, 7, 1)),
)


def tariff_text(*charges: object, **changes: object) -> str:
    """A tariff file: 0.30 EUR/kWh and 12.50 EUR a month, both with VAT, unless charges are given."""
    wanted = charges or (make_energy(vat_code="std"), make_fixed(vat_code="std"))
    tariff: Tariff = make_tariff(*wanted, **changes)
    return to_json(TariffFile(tariff))


def add_taxes(portal: Portal) -> None:
    with portal.records.transaction() as tx:
        repository.add_taxes(tx, VAT, ())


def point_and_registers(portal: Portal, site_id: int) -> tuple[int, dict[str, int]]:
    """The electricity supply point of a site and its registers by flow."""
    with portal.records.reading() as db:
        point = db.scalars(select(SupplyPoint.id).where(SupplyPoint.site_id == site_id)).first()
        rows = db.execute(select(Register.flow, Register.id).where(Register.supply_point_id == point))
        return point, {row.flow: row.id for row in rows}


def fill(
    store: ReadingsStore,
    register_id: int,
    first: str,
    end: str,
    energy_wh: object = 250,
    *,
    known_at: datetime = SIGNED,
) -> None:
    """Quarter-hours of a UTC stretch such as `2026-03-01T00:00` to `2026-04-01T00:00`."""
    store.declare([make_series(register_id)])
    store.append(make_batch(register_id, make_starts(first, end), energy_wh), known_at=known_at)


def make_contract(
    portal: Portal,
    *,
    account_id: int,
    supply_point_id: int,
    terms: Sequence[tuple[str, date, date | None]],
    **facts: object,
) -> int:
    """A contract over its terms (public id of a tariff version, first day, end); its row."""
    wanted = {"number": f"V-{account_id}-{supply_point_id}", "signed_on": SIGNED.date(), "first_date": terms[0][1],
              "end_date": terms[-1][2], "capacities": json.dumps({})}  # fmt: skip
    with portal.records.transaction() as tx:
        row = repository.add_contract(
            tx, now=SIGNED, account_id=account_id, supply_point_id=supply_point_id, **(wanted | facts)
        )
        for public_id, first, end in terms:
            version = repository.tariff_id(tx, public_id)
            repository.add_term(
                tx, contract_id=row.id, tariff_version_id=version, first_date=first, end_date=end, now=SIGNED
            )
        return row.id


def publish(text: str, **conditions: object) -> str:
    return tariff_catalogue.publish(text, Conditions(**({"offered_from": date(2025, 1, 1)} | conditions)))
