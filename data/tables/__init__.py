"""SQLAlchemy models, one module per feature."""

from data.tables import (
    accounts,
    bank,
    billing,
    billing_runs,
    contracts,
    dunning,
    identity,
    operations,
    payments,
    refunds,
    sites,
)
from data.tables.base import Base

__all__ = [
    "Base",
    "accounts",
    "bank",
    "billing",
    "billing_runs",
    "contracts",
    "dunning",
    "identity",
    "operations",
    "payments",
    "refunds",
    "sites",
]
