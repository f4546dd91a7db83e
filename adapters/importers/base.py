"""What an importer is, the registry, and the choice of one for a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from domain.ingest.blocks import RawBlock
from domain.ingest.options import IngestOptions, Label
from domain.ingest.problems import IngestRefusedError, ProblemLog, refuse
from domain.registry import Registry


@dataclass(frozen=True)
class Opened:
    """A file that was understood: what it says about itself, and its readings block by block.

    units : unit by series name; "" is the unit of all others
    settled : what was detected or given, for the report
    time_column, value_column, series_column : names for the report; "" where each series is its own column
    """

    importer: str
    is_utc: bool
    label: Label
    interval_s: int | None
    units: dict[str, str]
    settled: dict[str, str]
    blocks: Callable[[ProblemLog], Iterator[RawBlock]]
    time_column: str = ""
    value_column: str = ""
    series_column: str = ""


class Importer(Protocol):
    def matches(self, path: Path, options: IngestOptions) -> bool:
        """Whether the file is of this format; cheap, from its first bytes."""
        ...

    def open(self, path: Path, options: IngestOptions) -> Opened:
        """Settle how it is read, or raise IngestRefusedError."""
        ...


IMPORTERS: Registry[Importer] = Registry("importer")


def open_file(path: Path, options: IngestOptions) -> Opened:
    """The file opened by the importer that knows it."""
    if path.is_dir():
        raise refuse("is_folder", value=str(path))
    if not path.is_file():
        raise refuse("file_missing", value=str(path))
    if path.stat().st_size == 0:
        raise refuse("empty_file", value=path.name)
    try:
        return _opened(path, options)
    except OSError as error:
        raise _unreadable(path, error) from None


def _opened(path: Path, options: IngestOptions) -> Opened:
    own = next((IMPORTERS[name] for name in IMPORTERS if IMPORTERS[name].matches(path, options)), None)
    if own is None:
        raise refuse("layout_unknown", value=path.name)
    opened = own.open(path, options)
    return replace(opened, blocks=lambda log: _watched(path, opened.blocks(log)))


def _watched(path: Path, blocks: Iterator[RawBlock]) -> Iterator[RawBlock]:
    """The blocks; a file that goes away while it is read is a refusal, and nothing of it is stored."""
    try:
        yield from blocks
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> IngestRefusedError:
    return refuse("unreadable", value=path.name, reason=(error.strerror or type(error).__name__).lower())
