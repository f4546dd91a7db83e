"""What an export of readings holds: the request, its rows as columns, and what a file says about itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from domain.calendar import offsets_s
from domain.errors import Issue

RESOLUTIONS = ("interval", "hour", "day", "month")
FORMATS = ("csv", "xlsx", "parquet", "json")
COLUMNS = (
    "meter", "register", "commodity", "start_local", "start_utc", "energy_kwh", "energy_wh", "quality",
    "readings", "readings_expected",
)  # fmt: skip
SMALL_ROWS = 40_000  # up to this an export is made within its request
KEEP_DAYS = 7  # a finished file waits so long for its owner
XLSX_ROWS = 1_048_575  # rows of an Excel sheet below its head
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class ExportRequest:
    """What somebody asked for, in public ids; no register means all of the site. Local dates, both included."""

    site: str
    first: date
    last: date
    resolution: str = "interval"
    format: str = "csv"
    register: str = ""

    def issues(self) -> list[Issue]:
        found = []
        if self.last < self.first:
            found.append(Issue("last", "last_before_first"))
        if self.first.year < 1990 or self.last.year > 2100:
            found.append(Issue("first", "out_of_range"))
        if self.resolution not in RESOLUTIONS:
            found.append(Issue("resolution", "unknown_resolution"))
        if self.format not in FORMATS:
            found.append(Issue("format", "unknown_format"))
        return found


@dataclass(frozen=True)
class ExportRegister:
    """A register as the file names it; `serials` names the meter, or all that carried it."""

    id: int
    serials: str
    label: str
    commodity: str
    interval_s: int


@dataclass(frozen=True)
class ExportHead:
    """What the file says about itself. `columns`, `quality_words` and `commodity_words` are in the reader's language.

    first, end : local dates, half-open
    source : whom the data is from
    notes : what a reader must know, such as that the data is invented or incomplete
    """

    site_name: str
    zone_name: str
    first: date
    end: date
    resolution: str
    locale: str
    made_at: datetime
    source: str
    columns: tuple[str, ...]
    quality_words: tuple[str, ...]
    commodity_words: Mapping[str, str]
    source_title: str = "Source"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExportRows:
    """Some rows of one register, in time order; arrays of equal length. What is missing has no row.

    start_utc : datetime64[s], start of the interval, hour, day or month, UTC
    offset_s : local minus UTC at that start. [s]
    energy_wh : int64. [Wh]
    quality : uint8, see `domain.energy.quality`
    readings, expected : how many readings the row sums, and how many it should have
    """

    register: ExportRegister
    start_utc: npt.NDArray[np.datetime64]
    offset_s: npt.NDArray[np.int64]
    energy_wh: npt.NDArray[np.int64]
    quality: npt.NDArray[np.uint8]
    readings: npt.NDArray[np.int64]
    expected: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start_utc)

    def counted(self, readings: npt.NDArray[np.int64], expected: npt.NDArray[np.int64]) -> ExportRows:
        """The same rows as sums of several readings each."""
        return replace(self, readings=readings, expected=expected)

    def part(self, low: int, high: int, register: ExportRegister) -> ExportRows:
        """Rows `[low, high)` under another description of the register."""
        cut = slice(low, high)
        return ExportRows(
            register, self.start_utc[cut], self.offset_s[cut], self.energy_wh[cut], self.quality[cut],
            self.readings[cut], self.expected[cut],
        )  # fmt: skip

    @property
    def local(self) -> npt.NDArray[np.datetime64]:
        """The wall clock at the start, without its offset."""
        return np.asarray(self.start_utc + self.offset_s.astype("timedelta64[s]"))


Chunks = Iterable[ExportRows]


def rows_of(
    register: ExportRegister,
    zone_name: str,
    start_utc: npt.NDArray[np.datetime64],
    energy_wh: npt.NDArray[np.int64],
    quality: npt.NDArray[np.uint8],
) -> ExportRows:
    """Rows of one reading each."""
    start = np.asarray(start_utc).astype("datetime64[s]")
    ones = np.ones(len(start), dtype=np.int64)
    return ExportRows(register, start, offsets_s(start, zone_name), energy_wh, quality, ones, ones)


def effective_resolution(asked: str, interval_s: int) -> str:
    """A reading of a whole day cannot be told by the hour: hours of a register of days are days."""
    return "day" if asked == "hour" and interval_s > 3600 else asked


def by_meter(rows: ExportRows, installed: Sequence[tuple[datetime, str]]) -> list[ExportRows]:
    """The rows in parts, each with the serial of the meter in use at its starts; before the first one it is the first."""
    chain = sorted(installed)
    if len(chain) < 2:
        return [rows]
    edges = np.array([int(at.timestamp()) for at, _serial in chain[1:]], dtype=np.int64).astype("datetime64[s]")
    cuts = [0, *np.searchsorted(rows.start_utc, edges, side="left").tolist(), len(rows)]
    parts = []
    for (low, high), (_at, serial) in zip(pairwise(cuts), chain, strict=True):
        if low < high:
            parts.append(rows.part(low, high, replace(rows.register, serials=serial)))
    return parts


def iso_local(rows: ExportRows) -> list[str]:
    """`2026-10-25T02:00:00+01:00`: the wall clock with its offset, so that a doubled hour is told apart."""
    clock = np.datetime_as_string(rows.local, unit="s").tolist()
    names = {int(offset): offset_text(int(offset)) for offset in np.unique(rows.offset_s)}
    return [f"{at}{names[offset]}" for at, offset in zip(clock, rows.offset_s.tolist(), strict=True)]


def iso_utc(rows: ExportRows) -> list[str]:
    """`2026-10-25T01:00:00Z`"""
    return [f"{at}Z" for at in np.datetime_as_string(rows.start_utc, unit="s").tolist()]


def offset_text(offset_s: int) -> str:
    """`+05:45`"""
    minutes = abs(offset_s) // 60
    return f"{'-' if offset_s < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def decimal_kwh(energy_wh: int, mark: str = ".") -> str:
    """Wh as kWh with three decimals, exactly: no floating point in between."""
    whole, rest = divmod(abs(energy_wh), 1000)
    return f"{'-' if energy_wh < 0 else ''}{whole}{mark}{rest:03d}"


def neutral_text(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula: the apostrophe makes it text, as typing it would."""
    starts = text.startswith(("\t", "\r", "\n")) or text.lstrip(" \u00a0").startswith(FORMULA_STARTS)
    return f"'{text}" if starts else text
