"""Password hashes: argon2id at OWASP's minimum, two at a time in a process so that sign-ins cannot starve pages."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_LENGTH = 128
MIN_LENGTH = 12
SLOT_WAIT_S = 10
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Of random bytes nobody kept, made once with the same cost: even a process's first unknown person takes as long as others.
NOBODYS_HASH = "$argon2id$v=19$m=19456,t=2,p=1$HD2r63fL1ORoWlf0JqG1IA$KaZP72xFgUV3f2P5mzCYfY+3GFE77v3ilr8pvlgLhuA"
_SLOTS = threading.BoundedSemaphore(2)


class BusyError(Exception):
    """Both slots stayed taken; the caller asks to try again."""


@contextmanager
def slot() -> Iterator[None]:
    """One of the two places in which passwords are worked on; BusyError after ten seconds of waiting."""
    if not _SLOTS.acquire(timeout=SLOT_WAIT_S):
        raise BusyError
    try:
        yield
    finally:
        _SLOTS.release()


def hash_password(password: str) -> str:
    return _HASHER.hash(normalised(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; without a hash (unknown person) the same work is done for nothing."""
    candidate = normalised(password)
    try:
        return _HASHER.verify(password_hash or NOBODYS_HASH, candidate) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    return _HASHER.check_needs_rehash(password_hash)


def normalised(password: str) -> str:
    """NFKC, so that a password typed on another keyboard is the same; overlong input is cut before the costly part."""
    return unicodedata.normalize("NFKC", password[: MAX_LENGTH * 4])
