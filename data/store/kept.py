"""What was decoded of immutable files, kept in this process and bounded in bytes; the longest unused goes first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data.store.layout import Layout
from data.store.values import Segment

LIMIT_BYTES = 48 * 2**20  # about 500 months of quarter-hours
LARGEST_SHARE = 24  # an entry above this part of the limit, such as an ingest's look at a whole bucket, is not kept
Columns = Mapping[str, npt.NDArray]


@dataclass(frozen=True)
class Entry:
    files: frozenset[str]
    columns: Columns
    size_bytes: int


class Kept:
    """Columns by the hashes of the files they were read from and by what was asked of those files.

    Whoever asks has just found the files live and whole, so nothing here can be stale. Columns of files that are
    no longer live leave as soon as anybody reads with the new layout, which erasing counts on.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._entries: OrderedDict[Hashable, Entry] = OrderedDict()
        self._size_bytes = 0
        self._layout = -1
        self._guard = threading.Lock()

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    def __len__(self) -> int:
        return len(self._entries)

    def columns(
        self, layout: Layout, files: Iterable[Segment], asked: Hashable, make: Callable[[], Columns]
    ) -> Columns:
        """The columns under this key, made where they are not held; read-only arrays, because others get them too."""
        read = tuple(files)
        key = (tuple(segment.sha256 for segment in read), asked)
        with self._guard:
            self._follow(layout)
            found = self._entries.get(key)
            if found is not None:
                self._entries.move_to_end(key)
                return found.columns
        made = {name: _sealed(column) for name, column in make().items()}
        names = frozenset(segment.name for segment in read)
        self._put(layout, key, Entry(names, made, sum(column.nbytes for column in made.values())))
        return made

    def forget(self) -> None:
        """Let go of everything: what is asked next is read from files."""
        with self._guard:
            self._entries.clear()
            self._size_bytes = 0

    def _follow(self, layout: Layout) -> None:
        """Let go of files that the newest layout does not name."""
        if layout.number <= self._layout:
            return
        self._layout = layout.number
        live = {segment.name for segment in (*layout.raw, *layout.rollups.values())}
        for key in [key for key, entry in self._entries.items() if not entry.files <= live]:
            self._size_bytes -= self._entries.pop(key).size_bytes

    def _put(self, layout: Layout, key: Hashable, entry: Entry) -> None:
        with self._guard:
            is_old = layout.number < self._layout
            if is_old or key in self._entries or entry.size_bytes * LARGEST_SHARE > self._limit_bytes:
                return
            self._entries[key] = entry
            self._size_bytes += entry.size_bytes
            while self._size_bytes > self._limit_bytes:
                _key, oldest = self._entries.popitem(last=False)
                self._size_bytes -= oldest.size_bytes


def _sealed(column: npt.NDArray) -> npt.NDArray:
    """The column itself, or its plain values where it came masked; nobody may write into it."""
    plain = np.ma.getdata(column)
    plain.flags.writeable = False
    return plain
