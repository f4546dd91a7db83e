"""Finding out how a text file is written from its first and last lines; what was said by the person always wins."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from domain.ingest import times
from domain.ingest.options import Columns, DateOrder, Dialect, IngestOptions, Label, Layout
from domain.ingest.problems import refuse
from domain.ingest.units import source_unit, split_name

DELIMITERS = (";", "\t", "|", ",")
TIME_NAMES = {
    "time", "timestamp", "datetime", "ts", "start", "from", "date_time", "interval_start", "zeit", "zeitstempel", "datum", "von",
    "beginn", "end", "to", "bis", "ende", "interval_end", "date", "datum_zeit", "zeitpunkt", "ts_utc", "start_utc", "time_utc",
    "timestamp_utc", "end_utc", "start_local", "local_time", "utc", "datum/zeit", "datum_uhrzeit", "ts_local",
}  # fmt: skip
CLOCK_NAMES = {"uhrzeit", "time_of_day", "clock", "zeit", "time", "start_time", "end_time", "hour"}
DATE_NAMES = {"date", "datum", "day", "tag"}
END_NAMES = {"end", "to", "bis", "ende", "interval_end", "end_utc", "end_time"}
SERIES_NAMES = {
    "series", "series_id", "register", "register_id", "meter", "meter_id", "id", "channel", "zaehler", "zähler", "zählpunkt",
    "zaehlpunkt", "messlokation", "marktlokation", "melo", "malo", "obis", "name", "sensor",
}  # fmt: skip
VALUE_NAMES = {
    "value", "energy", "reading", "wert", "verbrauch", "consumption", "energie", "usage", "menge", "amount", "kwh", "wh", "mwh",
    "kw", "w", "energy_wh", "energy_kwh", "value_kwh", "value_wh", "leistung", "power", "messwert",
}  # fmt: skip
QUALITY_NAMES = {"quality", "status", "qualitaet", "qualität", "flag"}
UNIT_NAMES = {"unit", "einheit", "uom"}
_NUMBER = re.compile(r"^\s*[+-]?\d[\d.,]*([eE][+-]?\d+)?\s*$")


def dialect(lines: Sequence[str], options: IngestOptions, encoding: str) -> Dialect:
    """Settle everything about the file, or refuse with what must be said. `lines` are its first and last lines."""
    header_at = next((index for index, line in enumerate(lines) if line.strip() and index >= options.skip_lines), None)
    if header_at is None:
        raise refuse("empty_file")
    header, body = lines[header_at], [line for line in lines[header_at + 1 :] if line.strip()]
    if not body:
        raise refuse("no_rows", line=header_at + 1)
    delimiter = options.delimiter or _delimiter(header, body)
    names = tuple(name.strip() for name in _cells(header, delimiter))
    rows = [cells for cells in (_cells(line, delimiter) for line in body) if len(cells) == len(names)]
    if any(_NUMBER.match(name) for name in names):
        raise refuse("no_header", line=header_at + 1, value=header[:60])
    layout, columns = _columns(names, rows, options)
    stamps = [
        " ".join((row[columns.time], row[columns.clock])) if columns.clock >= 0 else row[columns.time] for row in rows
    ]
    date_order = options.date_order or _date_order(stamps, names[columns.time])
    return Dialect(
        layout=layout,
        delimiter=delimiter,
        decimal=options.decimal or _decimal(rows, columns),
        encoding=encoding,
        date_order=date_order,
        label=options.label or _label(names[columns.time]),
        is_utc=_words(names[columns.time])[-1:] == ["utc"],
        columns=columns,
        units=_units(columns, options),
        header_line=header_at + 1,
        interval_s=options.interval_s or _interval_s(rows, stamps, columns, date_order),
    )


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])


def _delimiter(header: str, body: Sequence[str]) -> str:
    """The sign that splits the header and most rows into equally many cells."""
    best: tuple[float, int, str] | None = None
    for rank, sign in enumerate(DELIMITERS):
        count = len(_cells(header, sign))
        if count < 2:
            continue
        share = sum(len(_cells(line, sign)) == count for line in body) / len(body)
        if share >= 0.5 and (best is None or share > best[0]):
            best = (share, rank, sign)
    if best is None:
        raise refuse("delimiter_unknown", line=1, value=header[:60])
    return best[2]


def _words(name: str) -> list[str]:
    return [word for word in re.split(r"[^0-9a-zäöüß]+", name.lower()) if word]


def _is(name: str, known: set[str]) -> bool:
    plain = split_name(name)[0].lower().strip()
    joined = re.sub(r"[\s\-]+", "_", plain)
    return joined in known or plain in known


def _columns(names: tuple[str, ...], rows: Sequence[Sequence[str]], options: IngestOptions) -> tuple[Layout, Columns]:
    def one(known: set[str], taken: set[int]) -> int:
        return next((index for index, name in enumerate(names) if index not in taken and _is(name, known)), -1)

    time, clock = _time_columns(names)
    if time < 0:
        raise refuse("columns_missing", line=1, column="time", value=", ".join(names)[:120])
    taken = {time, clock}
    series, quality, unit = one(SERIES_NAMES, taken), one(QUALITY_NAMES, taken), one(UNIT_NAMES, taken)
    taken |= {series, quality, unit}
    numeric = tuple(index for index in range(len(names)) if index not in taken and _is_numeric(rows, index))
    value = one(VALUE_NAMES, taken)
    value = numeric[0] if value < 0 and len(numeric) == 1 and series >= 0 else value
    has_one_value = value >= 0 and (series >= 0 or len(numeric) <= 1)
    layout: Layout = options.layout or ("long" if has_one_value else "wide")
    if layout == "long" and value < 0:
        raise refuse("columns_missing", line=1, column="value", value=", ".join(names)[:120])
    if layout == "wide" and not numeric:
        raise refuse("layout_unknown", line=1, value=", ".join(names)[:120])
    if layout == "wide":
        # A column of blanks in the sampled lines is a register too, unless it is named as something else.
        wanted = tuple(
            i
            for i in range(len(names))
            if i not in {time, clock, quality, unit} and (i in numeric or _is_blank(rows, i))
        )
        return layout, Columns(names, time, clock, registers=wanted)
    return layout, Columns(names, time, clock, series, value, quality, unit)


def _time_columns(names: tuple[str, ...]) -> tuple[int, int]:
    dates = [index for index, name in enumerate(names) if _is(name, DATE_NAMES)]
    clocks = [index for index, name in enumerate(names) if _is(name, CLOCK_NAMES) and index not in dates]
    if dates and clocks:
        return dates[0], clocks[0]
    found = [index for index, name in enumerate(names) if _is(name, TIME_NAMES) or _words(name)[-1:] == ["utc"]]
    starts = [index for index in found if not _is(names[index], END_NAMES)]
    utc = [index for index in starts if _words(names[index])[-1:] == ["utc"]]
    return next(iter(utc + starts + found), -1), -1


def _is_numeric(rows: Sequence[Sequence[str]], index: int) -> bool:
    cells = [row[index] for row in rows if row[index].strip()]
    return bool(cells) and sum(bool(_NUMBER.match(cell)) for cell in cells) >= len(cells) / 2


def _is_blank(rows: Sequence[Sequence[str]], index: int) -> bool:
    return all(not row[index].strip() for row in rows)


def _decimal(rows: Sequence[Sequence[str]], columns: Columns) -> str:
    """The sign most numbers use; whole numbers only leave the point."""
    places = columns.registers or (columns.value,)
    cells = [row[index] for row in rows for index in places]
    commas = sum("," in cell and "." not in cell for cell in cells)
    points = sum("." in cell and "," not in cell for cell in cells)
    return "," if commas > points else "."


def _date_order(stamps: Sequence[str], column: str) -> DateOrder:
    found = [re.match(r"\s*(\d+)([-/.])(\d+)", stamp) for stamp in stamps]
    pairs = [(match[1], match[2], int(match[3])) for match in found if match]
    if not pairs:
        raise refuse("time_unknown", column=column, value=stamps[0][:40] if stamps else "")
    if Counter(len(first) == 4 for first, _, _ in pairs).most_common(1)[0][0]:
        return "ymd"
    if pairs[0][1] == "." or any(int(first) > 12 for first, _, _ in pairs if len(first) < 4):
        return "dmy"
    if any(second > 12 for _, _, second in pairs):
        return "mdy"
    raise refuse("date_order_unknown", column=column, value=stamps[0][:40])


def _label(column: str) -> Label:
    return "end" if _is(column, END_NAMES) else "start"


def _units(columns: Columns, options: IngestOptions) -> dict[str, str]:
    """Unit by series; a unit that cannot be seen is asked for, never guessed."""
    if options.unit:
        if source_unit(options.unit) is None:
            raise refuse("unit_unfit", value=options.unit)
        return {"": options.unit}
    if columns.unit >= 0:
        return {"": ""}
    if columns.registers:
        found = dict(split_name(columns.names[index]) for index in columns.registers)
        missing = [name for name, unit in found.items() if not unit and name not in options.ignore]
        if missing:
            raise refuse("unit_unknown", column=missing[0])
        return found
    unit = split_name(columns.names[columns.value])[1]
    if not unit:
        raise refuse("unit_unknown", column=columns.names[columns.value])
    return {"": unit}


def _interval_s(rows: Sequence[Sequence[str]], stamps: Sequence[str], columns: Columns, order: DateOrder) -> int | None:
    """The commonest step between neighbouring rows of one series; else the shortest between any two times. [s]"""
    steps: Counter[int] = Counter()
    last: dict[str, int] = {}
    seen: set[int] = set()
    for row, stamp in zip(rows, stamps, strict=True):
        found = times.parse_one(stamp, order)
        if found is None:
            continue
        name = row[columns.series] if columns.series >= 0 else ""
        at = found[0] - (found[1] if found[1] != times.NO_OFFSET else 0)
        seen.add(at)
        if name in last and at != last[name]:
            steps[abs(at - last[name])] += 1
        last[name] = at
    commonest = steps.most_common(1)[0][0] if steps else None
    if commonest is not None and commonest <= times.DAY_S:
        return commonest
    # A file ordered by time shows each of its many series once in the sampled lines.
    ordered = sorted(seen)
    return min((later - at for at, later in pairwise(ordered)), default=None)
