"""Signing in beside the password hash alone: what the portal adds to what must be slow."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from argon2 import PasswordHasher

ROUNDS = 40


def run(*, full: bool) -> Iterator[tuple[str, str, str, str, str]]:
    """In turn in one process: the whole POST of the form, and one verification of the same hash."""
    from app import create_app
    from services import portal as portals
    from tests.factories.world import PASSWORD, tiny_world
    from tests.web.gate import form_token

    with tempfile.TemporaryDirectory() as folder:
        made = tiny_world(Path(folder))
        with portals.using(made):
            client = create_app(made.config, made).server.test_client()
            token = form_token(client)
            form = {"email": "consumer@demo.example", "password": PASSWORD, "csrf_token": token}
            hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
            known = hasher.hash(PASSWORD)
            pairs = [
                (_seconds(lambda: _enter(client, form)), _seconds(lambda: hasher.verify(known, PASSWORD)))
                for _round in range(ROUNDS * (3 if full else 1))
            ]
        made.readings.close()
        made.records.dispose()
    ours, bare = (1000 * statistics.median(column) for column in zip(*pairs, strict=True))
    yield "sign-in, p50", f"{ours:.1f} ms", f"argon2id alone {bare:.1f} ms", f"{ours / bare:.2f}x", "<= 1.3x"


def _enter(client: object, form: dict[str, str]) -> None:
    client.delete_cookie("portal_session")  # a new visitor, not one who changes the person
    assert client.post("/login", data=form).status_code == 303


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
