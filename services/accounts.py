"""Accounts for the person behind a request: whose pages are shown, in the account's own words."""

from __future__ import annotations

from dataclasses import dataclass

from data.queries import customers as queries
from domain.access import Viewer
from services import portal


@dataclass(frozen=True)
class AccountName:
    """An account as the frame shows it: "Jana Vogt, C-104 882"."""

    account_public_id: str
    number: str
    customer_name: str
    customer_public_id: str


def acting_for(viewer: Viewer) -> AccountName | None:
    """The account that staff look at in the read-only view; None outside of it."""
    if viewer.acting_for_account_id is None:
        return None
    with portal.current().records.reading() as db:
        found = queries.account_name(db, viewer.acting_for_account_id)
    return None if found is None else AccountName(*found)


def accounts_of(viewer: Viewer) -> tuple[AccountName, ...]:
    """The accounts a customer belongs to, by number."""
    with portal.current().records.reading() as db:
        return tuple(AccountName(*row) for row in queries.account_names(db, viewer.account_ids))
