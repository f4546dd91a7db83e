"""What a portal's stores hold, asked without a service: single values, rows, registers by label, readings."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from data.queries import consumption
from data.tables.sites import Register, Site, SupplyPoint
from services.portal import Portal

TWO_YEARS = (datetime(2024, 11, 19, 23, tzinfo=UTC), datetime(2026, 11, 19, 23, tzinfo=UTC))  # 730 days up to yesterday


def scalar(portal, query):
    with portal.records.reading() as db:
        return db.scalar(query)


def rows(portal, query):
    """Rows that stay readable after their session."""
    with portal.records.reading() as db:
        found = list(db.scalars(query))
        db.expunge_all()
    return found


def registers(portal: Portal, site: str, **wanted) -> dict[str, int]:
    """Register ids of a site by label."""
    query = (
        select(Register.label, Register.id)
        .join(SupplyPoint, SupplyPoint.id == Register.supply_point_id)
        .join(Site, Site.id == SupplyPoint.site_id)
        .where(Site.name == site, *(getattr(Register, name) == value for name, value in wanted.items()))
    )
    with portal.records.reading() as db:
        return dict(db.execute(query).all())


def readings(portal, register, span=TWO_YEARS, **options):
    return consumption.intervals(portal.readings, register, *span, **options)
