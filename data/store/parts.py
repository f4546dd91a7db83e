"""How roll-up files are cut: hours by quarters of a year, days and months by years; always in local days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from data.store.calendars import day_of, number_of
from data.store.values import Touched

ORDER = {"hour": "register_id, hour_id", "day": "register_id, local_date", "month": "register_id, local_date"}
SAME_DAY = {"hour": "t.day_id = o.hour_id // 48", "day": "t.local_date = o.local_date"}


def year_days(year: int) -> tuple[int, int]:
    return number_of(date(year, 1, 1)), number_of(date(year + 1, 1, 1))


def part_days(kind: str, part: int) -> tuple[int, int]:
    """Local days of a part: a quarter of a year for hours, a year for days and months."""
    if kind != "hour":
        return year_days(part)
    year, quarter = divmod(part, 4)
    return number_of(date(year, quarter * 3 + 1, 1)), number_of(
        date(year + quarter // 3, (quarter * 3 + 3) % 12 + 1, 1)
    )


def part_of(kind: str, number: int) -> int:
    day = day_of(number)
    return day.year * 4 + (day.month - 1) // 3 if kind == "hour" else day.year


def parts_of(kind: str, first_day: int, end_day: int) -> range:
    return range(part_of(kind, first_day), part_of(kind, end_day - 1) + 1)


def changed_parts(kind: str, runs: Iterable[Touched]) -> list[int]:
    return sorted({part for run in set(bounds(runs)) for part in parts_of(kind, *run)})


def bounds(runs: Iterable[Touched]) -> Iterable[tuple[int, int]]:
    return ((run.first_day, run.end_day) for run in runs)


def rows_in(kind: str, span: tuple[int, int]) -> str:
    """The condition for stored rows of local days."""
    if kind == "hour":
        return f"hour_id >= {span[0] * 48} AND hour_id < {span[1] * 48}"
    return between(span)


def between(span: tuple[int, int]) -> str:
    return f"local_date >= DATE '{day_of(span[0])}' AND local_date < DATE '{day_of(span[1])}'"
