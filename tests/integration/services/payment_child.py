"""Pays an invoice and is killed at the provider's call: `payment_child.py DATABASE_URL FOLDER ACCOUNT DOCUMENT before|after`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import text

from adapters.payments.base import Request, Started
from adapters.payments.sandbox import SandboxProvider
from data.repositories import payments as repository
from data.tables.payments import PaymentMethod
from domain.access import Role, Viewer
from services import payments, portal
from tests.factories.people import NOW, make_portal

if __name__ == "__main__":
    url, folder, account, document, point = sys.argv[1:]
    begin = SandboxProvider.start

    def start(self: SandboxProvider, request: Request) -> Started:
        if point == "after":
            begin(self, request)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("killed")

    SandboxProvider.start = start  # type: ignore[method-assign]
    made = make_portal(Path(folder), database_url=url)
    with portal.using(made):
        with made.records.transaction() as tx:
            account_id = tx.execute(text("select id from account where public_id = :p"), {"p": account}).scalar_one()
            user_id = tx.execute(
                text("select user_id from membership where account_id = :a"), {"a": account_id}
            ).scalar_one()
            card = PaymentMethod(public_id="pm-child", account_id=account_id, provider="sandbox", provider_id="card-good", kind="card", created_at=NOW)  # fmt: skip
            repository.add_method(tx, card)
        owner = Viewer(user_id, "", "", Role.CUSTOMER, memberships=((account_id, "owner"),))
        payments.start_payment(owner, account, 11_900, document, "pm-child", "k1")
