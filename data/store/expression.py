"""The roll-up, written once: readings joined with a calendar table, grouped to local hours, days and months.

Plain ibis over named tables, so that every engine ibis speaks to gets the same statement. No time-zone function
runs over readings: the calendar, made from `domain.calendar`, already knows what the clock on the wall said.

readings    register_id, place, energy_wh, quality: one row per interval, newest version only
calendar    place, hour_id, earliness: every start on the zone's grid, its local hour, how early it is in the local day
hour_sums   what is kept of hours: sums under `hour_id`, named only when they are read
hour_names  zone_name, hour_id, local_date, local_hour, fold, length_s, day_start_s
day_names   day_id, local_date, length_s, day_start_s
month_names zone_name, local_date, length_s: `local_date` is the first of the month
series      register_id, zone_name, interval_s

`place` counts five minutes since 1970 in UTC: no engine's session zone can move a number, and numbers join faster.
`hour_id` is `(days since 1970 * 24 + local hour) * 2 + fold`, so that `hour_id // 48` is the local day.
`earliness` counts five minutes backwards from `LAST_SLOT` at local midnight.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

Expr = Any  # ibis publishes no usable stubs
KEY_BITS = 9  # more than the 300 five-minute places of the longest local day
LAST_SLOT = 2**KEY_BITS - 1
PLACE_S = 300
COUNT_BITS = 12  # 4,095 intervals per quality and day; five-minute intervals need 300
QUALITIES = ("measured", "estimated", "customer", "corrected", "suspect")
COUNTS = ("n", "n_expected", *(f"n_{name}" for name in QUALITIES))
MEASURES = ("energy_wh", *COUNTS, "min_wh", "max_wh", "peak_start_s")
KEYS = {
    "hour": ("register_id", "local_date", "local_hour", "fold"),
    "day": ("register_id", "local_date"),
    "month": ("register_id", "local_date"),
}

HOURS_PER_DAY_ID = 48
SUMS = ("register_id", "hour_id", "energy_wh", "packed", "min_wh", "peak_key")

_SERIES = {"register_id": "int64", "zone_name": "string", "interval_s": "int64"}
_DAY_ROWS = {"register_id": "int64", "local_date": "date", **dict.fromkeys(MEASURES, "int64")}
_TABLES = {
    "readings": {"register_id": "int64", "place": "int32", "energy_wh": "int64", "quality": "uint8"},
    "calendar": {"place": "int32", "hour_id": "int32", "earliness": "int32"},
    "hour_sums": {**dict.fromkeys(SUMS, "int64"), "hour_id": "int32"},
    "hour_names": {
        "zone_name": "string",
        "hour_id": "int32",
        "local_date": "date",
        "local_hour": "int8",
        "fold": "int8",
        "length_s": "int64",
        "day_start_s": "int64",
    },
    "day_names": {"day_id": "int32", "local_date": "date", "length_s": "int64", "day_start_s": "int64"},
    "month_names": {"zone_name": "string", "local_date": "date", "length_s": "int64"},
    "series": _SERIES,
    "day_rows": _DAY_ROWS,
}


def _table(name: str) -> Expr:
    import ibis

    return ibis.table(_TABLES[name], name=name)


def hour_sums() -> Expr:
    """Local hours from readings."""
    import ibis

    joined = _table("readings").join(_table("calendar"), "place")
    one = ibis.literal(1, "int64")
    return joined.group_by("register_id", "hour_id").agg(
        energy_wh=joined.energy_wh.sum(),
        # One sum counts all five qualities, twelve bits each: a third of the time of five conditional counts.
        packed=(one << (joined.quality.cast("int64") * COUNT_BITS)).sum(),
        min_wh=joined.energy_wh.min(),
        # The largest key holds the largest value and, among equals, the earliest place in the local day.
        peak_key=(joined.energy_wh * 2**KEY_BITS + joined.earliness).max(),
    )


def hours() -> Expr:
    """Hour sums with their names on the clock."""
    sums = _table("hour_sums").join(_table("series"), "register_id")
    return _unpacked(sums.join(_table("hour_names"), ["zone_name", "hour_id"]), KEYS["hour"])


def days() -> Expr:
    """Local days from hour sums."""
    sums = _table("hour_sums")
    keyed = sums.mutate(day_id=(sums.hour_id // HOURS_PER_DAY_ID).cast("int32"))
    grouped = keyed.group_by("register_id", "day_id").agg(
        energy_wh=keyed.energy_wh.sum(),
        packed=keyed.packed.sum(),
        min_wh=keyed.min_wh.min(),
        peak_key=keyed.peak_key.max(),
    )
    return _unpacked(grouped.join(_table("day_names"), "day_id").join(_table("series"), "register_id"), KEYS["day"])


def _unpacked(rows: Expr, keys: tuple[str, ...]) -> Expr:
    """Counts, the largest value and its instant from their packed forms."""
    import ibis

    counts = {f"n_{q}": (rows.packed >> (COUNT_BITS * i)) & (2**COUNT_BITS - 1) for i, q in enumerate(QUALITIES)}
    counted = rows.mutate(**counts, max_wh=rows.peak_key >> KEY_BITS)
    slot = LAST_SLOT - (counted.peak_key & LAST_SLOT)
    return counted.select(
        *keys,
        "energy_wh",
        *counts,
        "min_wh",
        "max_wh",
        n=sum((counted[name] for name in counts), ibis.literal(0, "int64")),
        n_expected=_expected(counted),
        peak_start_s=counted.day_start_s + slot * PLACE_S,
    )


def months() -> Expr:
    """Local months from local days; the peak is the earliest of the highest."""
    rows = _table("day_rows").join(_table("series"), "register_id")
    keyed = rows.mutate(month=rows.local_date.truncate("M"), key=rows.max_wh * 32 + (31 - rows.local_date.day()))
    grouped = keyed.group_by("register_id", "zone_name", "interval_s", "month").agg(
        peak_start_s=keyed.peak_start_s.argmax(keyed.key), **_sums(keyed)
    )
    grouped = grouped.rename(local_date="month")
    final = grouped.join(_table("month_names"), ["zone_name", "local_date"])
    return final.select(*KEYS["month"], *_CARRIED, "peak_start_s", n_expected=_expected(final))


_SUMMED = ("energy_wh", "n", *(f"n_{name}" for name in QUALITIES))
_CARRIED = (*_SUMMED, "min_wh", "max_wh")


def _sums(rows: Expr) -> dict[str, Expr]:
    return {**{name: rows[name].sum() for name in _SUMMED}, "min_wh": rows.min_wh.min(), "max_wh": rows.max_wh.max()}


def _expected(rows: Expr) -> Expr:
    """How many intervals the calendar holds; a daily reading is expected once even on the 23-hour day."""
    import ibis

    return ibis.greatest(rows.length_s // rows.interval_s, 1)


@lru_cache(maxsize=8)
def sql(kind: str, dialect: str = "duckdb") -> str:
    """The statement of one kind (sums, hour, day, month) for an engine, columns in stored order."""
    import ibis

    if kind == "sums":
        return str(ibis.to_sql(hour_sums().select(*SUMS), dialect=dialect))
    expression = {"hour": hours, "day": days, "month": months}[kind]()
    ordered = expression.select(*KEYS[kind], *MEASURES)
    return str(ibis.to_sql(ordered, dialect=dialect))
