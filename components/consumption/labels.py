"""Names of buckets on an axis, in a table and in a hover box; DST's doubled hour is A and B."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import lru_cache

import numpy as np

from components import formats
from domain.energy.balance import UseSeries
from domain.text import current_locale
from domain.text import gettext as _


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
    if resolution not in {"month", "day"}:
        return _clock_labels(series)
    name = formats.month if resolution == "month" else formats.weekday_day
    return [name(moment(label).date()) for label in series.label]


def _clock_labels(series: UseSeries) -> list[str]:
    """Each day and each time of the day is put in words once: a month of quarter-hours has 2,976 labels."""
    locale = current_locale()
    moments = series.label.astype("datetime64[s]").tolist()
    clocks = {at: _clock_text(locale, at) for at in {at.time() for at in moments}}
    days = {day: _day_text(locale, day) for day in {at.date() for at in moments}}
    texts = [
        f"{clocks[at.time()]} {mark}" if mark else clocks[at.time()]
        for at, mark in zip(moments, _doubled(series), strict=True)
    ]
    if len(days) <= 1:
        return texts
    return [f"{days[at.date()]}, {text}" for at, text in zip(moments, texts, strict=True)]


@lru_cache(maxsize=4096)
def _clock_text(_locale: str, at: time) -> str:
    return formats.clock(at)


@lru_cache(maxsize=8192)
def _day_text(_locale: str, day: date) -> str:
    return formats.weekday_day(day)


def _doubled(series: UseSeries) -> list[str]:
    values, counts = np.unique(series.label, return_counts=True)
    twice = set(values[counts > 1].astype(np.int64).tolist())
    marks = zip(series.label.astype(np.int64).tolist(), series.fold.tolist(), strict=True)
    return [("B" if fold else "A") if label in twice else "" for label, fold in marks]


def ticks(series: UseSeries, resolution: str) -> list[tuple[int, str]]:
    """Which buckets carry a short label: at most a dozen, at round places."""
    moments = series.label.astype("datetime64[s]").tolist()
    if resolution == "month":
        return [(i, formats.month_short(at.date())) for i, at in enumerate(moments)]
    if resolution == "day":
        step = 1 if len(moments) <= 12 else 5
        return [
            (i, _day_tick(at.date(), len(moments))) for i, at in enumerate(moments) if _is_day_tick(at.date(), step)
        ]
    days = {at.date() for at in moments}
    if len(days) <= 1:
        return [
            (i, formats.clock(at))
            for i, at in enumerate(moments)
            if at.minute == 0 and at.hour % 4 == 0 and not series.fold[i]
        ]
    every = 1 if len(days) <= 8 else 5
    return [
        (i, formats.weekday_short(at.date()) if every == 1 else str(at.day))
        for i, at in enumerate(moments)
        if at.hour == 0 and at.minute == 0 and _is_day_tick(at.date(), every)
    ]


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
