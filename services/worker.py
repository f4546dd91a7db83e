"""`python -m cli worker`: run due schedules and jobs until told to stop; a running job is finished first."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import threading
from datetime import datetime, timedelta

from sqlalchemy import update

from data.tables.operations import Job
from services import jobs, portal, schedules
from services.portal import Portal

IDLE_S = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="run what is due now and stop")


def command(arguments: argparse.Namespace, made: Portal) -> int:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(made, stop, once=arguments.once)
    return 0


def run(made: Portal, stop: threading.Event, *, once: bool = False) -> int:
    """How many jobs were run."""
    holder = f"{socket.gethostname()[:30]}:{os.getpid()}"
    beat = threading.Thread(target=_heartbeat, args=(made, holder, stop), daemon=True)
    beat.start()
    count = 0
    taken: dict[str, datetime] = {}
    with portal.using(made):
        while not stop.is_set():
            schedules.enqueue_due(taken)
            ran = jobs.run_one(holder)
            count += ran
            if not ran:
                if once:
                    break
                stop.wait(IDLE_S)
    return count


def _heartbeat(made: Portal, holder: str, stop: threading.Event) -> None:
    """Extend the leases of what this process runs; when the process dies, they end by themselves."""
    while not stop.wait(jobs.LEASE_S / 3):
        until = made.clock.now() + timedelta(seconds=jobs.LEASE_S)
        with made.records.transaction() as tx:
            tx.execute(update(Job).where(Job.state == "running", Job.lease_holder == holder).values(lease_until=until))
