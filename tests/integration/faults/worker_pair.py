"""Two workers that are started again whenever one is gone."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Callable
from typing import Any, Self

from sqlalchemy import select

from data.session import Records
from data.tables.operations import Job
from tests.integration.faults import worker_child
from tests.integration.faults.worker_child import Plan

# Children are forked from a clean process that has imported everything: what is killed while it imports proves nothing.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["tests.integration.faults.worker_child", "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg"]
)


class Pair:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.deaths = 0
        self.children = [self._spawn(), self._spawn()]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self.children:
            child.kill()
            child.join()

    def _spawn(self) -> Any:
        child = PROCESSES.Process(target=worker_child.run, args=(self.plan,), daemon=True)
        child.start()
        return child

    def revive(self) -> None:
        for place, child in enumerate(self.children):
            if not child.is_alive():
                assert child.exitcode == -signal.SIGKILL
                self.deaths += 1
                self.children[place] = self._spawn()

    def kill_one(self, choose: random.Random) -> None:
        """Of two that live."""
        self.revive()
        child = choose.choice(self.children)
        child.kill()
        child.join()
        self.revive()


def busy(pair: Pair, records: Records, kind: str) -> Any:
    """A worker that has a job at this moment; a kill between two jobs proves little."""
    with records.reading() as db:
        holders = list(db.scalars(select(Job.lease_holder).where(Job.state == "running", Job.kind == kind)))
    return next((c for c in pair.children if c.is_alive() and any(f":{c.pid}:" in h for h in holders)), None)


def wait_until(pair: Pair, is_done: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < deadline, "the queue stands still"
        pair.revive()
        time.sleep(0.05)
