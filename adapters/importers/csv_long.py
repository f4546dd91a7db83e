"""Long CSV: one row per reading, `series, time, value[, quality, unit]`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adapters.importers import csv_table
from adapters.importers.base import IMPORTERS, Opened
from adapters.importers.csv_wide import is_text, opened, settle
from domain.ingest.blocks import RawBlock
from domain.ingest.options import Dialect, IngestOptions
from domain.ingest.problems import ProblemLog
from domain.ingest.qualities import quality
from domain.ingest.units import source_unit


class CsvLong:
    def matches(self, path: Path, options: IngestOptions) -> bool:
        return is_text(path) and settle(path, options).layout == "long"

    def open(self, path: Path, options: IngestOptions) -> Opened:
        dialect = settle(path, options)
        return opened("csv_long", dialect, lambda log: _blocks(path, dialect, log))


IMPORTERS.register("csv_long")(CsvLong())


def _blocks(path: Path, dialect: Dialect, log: ProblemLog) -> Iterator[RawBlock]:
    for rows in csv_table.csv_rows(path, dialect, log):
        yield _block(rows, dialect, log)


def _block(rows: csv_table.CsvRows, dialect: Dialect, log: ProblemLog) -> RawBlock:
    columns = dialect.columns
    stamps = csv_table.stamps(rows, dialect)
    numbers = csv_table.numbers(rows.columns[columns.value], dialect.decimal)
    csv_table.log_numbers(numbers, rows.columns[columns.value], rows.line, columns.names[columns.value], log)
    bad_time = ~stamps.is_good & (numbers.is_good | numbers.is_missing)
    texts = rows.columns[columns.time]
    log.add_lines("bad_time", rows.line[bad_time], columns.names[columns.time], _texts(texts, bad_time))
    names, series = _words(rows, columns.series)
    unit_words, unit = _words(rows, columns.unit)
    keep = stamps.is_good & numbers.is_good
    keep &= _known((unit_words, unit), rows, ("unknown_unit", columns.unit), keep, dialect, log)
    quality_words, quality_index = _words(rows, columns.quality)
    keep &= _known((quality_words, quality_index), rows, ("unknown_quality", columns.quality), keep, dialect, log)
    codes = np.array([quality(word) or 0 for word in quality_words], dtype=np.uint8)
    kept = slice(None) if keep.all() else keep
    return RawBlock(
        names=names,
        series=series[kept],
        wall_s=stamps.wall_s[kept],
        offset_s=stamps.offset_s[kept],
        value=numbers.value[kept],
        units=unit_words,
        unit=unit[kept].astype(np.int16),
        quality=codes[quality_index[kept]],
        line=rows.line[kept],
        rows=rows.rows,
        empty=int(numbers.is_missing.sum()),
        done=rows.done,
    )


def _words(rows: csv_table.CsvRows, index: int) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    if index < 0:
        return ("",), np.zeros(len(rows.line), dtype=np.int32)
    encoded = rows.columns[index].dictionary_encode()
    return tuple(word.strip() for word in encoded.dictionary.to_pylist()), encoded.indices.to_numpy()


def _texts(column: pa.Array, mask: npt.NDArray[np.bool_]) -> Iterator[str]:
    return (column[int(index)].as_py()[:40] for index in np.flatnonzero(mask)[:50])


def _known(
    encoded: tuple[tuple[str, ...], npt.NDArray[np.int32]],
    rows: csv_table.CsvRows,
    what: tuple[str, int],
    usable: npt.NDArray[np.bool_],
    dialect: Dialect,
    log: ProblemLog,
) -> npt.NDArray[np.bool_]:
    """Rows whose unit or quality is a known word; the others are logged."""
    (words, index), (code, column) = encoded, what
    if column < 0:
        return np.ones(len(rows.line), dtype=bool)
    test = source_unit if code == "unknown_unit" else quality
    good = np.array([test(word) is not None for word in words] or [True], dtype=bool)[index]
    bad = usable & ~good
    log.add_lines(code, rows.line[bad], dialect.columns.names[column], _texts(rows.columns[column], bad))
    return good
