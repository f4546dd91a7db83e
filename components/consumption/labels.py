"""Names of buckets on an axis, in a table and in a hover box; DST's doubled hour is A and B."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from components import formats
from domain.energy.balance import UseSeries
from domain.energy.names import given_name
from domain.text import current_locale
from domain.text import gettext as _

MOST_TICKS = 12
DAYS_OF_TWO_MONTHS = 62
DAYS_OF_A_YEAR = 366


def moment(label: np.datetime64) -> datetime:
    """The wall clock as a naive datetime."""
    value: datetime = label.astype("datetime64[s]").astype(datetime)
    return value


def clock_label(series: UseSeries, index: int) -> str:
    """`02:00`, or `02:00 A` and `02:00 B` when the clock shows it twice."""
    text = formats.clock(moment(series.label[index]))
    same = series.label == series.label[index]
    if int(same.sum()) < 2:
        return text
    return f"{text} {'B' if series.fold[index] else 'A'}"


def full_labels(series: UseSeries, resolution: str) -> list[str]:
    """Unique names, as hover titles and row heads."""
    if resolution not in {"year", "month", "day"}:
        return _clock_labels(series)
    moments = [moment(label).date() for label in series.label]
    if resolution == "day":
        several = len({day.year for day in moments}) > 1 or len(moments) > DAYS_OF_A_YEAR
        return [f"{formats.weekday_day(day)} {day.year}" if several else formats.weekday_day(day) for day in moments]
    return [formats.month(day) if resolution == "month" else str(day.year) for day in moments]


def _clock_labels(series: UseSeries) -> list[str]:
    """A month of quarter-hours has 2,976 labels, the same for everybody in a zone who looks at it."""
    moments = series.label.astype("datetime64[m]")
    return list(_words(current_locale(), moments.tobytes(), series.fold.astype(np.int8).tobytes()))


@lru_cache(maxsize=128)
def _words(locale: str, moments: bytes, folds: bytes) -> tuple[str, ...]:
    """Each day and each minute of the day is put in words once."""
    at = np.frombuffer(moments, dtype="datetime64[m]")
    days = at.astype("datetime64[D]")
    day_names, day_places = np.unique(days, return_inverse=True)
    clock_names, clock_places = np.unique((at - days).astype(np.int64), return_inverse=True)
    clocks = np.array([_clock_text(locale, divmod(minute, 60)) for minute in clock_names.tolist()], dtype=object)
    texts = clocks[clock_places] + _marks(at, np.frombuffer(folds, dtype=np.int8))
    if len(day_names) > 1:
        texts = (
            np.array([_day_text(locale, day) + ", " for day in day_names.tolist()], dtype=object)[day_places] + texts
        )
    return tuple(texts.tolist())


@lru_cache(maxsize=4096)
def _clock_text(_locale: str, at: tuple[int, int]) -> str:
    return formats.clock(time(*at))


@lru_cache(maxsize=8192)
def _day_text(_locale: str, day: date) -> str:
    return formats.weekday_day(day)


def _marks(at: npt.NDArray[np.datetime64], folds: npt.NDArray[np.int8]) -> npt.NDArray[np.object_]:
    """Nothing, or which of the two where the clock shows the same twice."""
    _names, place, counts = np.unique(at, return_inverse=True, return_counts=True)
    return np.where(counts[place] > 1, np.where(folds > 0, " B", " A"), "").astype(object)


def ticks(series: UseSeries, resolution: str) -> list[tuple[int, str]]:
    """Which buckets carry a short label: at most a dozen, at round places."""
    days = series.label.astype("datetime64[D]")
    dates: list[date] = days.tolist() if resolution in {"year", "month", "day"} else []
    if resolution in {"year", "month"}:
        return _calendar_ticks(dates, resolution)
    if resolution == "day" and len(dates) > DAYS_OF_TWO_MONTHS:
        every = 1 if len(dates) <= 2 * DAYS_OF_TWO_MONTHS else 3
        firsts = [(i, day) for i, day in enumerate(dates) if day.day == 1 and (day.month - 1) % every == 0]
        return [(firsts[i][0], text) for i, text in _calendar_ticks([day for _place, day in firsts], "month")]
    if resolution == "day":
        step = 1 if len(dates) <= 12 else 5
        return [(i, _day_tick(day, len(dates))) for i, day in enumerate(dates) if _is_day_tick(day, step)]
    if len(days) == 0 or days[0] == days[-1]:
        return _clock_ticks(series)
    midnights = np.flatnonzero(series.label == days)
    every = 1 if len(np.unique(days)) <= 8 else 5
    return [
        (i, formats.weekday_short(day) if every == 1 else str(day.day))
        for i, day in zip(midnights.tolist(), days[midnights].tolist(), strict=True)
        if _is_day_tick(day, every)
    ]


def _clock_ticks(series: UseSeries) -> list[tuple[int, str]]:
    moments = series.label.astype("datetime64[s]").tolist()
    return [
        (i, formats.clock(at))
        for i, at in enumerate(moments)
        if at.minute == 0 and at.hour % 4 == 0 and not series.fold[i]
    ]


def _calendar_ticks(days: list[date], resolution: str) -> list[tuple[int, str]]:
    """Up to a dozen months or years by name; of more months the Januaries, of more years every second, fifth ..."""
    if resolution == "month" and len(days) <= MOST_TICKS:
        return [(i, formats.month_short(day)) for i, day in enumerate(days)]
    named = [(i, day.year) for i, day in enumerate(days) if resolution == "year" or day.month == 1]
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if len(named) <= MOST_TICKS * step or step == 100)
    return [(i, str(year)) for i, year in named if year % step == 0]


def _is_day_tick(day: date, step: int) -> bool:
    return step == 1 or day.day == 1 or day.day % step == 0


def _day_tick(day: date, count: int) -> str:
    return formats.weekday_short(day) if count <= 8 else f"<b>{day.day}</b>" if day.weekday() == 0 else str(day.day)


def weekend(series: UseSeries, resolution: str) -> list[int]:
    if resolution != "day":
        return []
    return [i for i, label in enumerate(series.label) if moment(label).weekday() >= 5]


def commodity_name(commodity: str) -> str:
    return {"electricity": _("Electricity"), "gas": _("Gas"), "heat": _("Heat")}[commodity]


def flow_name(flow: str, kind: str, phase: int = 0) -> str:
    """What a register counts, in words."""
    if flow == "phase":
        return _("Phase L{number}", number=phase)
    if flow == "submeter":
        return kind_name(kind)
    return {
        "import": _("From the grid"),
        "export": _("To the grid"),
        "production": _("Wind power") if kind == "wind" else _("Solar power"),
        "charge": _("Into the battery"),
        "discharge": _("Out of the battery"),
        "temperature": _("Outdoor temperature"),
    }[flow]


class Counted(Protocol):
    """What a register says of itself."""

    @property
    def label(self) -> str: ...

    @property
    def flow(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def phase(self) -> int: ...


def register_name(register: Counted) -> str:
    """Its own name, or what it counts."""
    return given_name(register.label) or flow_name(register.flow, register.kind, register.phase)


def kind_name(kind: str) -> str:
    return {
        "": _("Sub-meter"),
        "heat_pump": _("Heat pump"),
        "ev": _("Car"),
        "hot_water": _("Hot water"),
        "cooking": _("Cooking"),
        "laundry": _("Laundry"),
        "dishwasher": _("Dishwasher"),
        "fridge": _("Fridge"),
        "freezer": _("Freezer"),
        "circulation_pump": _("Circulation pump"),
        "office": _("Office equipment"),
        "refrigeration": _("Refrigeration"),
        "lighting": _("Lighting"),
        "machines": _("Machines"),
        "climate": _("Air conditioning"),
        "other": _("Other"),
        "untracked": _("Not tracked"),
    }.get(kind, _("Sub-meter"))
