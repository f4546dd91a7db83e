"""Tariff versions as records: published from tariff files, and never changed once a contract names them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from adapters.tariffs import json_file
from data.queries import contracts as queries
from data.repositories import audit
from data.repositories import contracts as repository
from data.tables.contracts import TariffVersion
from domain.errors import InvalidInputError
from services import portal


@dataclass(frozen=True)
class Conditions:
    """What is signed beside the prices. exit_fee_minor in minor units, net of VAT."""

    commodity: str = "electricity"
    direction: str = "supply"
    description: str = ""
    offered_from: date | None = None
    offered_until: date | None = None
    term_months: int = 0
    notice_days: int = 14
    renewal_months: int = 1
    guarantee_months: int = 0
    exit_fee_minor: int = 0
    green_share_percent: int | None = None
    co2_g_per_kwh: int | None = None


def publish(text: str, conditions: Conditions, public_id: str = "") -> str:
    """Add a version from the text of a tariff file; its public id. The same version again is refused unless it is equal.

    public_id : for a demo world, in which addresses are the same each time
    """
    file = json_file.parse(text)
    tariff, made = file.tariff, portal.current()
    now = made.clock.now()
    named = {"public_id": public_id} if public_id else {}
    with made.records.transaction() as tx:
        known = queries.tariff_versions(tx, tariff.id)
        if known and known[-1].version >= tariff.version:
            return _published(known, tariff.version, tariff.digest)
        row = repository.add_tariff(
            tx, code=tariff.id, version=tariff.version, name=tariff.name, description=conditions.description,
            commodity=conditions.commodity, direction=conditions.direction, customer_class=tariff.customer_class,
            currency=tariff.currency, zone=tariff.zone,
            offered_from=conditions.offered_from or tariff.valid_from or now.date(),
            offered_until=conditions.offered_until or tariff.valid_to, term_months=conditions.term_months,
            notice_days=conditions.notice_days, renewal_months=conditions.renewal_months,
            guarantee_months=conditions.guarantee_months, exit_fee_minor=conditions.exit_fee_minor,
            green_share_percent=conditions.green_share_percent, co2_g_per_kwh=conditions.co2_g_per_kwh,
            body=json_file.to_json(file), digest=tariff.digest, published_at=now, **named,
        )  # fmt: skip
        event = audit.Event(
            "tariff:published", object_type="tariff", object_id=row.public_id, detail={"version": tariff.version}
        )
        audit.add(tx, event, now=now)
        return row.public_id


def _published(known: Sequence[TariffVersion], version: int, digest: str) -> str:
    for row in known:
        if row.version == version and row.digest == digest:
            return row.public_id
    newest = known[-1].version
    raise InvalidInputError("version", "tariff_version_in_use", newest=newest, next=newest + 1)
