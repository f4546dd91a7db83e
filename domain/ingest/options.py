"""What the person at the command line may say about a file, and what was settled about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Layout = Literal["wide", "long"]
Label = Literal["start", "end"]
DateOrder = Literal["ymd", "dmy", "mdy"]


@dataclass(frozen=True)
class IngestOptions:
    """None and empty mean: find it out."""

    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    layout: Layout | None = None
    label: Label | None = None
    zone: str | None = None
    unit: str | None = None
    interval_s: int | None = None
    date_order: DateOrder | None = None
    skip_lines: int = 0
    registers: dict[str, str] = field(
        default_factory=dict, hash=False
    )  # name in the file ("" for the only one) -> register
    ignore: frozenset[str] = frozenset()  # series of the file that are not wanted
    keep_good: bool = False
    create_site: bool = False


@dataclass(frozen=True)
class Columns:
    """Which column of a text file holds what, by index; -1 where there is none."""

    names: tuple[str, ...]
    time: int
    clock: int = -1  # time of day where date and time are two columns
    series: int = -1
    value: int = -1
    quality: int = -1
    unit: int = -1
    registers: tuple[int, ...] = ()  # wide: one column each


@dataclass(frozen=True)
class Dialect:
    """A text file as it was settled to be read."""

    layout: Layout
    delimiter: str
    decimal: str
    encoding: str
    date_order: DateOrder
    label: Label
    is_utc: bool
    columns: Columns
    units: dict[str, str]  # unit by series name; "" is the unit of all others
    header_line: int = 1
    interval_s: int | None = None  # seen between rows of one series
