"""Opening the operational store while another process recovers or removes its write-ahead log."""

from __future__ import annotations

import sqlite3

import pytest

from data import session


class Busy:
    """A cursor that is refused a number of times."""

    def __init__(self, refusals: int, words: str = "database is locked") -> None:
        self.refusals, self.words, self.asked = refusals, words, 0

    def execute(self, _statement: str) -> None:
        self.asked += 1
        if self.asked <= self.refusals:
            raise sqlite3.OperationalError(self.words)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(session, "PAUSE_S", 0.0)


def test_a_locked_database_is_asked_again():
    cursor = Busy(2)
    session._patiently(cursor, "PRAGMA journal_mode=WAL")
    assert cursor.asked == 3


def test_one_that_stays_locked_says_so():
    cursor = Busy(10_000)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        session._patiently(cursor, "PRAGMA journal_mode=WAL")
    assert cursor.asked == session.TRIES + 1


def test_another_trouble_is_told_at_once():
    cursor = Busy(1, "disk I/O error")
    with pytest.raises(sqlite3.OperationalError, match="disk"):
        session._patiently(cursor, "PRAGMA journal_mode=WAL")
    assert cursor.asked == 1
