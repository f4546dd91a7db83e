"""`python -m cli worker`: run due schedules, jobs and messages until told to stop; what runs is finished first."""

from __future__ import annotations

import argparse
import contextvars
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from adapters import catalogs, logs
from data.repositories import queue
from domain import text
from services import jobs, leases, mails, outbox, portal, schedules
from services.portal import Portal

assert mails  # importing a channel registers it

IDLE_S = 0.5
TROUBLE_S = 5.0
log = logging.getLogger("portal.worker")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="run what is due now and stop")


def command(arguments: argparse.Namespace, made: Portal) -> int:
    logs.configure(made.config.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    text.install(catalogs.load())  # files and notices are written in their reader's language
    run(made, stop, once=arguments.once)
    return 0


@dataclass
class Worker:
    """One process with two lanes: what people wait for does not queue behind upkeep, nor upkeep behind it."""

    made: Portal
    stop: threading.Event
    # Random, because a new process may get the number of one that was killed, and would keep its leases alive.
    holder: str = field(default_factory=lambda: f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(4)}")
    taken: dict[str, datetime] = field(default_factory=dict)

    def upkeep(self) -> bool:
        schedules.enqueue_due(self.taken)
        ran = jobs.run_one(self.holder, of_people=False)
        return outbox.deliver_one(self.holder) or ran

    def requests(self) -> bool:
        return jobs.run_one(self.holder, of_people=True)


def run(made: Portal, stop: threading.Event, *, once: bool = False) -> int:
    """How many steps were done. With `once`, until nothing is due; otherwise until `stop` is set."""
    worker = Worker(made, stop)
    with portal.using(made), _heartbeat(worker):
        if once:
            return _drain(worker)
        return _run_lanes(worker)


def _run_lanes(worker: Worker) -> int:
    """Upkeep here, requests in a thread; when one lane breaks, both end, so that whoever watches starts us anew."""
    context = contextvars.copy_context()
    with ThreadPoolExecutor(1, thread_name_prefix="requests") as pool:
        second = pool.submit(context.run, _loop, worker.requests, worker.stop)
        try:
            return _loop(worker.upkeep, worker.stop) + second.result()
        finally:
            worker.stop.set()


def _drain(worker: Worker) -> int:
    count = 0
    while not worker.stop.is_set() and (worker.upkeep() or worker.requests()):
        count += 1
    return count


def _loop(step: Callable[[], bool], stop: threading.Event) -> int:
    """A database that is away for a moment is waited for, not died of."""
    count = 0
    while not stop.is_set():
        try:
            if step():
                count += 1
            else:
                stop.wait(IDLE_S)
        except DBAPIError as error:
            log.warning("the database does not answer: %s", error.orig)
            stop.wait(TROUBLE_S)
        except BaseException:
            stop.set()  # the other lane must not go on alone
            raise
    return count


@contextmanager
def _heartbeat(worker: Worker) -> Iterator[None]:
    """Extend the leases of what this process works on, also while it drains; when it dies, they end by themselves."""
    over = threading.Event()
    beat = threading.Thread(target=_beat, args=(worker, over), name="heartbeat", daemon=True)
    beat.start()
    try:
        yield
    finally:
        over.set()
        beat.join()


def _beat(worker: Worker, over: threading.Event) -> None:
    while not over.wait(jobs.LEASE_S / 4):
        rows = leases.in_hand()
        until = jobs.LEASE_CLOCK.now() + timedelta(seconds=jobs.LEASE_S)
        if not rows:
            continue
        try:
            with worker.made.records.transaction() as tx:
                queue.extend(tx, rows, worker.holder, until=until)
        except SQLAlchemyError as error:  # the next beat tries again; a lost lease costs an attempt, never an effect
            log.warning("heartbeat missed: %s", error)
