"""The demo world for the command line and the worker: made once, continued every minute."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select

from data.migrate import upgrade
from data.seed import cast
from data.seed.live import continue_world
from data.seed.records import Facts
from data.seed.stores import Stores
from data.seed.world import Made, make_world
from data.seed.worlds import WORLDS
from data.tables.accounts import Customer
from services import demo_bills, demo_contracts, demo_methods
from services.passwords import hash_password
from services.portal import Portal, using
from services.rollups import roll_up

Progress = Callable[[int, int], None]
PASSWORD = "demo-portal-2026"  # noqa: S105 - published on purpose, refused in production


class NotADemoError(Exception):
    """Production has no demo users."""


def make(portal: Portal, progress: Progress | None = None, *, seed: int = cast.SEED) -> Made:
    """Records, two years of readings up to yesterday, today's readings up to now, and their roll-ups."""
    if not portal.config.is_demo:
        raise NotADemoError
    facts = Facts(WORLDS[cast.FULL](seed), portal.clock.now(), hash_password(PASSWORD))
    made = make_world(Stores(portal.records, portal.readings), facts, progress=progress)
    with using(portal):
        demo_contracts.make_contracts()
        demo_bills.make_bills()
        demo_methods.make_methods()
    continue_live(portal)
    roll_up(portal)
    return made


def _complete(portal: Portal) -> int:
    """What an interrupted attempt left out of a world that has its customers already: contracts, bills; how many."""
    with using(portal):
        contracts = demo_contracts.make_contracts()
        bills = 0 if demo_bills.are_made() else demo_bills.make_bills()
        return contracts + bills + demo_methods.make_methods()


def continue_live(portal: Portal, until: datetime | None = None) -> int:
    """Store the demo readings that came in since the last ones; nothing outside of a demo. How many."""
    if not portal.config.is_demo:
        return 0
    with using(portal):
        demo_contracts.continue_prices()
    return continue_world(portal.records, portal.readings, until or portal.clock.now())


def is_empty(portal: Portal) -> bool:
    with portal.records.reading() as db:
        return not db.scalar(select(func.count()).select_from(Customer))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--if-empty", action="store_true", help="do nothing where there are customers already")
    parser.add_argument("--seed", type=int, default=cast.SEED, help="another world (default %(default)s)")
    parser.add_argument("--data", metavar="FOLDER", help="add the real homes of this folder of open data")


def command(arguments: argparse.Namespace, portal: Portal) -> int:
    if not portal.config.is_demo:
        print("PORTAL_ENV=production has no demo world: its users would have a published password.", file=sys.stderr)
        return 2
    upgrade(portal.config.database_url)
    if is_empty(portal):
        _make_and_tell(arguments.seed, portal)
    elif _complete(portal) or not arguments.if_empty:
        count = continue_live(portal)
        print(f"There is a demo world already; {count:,} readings were added to bring it up to now.")
    return _add_real_and_tell(arguments.data, portal) if arguments.data else 0


def _make_and_tell(seed: int, portal: Portal) -> None:
    from tqdm import tqdm

    begun = time.perf_counter()
    with tqdm(unit="site", desc="Demo world", disable=not sys.stderr.isatty()) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        made = make(portal, progress, seed=seed)
    spent = time.perf_counter() - begun
    print(
        f"Demo world: {made.customers} customers, {made.sites} sites, {made.registers} registers,"
        f" {made.readings:,} readings in {spent:.0f} s."
    )


def _add_real_and_tell(folder: str, portal: Portal) -> int:
    from services import real_world
    from services.ingest_report import text

    reports = real_world.load(portal, folder, progress=lambda name: print(f"Real homes: {name}"))
    for report in reports:
        print(text(report))
    if not reports:
        known = ", ".join(each.folder for each in real_world.DATASETS)
        print(f"--data {folder}: none of {known} is there, each as a folder with readings.parquet.", file=sys.stderr)
        return 2
    return 0 if all(report.is_accepted for report in reports) else 1
