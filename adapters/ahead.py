"""Work ahead: the next items of an iterator are made in a thread while the last one is used."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T], depth: int = 1) -> Iterator[T]:
    """The same items in the same order, `depth` of them ready. An error is raised where its item would have been.

    Parsing and sorting release the interpreter's lock, so two cores are used where there are two.
    """
    ready: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(maxsize=depth)
    is_over = threading.Event()

    def put(entry: tuple[T | None, BaseException | None]) -> None:
        while not is_over.is_set():
            try:
                ready.put(entry, timeout=0.1)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            for item in items:
                put((item, None))
                if is_over.is_set():
                    return
            put((None, None))
        except BaseException as error:  # handed over, whatever it is
            put((None, error))

    thread = threading.Thread(target=work, daemon=True, name="ahead")
    thread.start()
    try:
        while True:
            item, error = ready.get()
            if error is not None:
                raise error
            if item is None:
                return
            yield item
    finally:
        is_over.set()
        thread.join()
