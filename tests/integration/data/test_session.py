"""Opening the operational store while another process recovers its write-ahead log; errors that tell no values."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from data import session
from tests.factories.databases import BOTH, empty_database


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


@pytest.mark.parametrize("kind", BOTH)
def test_an_error_does_not_quote_the_values_of_its_statement(kind, tmp_path):
    with empty_database(kind, tmp_path) as url:
        records = session.Records(url)
        with pytest.raises(DatabaseError) as refused, records.transaction() as tx:
            tx.execute(text("insert into nowhere (email) values (:email)"), {"email": "ada@example.com"})
        assert "nowhere" in str(refused.value)
        assert "ada@example.com" not in str(refused.value)
        records.dispose()
