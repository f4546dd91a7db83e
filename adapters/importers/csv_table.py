"""Delimited text to columns: whole blocks at once, and line by line only where a block has a broken row."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from adapters.importers.text import TextBlock, text_blocks
from domain.ingest import times
from domain.ingest.options import Dialect
from domain.ingest.problems import Problem, ProblemLog

NUMBER = r"^\s*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"
MISSING_WORDS = pa.array(["", "nan", "null", "na", "n/a", "none", "-", "#n/a"])


@dataclass(frozen=True)
class CsvRows:
    """Text columns of a block and the file line of each row."""

    columns: list[pa.Array]
    line: npt.NDArray[np.int64]
    rows: int
    done: float


def csv_rows(path: Path, dialect: Dialect, log: ProblemLog) -> Iterator[CsvRows]:
    """Blocks of rows after the header; broken rows are in the log, not in the blocks."""
    for block in text_blocks(path, dialect.encoding):
        body = _without_header(block, dialect.header_line)
        if body.data.strip():
            yield _rows(body, dialect, log)


def _without_header(block: TextBlock, header_line: int) -> TextBlock:
    if block.line > header_line:
        return block
    at = 0
    for _ in range(header_line - block.line + 1):
        at = block.data.find(b"\n", at) + 1
        if at == 0:
            return TextBlock(b"", header_line + 1, 0, block.done)
    passed = header_line + 1 - block.line
    return TextBlock(block.data[at:], header_line + 1, block.count - passed, block.done)


def _rows(block: TextBlock, dialect: Dialect, log: ProblemLog) -> CsvRows:
    count = block.count
    table = _parsed(block.data, dialect)
    if table is not None and table.num_rows == count:
        return CsvRows(_columns(table), np.arange(block.line, block.line + count, dtype=np.int64), count, block.done)
    good, lines, rows = _sifted(block, dialect, log)
    table = _parsed(good, dialect) if good else None
    if table is None or table.num_rows != len(lines):
        return CsvRows(
            [pa.array([], pa.string())] * len(dialect.columns.names), np.zeros(0, np.int64), rows, block.done
        )
    return CsvRows(_columns(table), np.array(lines, dtype=np.int64), rows, block.done)


def _parsed(data: bytes, dialect: Dialect) -> pa.Table | None:
    names = [str(index) for index in range(len(dialect.columns.names))]
    try:
        return pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(column_names=names, block_size=max(1 << 20, len(data) // 2)),
            parse_options=pacsv.ParseOptions(
                delimiter=dialect.delimiter, newlines_in_values=False, invalid_row_handler=lambda _row: "skip"
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid:
        return None


def _columns(table: pa.Table) -> list[pa.Array]:
    return [column.combine_chunks() for column in table.columns]


def _sifted(block: TextBlock, dialect: Dialect, log: ProblemLog) -> tuple[bytes, list[int], int]:
    """The sound lines of a block with their numbers; the others are logged one by one."""
    good: list[bytes] = []
    lines: list[int] = []
    rows = 0
    for number, raw in enumerate(block.data.split(b"\n")[:-1], start=block.line):
        text = raw.decode("utf-8").rstrip("\r")
        if not text.strip():
            continue
        rows += 1
        found = _cell_count(text, dialect.delimiter)
        if found == len(dialect.columns.names):
            good.append(raw)
            lines.append(number)
        else:
            params: dict[str, object] = {"found": found, "expected": len(dialect.columns.names)}
            log.add(Problem("broken_row", number, "", text[:60], params))
    return b"\n".join(good) + b"\n" if good else b"", lines, rows


def _cell_count(text: str, delimiter: str) -> int:
    try:
        rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return 0
    return len(rows[0]) if len(rows) == 1 else 0


def stamps(rows: CsvRows, dialect: Dialect) -> times.Stamps:
    """Time stamps of every row; equal texts are read once."""
    texts = rows.columns[dialect.columns.time]
    if dialect.columns.clock >= 0:
        texts = pc.binary_join_element_wise(texts, rows.columns[dialect.columns.clock], " ")
    encoded = texts.dictionary_encode()
    found = times.parse(_matrix(encoded.dictionary), dialect.date_order)
    index = encoded.indices.to_numpy()
    return times.Stamps(found.wall_s[index], found.offset_s[index], found.is_good[index])


def _matrix(texts: pa.Array) -> npt.NDArray[np.uint8]:
    """`(n, WIDTH)` bytes padded with blanks; longer texts are cut and then read as no time."""
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int32, count=len(texts) + 1, offset=4 * texts.offset)
    data = np.frombuffer(texts.buffers()[2] or b"", dtype=np.uint8)
    lengths = np.diff(offsets)
    if len(lengths) and (lengths == lengths[0]).all() and 0 < lengths[0] <= times.WIDTH:
        cells = np.full((len(lengths), times.WIDTH), ord(" "), dtype=np.uint8)
        cells[:, : lengths[0]] = data[offsets[0] : offsets[-1]].reshape(len(lengths), lengths[0])
        return cells
    places = np.arange(times.WIDTH)
    inside = places < np.minimum(lengths, times.WIDTH)[:, None]
    cells = np.full((len(lengths), times.WIDTH), ord(" "), dtype=np.uint8)
    cells[inside] = data[(offsets[:-1, None] + places)[inside]]
    cells[lengths > times.WIDTH, -1] = ord("?")
    return cells


@dataclass(frozen=True)
class Numbers:
    value: npt.NDArray[np.float64]  # NaN where there is none
    is_missing: npt.NDArray[np.bool_]
    is_good: npt.NDArray[np.bool_]


def numbers(texts: pa.Array, decimal: str) -> Numbers:
    """Numbers of a text column; an empty cell is a missing value, not a zero."""
    plain = texts
    if decimal == ",":
        if pc.any(pc.match_substring(texts, ".")).as_py():
            return _checked_numbers(texts, decimal)
        plain = pc.replace_substring(texts, ",", ".")
    try:
        value = plain.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return _checked_numbers(texts, decimal)
    if not np.isfinite(value).all():
        return _checked_numbers(texts, decimal)
    nothing = np.zeros(len(value), dtype=bool)
    return Numbers(value, nothing, ~nothing)


def _checked_numbers(texts: pa.Array, decimal: str) -> Numbers:
    trimmed = pc.utf8_trim_whitespace(texts)
    is_missing = pc.is_in(pc.utf8_lower(trimmed), MISSING_WORDS)
    pattern = NUMBER.replace(r"\.", ",") if decimal == "," else NUMBER
    fits = pc.match_substring_regex(trimmed, pattern)
    plain = pc.replace_substring(trimmed, decimal, ".") if decimal != "." else trimmed
    value = pc.if_else(fits, plain, None).cast(pa.float64()).fill_null(np.nan).to_numpy(zero_copy_only=False)
    missing = is_missing.to_numpy(zero_copy_only=False)
    return Numbers(value, missing, fits.to_numpy(zero_copy_only=False) & np.isfinite(value))


def log_numbers(found: Numbers, texts: pa.Array, line: npt.NDArray[np.int64], column: str, log: ProblemLog) -> None:
    """Tell the wrong decimal sign apart from what is no number at all."""
    for index in np.flatnonzero(~found.is_good & ~found.is_missing):
        text = texts[int(index)].as_py()
        is_signed_wrong = re.fullmatch(r"\s*[+-]?\d+([.,]\d+)+\s*", text) is not None
        log.add(Problem("wrong_decimal" if is_signed_wrong else "bad_number", int(line[index]), column, text[:40]))
