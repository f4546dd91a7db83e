"""Results kept for a while, on this machine's disk or in Redis; a cache that fails is only a cache that misses."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import diskcache
import orjson
import redis

from adapters.packing import pack, unpack

log = logging.getLogger("portal.cache")

T = TypeVar("T")
Key = tuple[Any, ...]
DISK_LIMIT_BYTES = 512 * 2**20
REDIS_TIMEOUT_S = 0.2
REDIS_PAUSE_S = 5.0  # after a failure nobody waits for Redis again for this long


class Backend(Protocol):
    """Bytes under a text key; every method may fail with OSError."""

    def read(self, key: str) -> bytes | None: ...

    def write(self, key: str, value: bytes, ttl_s: float | None) -> None: ...

    def forget(self) -> None: ...

    def close(self) -> None: ...


class Cache:
    """`memo(key, ttl, make)` is the usual door: read, or make and remember. Keys carry the store's version."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def get(self, key: Key) -> Any | None:
        """The remembered value, or None; also None when the cache cannot be reached or its bytes are not ours."""
        try:
            found = self._backend.read(key_text(key))
            return None if found is None else unpack(found)
        except (OSError, ValueError) as error:
            log.warning("cache read failed: %s", error)
            return None

    def set(self, key: Key, value: object, ttl: float | None = None) -> None:
        """Remember a value for `ttl` seconds; a value of an unknown kind raises TypeError, it is a programming error."""
        packed = pack(value)
        try:
            self._backend.write(key_text(key), packed, ttl)
        except OSError as error:
            log.warning("cache write failed: %s", error)

    def memo(self, key: Key, ttl: float | None, make: Callable[[], T]) -> T:
        found = self.get(key)
        if found is not None:
            return found  # type: ignore[no-any-return]  # unpack gives back what make() gave for this key
        value = make()
        if value is not None:
            self.set(key, value, ttl)
        return value

    def clear(self) -> None:
        self._backend.forget()

    def close(self) -> None:
        self._backend.close()


def key_text(key: Key) -> str:
    """One short text per key: the first word stays readable, the rest is hashed."""
    digest = hashlib.sha256(orjson.dumps(key, default=str, option=orjson.OPT_NON_STR_KEYS)).hexdigest()
    return f"{str(key[0])[:32]}:{digest}" if key else digest


class BytesDisk(diskcache.Disk):  # type: ignore[misc]  # diskcache publishes no types
    """Stores bytes only: a planted pickle is never read back (CVE-2025-69872)."""

    def store(self, value: object, read: bool, key: object = diskcache.UNKNOWN) -> Any:
        if not isinstance(value, bytes):
            raise TypeError(f"only bytes are stored, not {type(value).__name__}")
        return super().store(value, read, key=key)

    def fetch(self, mode: int, filename: str | None, value: Any, read: bool) -> Any:
        if mode == diskcache.core.MODE_PICKLE:
            raise ValueError("a pickled value in the cache folder was not put there by the portal")
        return super().fetch(mode, filename, value, read)

    def put(self, key: object) -> Any:
        if not isinstance(key, str):
            raise TypeError("only text is a key")
        return super().put(key)


class DiskBackend:
    """diskcache in a folder that only this user may open; shared by the processes of one machine."""

    def __init__(self, folder: str | Path, limit_bytes: int = DISK_LIMIT_BYTES) -> None:
        path = Path(folder)
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o700)
        self._store = diskcache.Cache(str(path), disk=BytesDisk, size_limit=limit_bytes, timeout=1)

    def read(self, key: str) -> bytes | None:
        try:
            found: bytes | None = self._store.get(key)
        except (sqlite3.Error, diskcache.Timeout) as error:
            raise OSError(str(error)) from error
        return found

    def write(self, key: str, value: bytes, ttl_s: float | None) -> None:
        try:
            self._store.set(key, value, expire=ttl_s)
        except (sqlite3.Error, diskcache.Timeout) as error:
            raise OSError(str(error)) from error

    def forget(self) -> None:
        self._store.clear()

    def close(self) -> None:
        self._store.close()


class RedisBackend:
    """Redis with short timeouts; after a failure it is left alone for a few seconds, so pages never queue for it."""

    def __init__(self, url: str, pause_s: float = REDIS_PAUSE_S) -> None:
        self._client = redis.Redis.from_url(
            url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S, retry=None
        )
        self._pause_s = pause_s
        self._silent_until = 0.0

    def _try(self, action: Callable[[], T]) -> T:
        if time.monotonic() < self._silent_until:
            raise OSError("Redis did not answer a moment ago")
        try:
            return action()
        except redis.RedisError as error:
            self._silent_until = time.monotonic() + self._pause_s
            raise OSError(str(error)) from error

    def read(self, key: str) -> bytes | None:
        found: bytes | None = self._try(lambda: self._client.get(f"portal:{key}"))
        return found

    def write(self, key: str, value: bytes, ttl_s: float | None) -> None:
        milliseconds = None if ttl_s is None else max(1, round(ttl_s * 1000))
        self._try(lambda: self._client.set(f"portal:{key}", value, px=milliseconds))

    def forget(self) -> None:
        """Only the portal's own keys: the server may be shared."""

        def drop() -> None:
            for key in self._client.scan_iter("portal:*", count=500):
                self._client.delete(key)

        self._try(drop)

    def close(self) -> None:
        self._client.close()


def make_cache(url: str) -> Cache:
    """The cache of `PORTAL_CACHE_URL`: `disk://FOLDER`, `redis://` or `rediss://`."""
    if url.startswith("disk://"):
        return Cache(DiskBackend(url.removeprefix("disk://")))
    return Cache(RedisBackend(url))
