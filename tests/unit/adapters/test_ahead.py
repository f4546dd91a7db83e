"""Items made in a thread come in order, with their errors, and the thread ends with its reader."""

from __future__ import annotations

import threading

import pytest

from adapters.ahead import ahead


def test_the_same_items_in_the_same_order():
    assert list(ahead(iter(range(100)), depth=3)) == list(range(100))


def test_an_error_comes_after_the_items_before_it():
    def broken():
        yield 1
        raise ValueError("second")

    items = ahead(broken())
    assert next(items) == 1
    with pytest.raises(ValueError, match="second"):
        next(items)


def test_nothing_goes_on_when_the_reader_stops():
    items = ahead(iter(range(10**9)))
    assert next(items) == 0
    items.close()
    assert [thread.name for thread in threading.enumerate() if thread.name == "ahead"] == []
