"""The cache in Redis: the same promises, and a Redis that is away only makes the portal slower."""

import os
import time

import pytest
import redis

from adapters.cache import Cache, RedisBackend, make_cache

URL = os.environ.get("PORTAL_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


@pytest.fixture
def cache():
    try:
        redis.Redis.from_url(URL, socket_connect_timeout=0.2).ping()
    except redis.RedisError as error:
        if os.environ.get("REQUIRE_SERVICES"):
            raise
        pytest.skip(f"no Redis at {URL}: {error}")
    made = make_cache(URL)
    yield made
    made.clear()
    made.close()


@pytest.mark.redis
def test_what_was_set_is_found_until_its_time(cache):
    cache.set(("test", "month"), {"wh": 743_000}, ttl=60)
    assert cache.get(("test", "month")) == {"wh": 743_000}
    cache.set(("test", "month"), {"wh": 743_000}, ttl=0.05)
    time.sleep(0.3)
    assert cache.get(("test", "month")) is None


@pytest.mark.redis
def test_clear_leaves_other_peoples_keys(cache):
    other = redis.Redis.from_url(URL)
    other.set("somebody-elses", "1", px=5000)
    cache.set(("test",), 1)
    cache.clear()
    assert cache.get(("test",)) is None
    assert other.get("somebody-elses") == b"1"
    other.close()


def test_redis_that_does_not_answer_is_left_alone_for_a_while(monkeypatch):
    # Nothing listens on port 1: the first try fails, the next 99 do not even try.
    tries, connect = [], redis.Connection.connect
    monkeypatch.setattr(redis.Connection, "connect", lambda self: tries.append(1) or connect(self))
    cache = Cache(RedisBackend("redis://127.0.0.1:1/0"))
    assert [cache.memo(("a",), 60, lambda: 7) for _ in range(100)] == [7] * 100
    assert len(tries) == 1
    cache.close()
