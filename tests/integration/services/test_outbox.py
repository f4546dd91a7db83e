"""Messages leave after the fact that they tell of, at least once, and a channel that is down loses none."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from adapters.clock import FrozenClock
from data.tables.operations import OutboxMessage
from domain.errors import InvalidInputError
from services import outbox, portal
from services.outbox import CHANNELS, Message
from tests.factories.databases import BOTH
from tests.factories.world import bare_portal

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
sent: list[str] = []
down: list[bool] = []


@CHANNELS.register("test_channel")
def _send(message: Message) -> None:
    if down:
        raise ConnectionError("no route")
    if message.payload.get("to") == "nobody":
        raise InvalidInputError("to", "no_such_mailbox")
    sent.append(f"{message.message_id}:{message.payload['to']}")


@pytest.fixture(params=BOTH)
def made(request, tmp_path):
    sent.clear()
    down.clear()
    with bare_portal(request.param, tmp_path, NOW) as found:
        yield found


def _later(made, **span):
    clock = FrozenClock(NOW + timedelta(**span))
    return portal.using(portal.Portal(made.config, made.records, made.readings, made.cache, clock))


def _announce(made, to, kind="test_channel"):
    with made.records.transaction() as tx:
        outbox.announce(tx, kind, {"to": to, "event": "export_ready"}, now=NOW)


def _states(made):
    with made.records.reading() as db:
        return [(row.state, row.attempts) for row in db.scalars(select(OutboxMessage).order_by(OutboxMessage.id))]


def test_a_message_leaves_once_and_in_order(made):
    _announce(made, "ada")
    _announce(made, "ben")
    while outbox.deliver_one("w"):
        pass
    assert [text.partition(":")[2] for text in sent] == ["ada", "ben"]
    assert _states(made) == [("done", 1), ("done", 1)]


def test_a_fact_that_is_rolled_back_tells_nobody(made):
    with pytest.raises(RuntimeError), made.records.transaction() as tx:
        outbox.announce(tx, "test_channel", {"to": "ada"}, now=NOW)
        raise RuntimeError
    assert not outbox.deliver_one("w")
    assert _states(made) == []


def test_a_channel_that_is_down_is_tried_again_with_the_same_id(made):
    _announce(made, "ada")
    down.append(True)
    assert outbox.deliver_one("w")
    assert not outbox.deliver_one("w")  # the next attempt is due in a minute
    down.clear()
    with _later(made, seconds=61):
        assert outbox.deliver_one("w")
    assert len(sent) == 1
    assert sent[0].startswith("msg-")
    assert _states(made) == [("done", 2)]


def test_the_last_attempt_comes_after_three_days_and_then_it_is_dead(made):
    # 1 min + 5 min + 30 min + 2 h + 6 h + 24 h + 24 h = 56 h 36 min of waiting, eight attempts.
    _announce(made, "ada")
    down.append(True)
    passed = timedelta()
    for wait_s in (0, 60, 300, 1800, 7200, 21600, 86400, 86400):
        passed += timedelta(seconds=wait_s)
        with _later(made, seconds=passed.total_seconds()):
            assert outbox.deliver_one("w")
    assert passed == timedelta(hours=56, minutes=36)
    with _later(made, days=30):
        assert not outbox.deliver_one("w")
    assert _states(made) == [("dead", 8)]


def test_a_refusal_is_final_and_the_next_message_goes_on(made):
    _announce(made, "nobody")
    _announce(made, "ada")
    while outbox.deliver_one("w"):
        pass
    assert _states(made) == [("dead", 1), ("done", 1)]


def test_the_log_channel_writes_a_line(made, caplog):
    _announce(made, "ops", kind="log")
    with caplog.at_level(logging.INFO, logger="portal.outbox"):
        assert outbox.deliver_one("w")
    assert [record.getMessage().partition(" ")[0] for record in caplog.records] == ["export_ready"]


def test_an_unknown_kind_is_refused_when_it_is_announced(made):
    with pytest.raises(KeyError), made.records.transaction() as tx:
        outbox.announce(tx, "pigeon", {}, now=NOW)
