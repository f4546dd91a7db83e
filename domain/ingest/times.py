"""Time stamps of files: bytes to wall-clock seconds, and wall clock to UTC with its gaps and folds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from domain import calendar
from domain.ingest.options import DateOrder, Label

WIDTH = 32
NO_OFFSET = -(2**31)
DAY_S = 86_400
_POSITIONS: dict[DateOrder, tuple[int, int, int, tuple[int, int]]] = {
    "ymd": (0, 5, 8, (4, 7)),
    "dmy": (6, 3, 0, (2, 5)),
    "mdy": (6, 0, 3, (2, 5)),
}
_LOOSE = {
    "ymd": r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
    "dmy": r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})",
    "mdy": r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})",
}
_CLOCK = r"(?:[T ]+(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2})(?:[.,]0+)?)?)?\s*(?P<z>Z|[+-]\d{2}(?::?\d{2})?)?"


@dataclass(frozen=True)
class Stamps:
    """Arrays of equal length: seconds on the wall clock since 1970, offset from UTC (or NO_OFFSET), readable or not."""

    wall_s: npt.NDArray[np.int64]
    offset_s: npt.NDArray[np.int64]
    is_good: npt.NDArray[np.bool_]


def parse(cells: npt.NDArray[np.uint8], order: DateOrder) -> Stamps:
    """Read `(n, WIDTH)` bytes, padded with blanks. The usual fixed-width forms at once, the rest one by one."""
    stamps = _parse_fixed(cells, order)
    left = np.flatnonzero(~stamps.is_good)
    if len(left):
        texts = np.ascontiguousarray(cells[left]).view(f"S{cells.shape[1]}").ravel()
        for index, text in zip(left, texts, strict=True):
            found = parse_one(text.decode("utf-8", "replace"), order)
            if found:
                stamps.wall_s[index], stamps.offset_s[index], stamps.is_good[index] = *found, True
    return stamps


def parse_one(text: str, order: DateOrder) -> tuple[int, int] | None:
    """Wall-clock seconds and offset of one time stamp in any of the forms people write; None if it is none."""
    found = re.fullmatch(_LOOSE[order] + _CLOCK, text.strip())
    if found is None:
        return None
    hour, minute, second = (int(found[name] or 0) for name in ("h", "min", "s"))
    if hour > 24 or minute > 59 or second > 59 or (hour == 24 and minute + second > 0):
        return None
    try:
        midnight = datetime(int(found["y"]), int(found["m"]), int(found["d"]), tzinfo=UTC)
    except ValueError:
        return None
    wall_s = int(midnight.timestamp()) + hour * 3600 + minute * 60 + second
    return wall_s, _offset_s(found["z"])


def _offset_s(text: str | None) -> int:
    if not text:
        return NO_OFFSET
    if text == "Z":
        return 0
    digits = text[1:].replace(":", "").ljust(4, "0")
    return (-1 if text[0] == "-" else 1) * (int(digits[:2]) * 3600 + int(digits[2:4]) * 60)


def _parse_fixed(cells: npt.NDArray[np.uint8], order: DateOrder) -> Stamps:
    year_at, month_at, day_at, separators = _POSITIONS[order]
    digit = cells.astype(np.int64) - ord("0")
    is_digit = (digit >= 0) & (digit <= 9)
    has_seconds = cells[:, 16] == ord(":")
    numeric = [*range(year_at, year_at + 4), month_at, month_at + 1, day_at, day_at + 1, 11, 12, 14, 15]
    is_good = is_digit[:, numeric].all(axis=1) & (cells[:, 13] == ord(":"))
    is_good &= np.isin(cells[:, 10], (ord("T"), ord(" "))) & (cells[:, separators[0]] == cells[:, separators[1]])
    is_good &= np.isin(cells[:, separators[0]], (ord("-"), ord("/"), ord(".")))
    is_good &= ~has_seconds | (is_digit[:, 17] & is_digit[:, 18])
    year = digit[:, year_at] * 1000 + digit[:, year_at + 1] * 100 + digit[:, year_at + 2] * 10 + digit[:, year_at + 3]
    month, day = _pair(digit, month_at), _pair(digit, day_at)
    second = np.where(has_seconds, _pair(digit, 17), 0)
    clock_s, clock_good = _clock(_pair(digit, 11), _pair(digit, 14), second)
    day_number, day_good = _day_number(year, month, day, is_good)
    offset_s, offset_good = _tail(cells, digit, is_digit, has_seconds)
    is_good &= clock_good & day_good & offset_good
    return Stamps(np.where(is_good, day_number * DAY_S + clock_s, 0), offset_s, is_good)


def _pair(digit: npt.NDArray[np.int64], at: int) -> npt.NDArray[np.int64]:
    return digit[:, at] * 10 + digit[:, at + 1]


def _clock(
    hour: npt.NDArray[np.int64], minute: npt.NDArray[np.int64], second: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Seconds of the day; 24:00 is the midnight that ends the day."""
    is_good = (minute < 60) & (second < 60) & ((hour < 24) | ((hour == 24) & (minute == 0) & (second == 0)))
    return hour * 3600 + minute * 60 + second, is_good


def _day_number(
    year: npt.NDArray[np.int64], month: npt.NDArray[np.int64], day: npt.NDArray[np.int64], usable: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    is_good = usable & (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1970) & (year < 2200)
    months = np.where(is_good, (year - 1970) * 12 + month - 1, 0)
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    is_good &= day <= following - first
    return first + day - 1, is_good


def _tail(
    cells: npt.NDArray[np.uint8],
    digit: npt.NDArray[np.int64],
    is_digit: npt.NDArray[np.bool_],
    has_seconds: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """The offset after the clock: nothing, Z, or +hh:mm; other forms are left to `parse_one`."""

    def part(array: npt.NDArray) -> npt.NDArray:
        return np.where(has_seconds[:, None], array[:, 19:26], array[:, 16:23])

    tail, numbers, digits = part(cells), part(digit), part(is_digit)
    blank = tail == ord(" ")
    is_empty = blank.all(axis=1)
    is_zulu = (tail[:, 0] == ord("Z")) & blank[:, 1:].all(axis=1)
    sign = np.where(tail[:, 0] == ord("-"), -1, 1)
    is_signed = np.isin(tail[:, 0], (ord("+"), ord("-"))) & (tail[:, 3] == ord(":")) & blank[:, 6]
    is_signed &= digits[:, [1, 2, 4, 5]].all(axis=1)
    seconds = sign * (_pair(numbers, 1) * 3600 + _pair(numbers, 4) * 60)
    offset_s = np.where(is_empty, NO_OFFSET, np.where(is_zulu, 0, seconds))
    return offset_s, is_empty | is_zulu | is_signed


@dataclass(frozen=True)
class Instants:
    """UTC seconds of each wall time; in a fold the earlier one, and `later_s` says the other."""

    utc_s: npt.NDArray[np.int64]
    later_s: npt.NDArray[np.int64]
    is_gap: npt.NDArray[np.bool_]
    is_fold: npt.NDArray[np.bool_]


def to_utc(wall_s: npt.NDArray[np.int64], zone_name: str, label: Label = "start") -> Instants:
    """What a wall clock without offset means: one instant, none (spring gap) or two (autumn fold).

    An end label on the very edge of the gap is the instant of the change: the interval before it ends there.
    """
    wall_s = np.asarray(wall_s, dtype=np.int64)
    before, after = _offset_at(wall_s - DAY_S, zone_name), _offset_at(wall_s + DAY_S, zone_name)
    first, second = wall_s - before, wall_s - after
    first_good, second_good = _offset_at(first, zone_name) == before, _offset_at(second, zone_name) == after
    is_edge = np.zeros(len(wall_s), dtype=bool)
    if label == "end":
        is_edge = (
            ~first_good
            & ~second_good
            & (_offset_at(first - 1, zone_name) == before)
            & (_offset_at(first, zone_name) == after)
        )
    is_fold = first_good & second_good & (first != second)
    utc_s = np.where(first_good | is_edge, first, second)
    low, high = np.minimum(first, second), np.maximum(first, second)
    return Instants(
        np.where(is_fold, low, utc_s), np.where(is_fold, high, utc_s), ~first_good & ~second_good & ~is_edge, is_fold
    )


def _offset_at(utc_s: npt.NDArray[np.int64], zone_name: str) -> npt.NDArray[np.int64]:
    return calendar.offsets_s(utc_s.astype("datetime64[s]"), zone_name)
