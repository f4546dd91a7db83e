"""Delimited text for spreadsheets: `;` where the decimal mark is a comma, as in German; else `,` and a point.

The file begins with a byte order mark, without which Excel reads umlauts wrongly; pandas reads it with `utf-8-sig`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator

from babel.numbers import get_decimal_symbol

from adapters.export_writers import WRITERS, FileFormat
from domain.exports import Chunks, ExportHead, ExportRows, decimal_kwh, iso_local, iso_utc, neutral_text


def marks(locale: str) -> tuple[str, str]:
    """Delimiter and decimal mark that a spreadsheet of this language expects."""
    return (";", ",") if get_decimal_symbol(locale) == "," else (",", ".")


def write(path: str, head: ExportHead, chunks: Chunks) -> int:
    delimiter, decimal = marks(head.locale)
    count = 0
    with open(path, "w", encoding="utf-8-sig", newline="") as file:  # the mark tells spreadsheets that it is UTF-8
        sheet = csv.writer(file, delimiter=delimiter)
        sheet.writerow([neutral_text(title) for title in (*head.columns, head.source_title)])
        for rows in chunks:
            sheet.writerows(_cells(head, rows, decimal))
            count += len(rows)
    return count


def _cells(head: ExportHead, rows: ExportRows, decimal: str) -> Iterator[tuple[object, ...]]:
    register = rows.register
    commodity = head.commodity_words.get(register.commodity, register.commodity)
    before = tuple(neutral_text(text) for text in (register.serials, register.label, commodity))
    source = neutral_text(head.source)
    words = [neutral_text(word) for word in head.quality_words]
    columns = zip(
        iso_local(rows), iso_utc(rows), rows.energy_wh.tolist(), rows.quality.tolist(), rows.readings.tolist(),
        rows.expected.tolist(), strict=True,
    )  # fmt: skip
    for local, utc, wh, code, readings, expected in columns:
        yield (*before, local, utc, decimal_kwh(wh, decimal), wh, words[code], readings, expected, source)


WRITERS.register("csv")(FileFormat(write, "csv", "text/csv; charset=utf-8"))
