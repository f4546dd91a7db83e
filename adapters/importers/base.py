"""What an importer is, the registry, and the choice of one for a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from domain.ingest.blocks import RawBlock
from domain.ingest.options import IngestOptions, Label
from domain.ingest.problems import ProblemLog, refuse
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
    if not path.is_file():
        raise refuse("file_missing", value=str(path))
    if path.stat().st_size == 0:
        raise refuse("empty_file", value=path.name)
    for name in IMPORTERS:
        if IMPORTERS[name].matches(path, options):
            return IMPORTERS[name].open(path, options)
    raise refuse("layout_unknown", value=path.name)
