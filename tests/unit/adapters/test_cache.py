"""The cache remembers for its time, shares between processes' handles, and misses instead of failing."""

import os
import pickle
import sqlite3
import stat
import time

import pytest

from adapters.cache import BytesDisk, Cache, DiskBackend, key_text, make_cache


@pytest.fixture
def cache(tmp_path):
    made = make_cache(f"disk://{tmp_path / 'cache'}")
    yield made
    made.close()


def test_what_was_set_is_found_and_other_keys_are_not(cache):
    cache.set(("month", 12, "2026-03"), {"wh": 743_000})
    assert cache.get(("month", 12, "2026-03")) == {"wh": 743_000}
    assert cache.get(("month", 12, "2026-04")) is None


def test_a_new_store_version_is_a_new_key():
    assert key_text(("month", 12, 1)) != key_text(("month", 12, 2))
    assert key_text(("month", 1, 12)) != key_text(("month", 11, 2))


def test_an_old_value_is_gone_after_its_time(cache):
    cache.set(("live",), 1, ttl=0.05)
    time.sleep(0.1)
    assert cache.get(("live",)) is None


def test_memo_makes_a_value_once(cache):
    made = []

    def make():
        made.append(1)
        return [1, 2]

    assert [cache.memo(("x",), 60, make) for _ in range(3)] == [[1, 2]] * 3
    assert len(made) == 1


def test_two_handles_of_one_folder_share(tmp_path):
    first, second = (Cache(DiskBackend(tmp_path)) for _ in range(2))
    first.set(("a",), "b")
    assert second.get(("a",)) == "b"
    first.close()
    second.close()


def test_nobody_else_may_open_the_folder(tmp_path):
    DiskBackend(tmp_path / "cache").close()
    assert stat.S_IMODE(os.stat(tmp_path / "cache").st_mode) == 0o700


def test_no_row_is_a_pickle(cache, tmp_path):
    cache.set(("a",), {"b": [1, 2.5, "c"]})
    with sqlite3.connect(tmp_path / "cache" / "cache.db") as rows:
        # diskcache: mode 4 is a pickle, raw 0 a pickled key.
        assert rows.execute("select count(*) from Cache where mode = 4 or raw = 0").fetchone() == (0,)
    rows.close()


def test_a_planted_pickle_is_not_loaded(cache, tmp_path):
    cache.set(("a",), "b")
    with sqlite3.connect(tmp_path / "cache" / "cache.db") as rows:
        rows.execute("update Cache set mode = 4, value = ?", (pickle.dumps("planted"),))
    rows.close()
    assert cache.get(("a",)) is None


def test_the_disk_takes_bytes_under_text_only(tmp_path):
    disk = BytesDisk(str(tmp_path))
    with pytest.raises(TypeError, match="only bytes"):
        disk.store({"a": 1}, False)
    with pytest.raises(TypeError, match="only text"):
        disk.put(("a", 1))


def test_clear_forgets_everything(cache):
    cache.set(("a",), 1)
    cache.clear()
    assert cache.get(("a",)) is None


class Broken:
    """A backend whose medium is gone."""

    def read(self, key):
        raise OSError("gone")

    def write(self, key, value, ttl_s):
        raise OSError("gone")

    def forget(self):
        raise OSError("gone")

    def close(self):
        pass


def test_a_broken_cache_only_misses():
    assert Cache(Broken()).memo(("a",), 60, lambda: 7) == 7
