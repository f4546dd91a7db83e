"""Wide CSV: one row per time, one column per register; an empty cell is a missing reading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from adapters.importers import csv_table
from adapters.importers.base import IMPORTERS, Opened
from adapters.importers.text import sample_lines, settled_encoding
from domain.ingest import detect
from domain.ingest.blocks import RawBlock
from domain.ingest.options import Dialect, IngestOptions
from domain.ingest.problems import ProblemLog
from domain.ingest.units import split_name


class CsvWide:
    def matches(self, path: Path, options: IngestOptions) -> bool:
        return is_text(path) and settle(path, options).layout == "wide"

    def open(self, path: Path, options: IngestOptions) -> Opened:
        dialect = settle(path, options)
        return opened("csv_wide", dialect, lambda log: _blocks(path, dialect, log))


IMPORTERS.register("csv_wide")(CsvWide())


def is_text(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) != b"PAR1"


def settle(path: Path, options: IngestOptions) -> Dialect:
    """How the file is written; found out once although both CSV importers ask."""
    state = path.stat()
    return _settled(path, options, (state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=4)
def _settled(path: Path, options: IngestOptions, _state: tuple[int, int]) -> Dialect:
    encoding = settled_encoding(path, options.encoding)
    return detect.dialect(sample_lines(path, encoding), options, encoding)


def opened(importer: str, dialect: Dialect, blocks: Callable[[ProblemLog], Iterator[RawBlock]]) -> Opened:
    settled = {
        "layout": dialect.layout,
        "delimiter": {"\t": "tab"}.get(dialect.delimiter, dialect.delimiter),
        "decimal": dialect.decimal,
        "encoding": dialect.encoding,
        "dates": dialect.date_order,
        "label": dialect.label,
        "time": "UTC" if dialect.is_utc else dialect.columns.names[dialect.columns.time],
    }
    columns = dialect.columns
    return Opened(
        importer=importer,
        is_utc=dialect.is_utc,
        label=dialect.label,
        interval_s=dialect.interval_s,
        units=dialect.units,
        settled=settled,
        blocks=blocks,
        time_column=columns.names[columns.time],
        value_column=columns.names[columns.value] if columns.value >= 0 else "",
        series_column=columns.names[columns.series] if columns.series >= 0 else "",
    )


def _blocks(path: Path, dialect: Dialect, log: ProblemLog) -> Iterator[RawBlock]:
    for rows in csv_table.csv_rows(path, dialect, log):
        yield _block(rows, dialect, log)


def _block(rows: csv_table.CsvRows, dialect: Dialect, log: ProblemLog) -> RawBlock:
    columns = dialect.columns
    stamps = csv_table.stamps(rows, dialect)
    bad = ~stamps.is_good
    texts = rows.columns[columns.time]
    shown = (texts[int(index)].as_py()[:40] for index in np.flatnonzero(bad)[:50])
    log.add_lines("bad_time", rows.line[bad], columns.names[columns.time], shown)
    found = [csv_table.numbers(rows.columns[index], dialect.decimal) for index in columns.registers]
    for index, numbers in zip(columns.registers, found, strict=True):
        csv_table.log_numbers(numbers, rows.columns[index], rows.line, columns.names[index], log)
    keep = [numbers.is_good & stamps.is_good for numbers in found]
    counts = [int(mask.sum()) for mask in keep]
    return RawBlock(
        names=tuple(split_name(columns.names[index])[0] for index in columns.registers),
        series=np.repeat(np.arange(len(found), dtype=np.int32), counts),
        wall_s=np.concatenate([stamps.wall_s[mask] for mask in keep]),
        offset_s=np.concatenate([stamps.offset_s[mask] for mask in keep]),
        value=np.concatenate([numbers.value[mask] for numbers, mask in zip(found, keep, strict=True)]),
        units=("",),
        unit=np.zeros(sum(counts), dtype=np.int16),
        quality=np.zeros(sum(counts), dtype=np.uint8),
        line=np.concatenate([rows.line[mask] for mask in keep]),
        rows=rows.rows,
        empty=int(sum(numbers.is_missing.sum() for numbers in found)),
        done=rows.done,
    )
