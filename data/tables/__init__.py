"""SQLAlchemy models, one module per feature."""

from data.tables import (
    accounts,
    bank,
    billing,
    billing_papers,
    billing_runs,
    change_requests,
    contract_requests,
    contracts,
    dunning,
    identity,
    operations,
    payments,
    plans,
    refunds,
    sites,
)
from data.tables.base import Base

__all__ = [
    "Base",
    "accounts",
    "bank",
    "billing",
    "billing_papers",
    "billing_runs",
    "change_requests",
    "contract_requests",
    "contracts",
    "dunning",
    "identity",
    "operations",
    "payments",
    "plans",
    "refunds",
    "sites",
]
