"""The time of a refusal does not tell whether somebody is a customer."""

from __future__ import annotations

import statistics
import time
from itertools import count

import pytest

from services import identity
from tests.factories.people import PASSWORD

ROUNDS = 15
_numbers = count()


def refused_in_s(world, email: str, password: str) -> float:
    """Processor time of one refusal: what the machine's other work does not change. [s]"""
    world.wait(minutes=6)
    begun = time.thread_time()
    answer = identity.sign_in(email, password, ip=f"192.0.2.{next(_numbers) % 250}")
    took = time.thread_time() - begun
    assert answer == identity.Refused("wrong")
    return took


@pytest.mark.parametrize("known", ["consumer@demo.example", "disabled@demo.example"])
def test_known_and_unknown_people_are_refused_in_the_same_time(world, known):
    if known.startswith("disabled"):
        known = "neighbour@demo.example"
        identity.disable_user(known)
    password = PASSWORD if known.startswith("neighbour") else "not this one"
    pairs = [
        (refused_in_s(world, known, password), refused_in_s(world, f"nobody-{number}@demo.example", password))
        for number in range(ROUNDS)
    ]
    first, second = (statistics.median(column) for column in zip(*pairs, strict=True))
    # One pass of argon2 is most of both; an answer without it would take a twentieth.
    assert 0.8 < first / second < 1.25


def test_the_first_unknown_person_of_a_process_takes_no_longer(world):
    first = refused_in_s(world, "nobody@demo.example", "not this one")
    later = statistics.median(refused_in_s(world, "nobody@demo.example", "not this one") for _ in range(5))
    assert first < 1.6 * later  # a hash made on the spot would double it
