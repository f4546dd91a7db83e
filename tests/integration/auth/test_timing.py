"""The work of a refusal does not tell whether somebody is a customer."""

from __future__ import annotations

from itertools import count

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import event

from services import identity, passwords
from tests.factories.people import PASSWORD

_numbers = count()


@pytest.fixture
def work(world, monkeypatch):
    """What a refusal does: passes of argon2 with their cost, and statements sent to the database."""
    done: list[object] = []

    class Counted(PasswordHasher):
        def hash(self, *args, **kwargs):
            done.append("hash")
            return super().hash(*args, **kwargs)

        def verify(self, hash, password):  # argon2's own name of the parameter
            done.append(extract_parameters(hash))
            return super().verify(hash, password)

    old = passwords._HASHER
    cheap = Counted(time_cost=old.time_cost, memory_cost=old.memory_cost, parallelism=old.parallelism)
    monkeypatch.setattr(passwords, "_HASHER", cheap)

    def listen(_connection, _cursor, statement, *_rest):
        done.append(statement)

    event.listen(world.portal.records.engine, "before_cursor_execute", listen)
    yield done
    event.remove(world.portal.records.engine, "before_cursor_execute", listen)


def refused(world, work, email: str, password: str) -> list[object]:
    """The work of one refusal, in order."""
    world.wait(minutes=6)
    work.clear()
    answer = identity.sign_in(email, password, ip=f"192.0.2.{next(_numbers) % 250}")
    assert answer == identity.Refused("wrong")
    return list(work)


@pytest.mark.parametrize("known", ["consumer@demo.example", "neighbour@demo.example"])
def test_known_and_unknown_people_cost_the_same_work(world, work, known):
    password = "not this one"
    if known.startswith("neighbour"):
        identity.disable_user(known)  # refused with the right password too
        password = PASSWORD
    mine = refused(world, work, known, password)
    nobodys = refused(world, work, "nobody@demo.example", password)
    assert mine == nobodys
    costs = [one for one in mine if not isinstance(one, str)]
    # One pass of argon2id at OWASP's minimum (19 MiB, 2 rounds, 1 lane), which is most of a refusal's time.
    assert [(cost.memory_cost, cost.time_cost, cost.parallelism) for cost in costs] == [(19 * 1024, 2, 1)]


def test_no_hash_is_made_for_the_first_unknown_person_of_a_process(world, work):
    first = refused(world, work, "nobody@demo.example", "not this one")
    assert "hash" not in first
    assert first == refused(world, work, "nobody-else@demo.example", "not this one")
