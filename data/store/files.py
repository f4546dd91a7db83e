"""Every access to segment files: publish durably, verify, unlink, sweep. The one place an object store would replace."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from data.store.values import Segment


@dataclass(frozen=True)
class Draft:
    """A file being written: `path` now, `name` once published."""

    name: str
    path: Path


class SegmentFiles:
    """Files live flat in `segments/`, drafts in `drafts/`; both are on one file system so that rename is atomic."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()  # DuckDB wants whole paths, and each read would resolve them anew
        self._live = self.folder / "segments"
        self._drafts = self.folder / "drafts"
        for path in (self.folder, self._live, self._drafts):
            path.mkdir(parents=True, exist_ok=True)
        self._verified: dict[str, tuple[int, int, int]] = {}

    def path(self, name: str) -> Path:
        return self._live / name

    def draft(self, kind: str, bucket: int) -> Draft:
        name = f"{kind}-{bucket:06d}-{secrets.token_hex(8)}.parquet"
        return Draft(name, self._drafts / name)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Held from the first draft to the manifest's commit; the kernel lets go when the process is killed."""
        with self._lock(fcntl.LOCK_SH):
            yield

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """True while no process writes: only then is a file that no row names surely an orphan."""
        try:
            with self._lock(fcntl.LOCK_EX | fcntl.LOCK_NB):
                yield True
        except BlockingIOError:
            yield False

    @contextmanager
    def _lock(self, mode: int) -> Iterator[None]:
        descriptor = os.open(self.folder / "writers.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, mode)
            yield
        finally:
            os.close(descriptor)

    def publish(self, drafts: Iterable[Draft]) -> dict[str, tuple[int, str]]:
        """Make drafts durable under their names; size and SHA-256 of each. The manifest may name them afterwards."""
        facts = {}
        for draft in drafts:
            facts[draft.name] = (draft.path.stat().st_size, _sha256(draft.path))
            _sync(draft.path)
            draft.path.rename(self.path(draft.name))
        _sync(self._live)
        return facts

    def fault(self, segment: Segment, *, again: bool = False) -> str | None:
        """Why a segment cannot be trusted (missing, truncated, changed), or None.

        A file is hashed when this process meets it first and again when size, time or inode change: immutable files
        need no more on the way of a query, and `again` hashes in any case.
        """
        path = self.path(segment.name)
        try:
            stat = path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if not again and self._verified.get(segment.name) == seen:
                return None
            if stat.st_size != segment.size_bytes:
                return "truncated" if stat.st_size < segment.size_bytes else "changed"
            if _sha256(path) != segment.sha256:
                return "changed"
        except FileNotFoundError:
            return "missing"
        except OSError:
            return "unreadable"
        self._verified[segment.name] = seen
        return None

    def unlink(self, names: Iterable[str]) -> None:
        for name in names:
            self._verified.pop(name, None)
            with suppress(FileNotFoundError):
                self.path(name).unlink()

    def orphans(self, named: Collection[str]) -> list[Path]:
        """Files that no manifest row names. Only meaningful while `alone()`, else some may be on their way."""
        return sorted([p for p in self._live.iterdir() if p.name not in named] + list(self._drafts.iterdir()))


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
