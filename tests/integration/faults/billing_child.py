"""A billing run to be killed: it tells how far it is, and dies by itself where it is told to."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from services import billing_run
from services.billing_drafts import Policy
from tests.factories.billing_world import at
from tests.factories.people import make_portal
from tests.factories.tariffs import month

NOW = "2026-07-03T08:00"


@dataclass(frozen=True)
class Plan:
    database_url: str
    folder: str
    fault: str = ""  # such as "issued:3"


def run(plan: Plan, told: Connection) -> None:
    """Bills June; each contract that is done is told."""
    logging.disable(logging.CRITICAL)
    os.environ["PORTAL_FAULT"] = plan.fault
    made = make_portal(Path(plan.folder), database_url=plan.database_url)
    with at(made, NOW):
        report = billing_run.run(month("2026-06"), Policy(grace_days=0), progress=lambda done, _total: told.send(done))
    told.send(("end", report.failed))
