"""Each format read back by somebody else's reader: types, marks, formats, the chart, and no formula anywhere."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.export_writers import WRITERS
from domain.energy.quality import Quality
from domain.exports import COLUMNS, FORMULA_STARTS, ExportHead, ExportRegister, rows_of

REGISTER = ExportRegister(7, "1EMH001", "From the grid", "electricity", 900)
HEAD = ExportHead(
    site_name="Lindenweg 14", zone_name="Europe/Berlin", first=date(2026, 10, 25), end=date(2026, 10, 26),
    resolution="interval", locale="en", made_at=datetime(2026, 11, 20, 11, 7, tzinfo=UTC), source="Demo",
    columns=COLUMNS, quality_words=("Measured", "Estimated", "Customer", "Corrected", "Suspect"),
    commodity_words={"electricity": "Electricity"}, notes=("A note.",),
)  # fmt: skip
# The hour that Berlin had twice; 1234567 Wh = 1234.567 kWh.
STARTS = np.array(["2026-10-25T00:45", "2026-10-25T01:00", "2026-10-25T01:15"], dtype="datetime64[s]")
WH = np.array([250, 1_234_567, -5], dtype=np.int64)
QUALITY = np.array([Quality.MEASURED, Quality.ESTIMATED, Quality.CORRECTED], dtype=np.uint8)


def _written(tmp_path, kind, head=HEAD, register=REGISTER):
    path = tmp_path / f"file.{WRITERS[kind].suffix}"
    count = WRITERS[kind].write(str(path), head, [rows_of(register, head.zone_name, STARTS, WH, QUALITY)])
    assert count == len(WH)
    return path


@pytest.mark.parametrize(
    ("locale", "delimiter", "kwh"),
    [("en", ",", "1234.567"), ("de", ";", "1234,567"), ("fr", ";", "1234,567"), ("es", ";", "1234,567")],
)
def test_csv_has_the_marks_of_its_language(tmp_path, locale, delimiter, kwh):
    lines = _written(tmp_path, "csv", replace(HEAD, locale=locale)).read_bytes().decode("utf-8-sig").splitlines()
    rows = list(csv.reader(lines, delimiter=delimiter))
    assert rows[0] == [*COLUMNS, "Source"]
    assert rows[2][3:8] == ["2026-10-25T02:00:00+01:00", "2026-10-25T01:00:00Z", kwh, "1234567", "Estimated"]
    assert rows[1][3] == "2026-10-25T02:45:00+02:00"
    assert {len(row) for row in rows} == {11}


def test_excel_gets_numbers_and_instants_with_their_formats(tmp_path):
    book = openpyxl.load_workbook(_written(tmp_path, "xlsx"))
    assert book.sheetnames == ["About", "Readings", "Sums", "Chart"]
    row = book["Readings"][3]
    assert [cell.data_type for cell in row] == ["s", "s", "s", "s", "d", "n", "n", "s", "n", "n"]
    assert row[4].value == datetime(2026, 10, 25, 1, 0)  # noqa: DTZ001 - a cell has no zone; its head says UTC
    assert (row[4].number_format, row[5].number_format, row[6].number_format) == (
        "yyyy-mm-dd hh:mm", "#,##0.000", "#,##0",
    )  # fmt: skip
    assert (row[5].value, row[6].value) == (1234.567, 1_234_567)


def test_excel_draws_the_sums_of_each_register(tmp_path):
    book = openpyxl.load_workbook(_written(tmp_path, "xlsx"))
    (chart,) = book["Chart"]._charts
    (series,) = chart.series
    assert series.val.numRef.f == "Sums!$B$2"  # one day
    assert book["Sums"]["B2"].value == pytest.approx(1234.812)  # (250 + 1234567 - 5) / 1000
    assert book["Sums"]["A2"].value == datetime(2026, 10, 25)  # noqa: DTZ001 - a local day


def test_parquet_has_the_types_of_the_docs(tmp_path):
    path = _written(tmp_path, "parquet")
    schema = pq.read_schema(path)
    words = pa.dictionary(pa.int32(), pa.string())
    assert dict(zip(schema.names, schema.types, strict=True)) == {
        "meter": words, "register": words, "commodity": words, "start_local": pa.string(),
        "start_utc": pa.timestamp("ms", tz="UTC"), "energy_kwh": pa.decimal128(18, 3), "energy_wh": pa.int64(),
        "quality": words, "readings": pa.int64(), "readings_expected": pa.int64(),
    }  # fmt: skip
    told = json.loads(schema.metadata[b"portal"])
    assert (told["site"], told["time_zone"], told["first"], told["end"]) == (
        "Lindenweg 14", "Europe/Berlin", "2026-10-25", "2026-10-26",
    )  # fmt: skip
    rows = pq.read_table(path).to_pylist()
    assert [str(row["energy_kwh"]) for row in rows] == ["0.250", "1234.567", "-0.005"]
    assert [row["quality"] for row in rows] == ["measured", "estimated", "corrected"]


def test_json_has_the_keys_of_the_docs(tmp_path):
    found = json.loads(_written(tmp_path, "json").read_text())
    assert set(found) == {"metadata", "rows"}
    assert set(found["metadata"]) == {
        "site", "time_zone", "first", "end", "resolution", "made_at", "source", "notes", "columns", "units", "missing",
    }  # fmt: skip
    assert found["metadata"]["columns"] == list(COLUMNS)
    assert found["rows"][1] == {
        "meter": "1EMH001", "register": "From the grid", "commodity": "electricity",
        "start_local": "2026-10-25T02:00:00+01:00", "start_utc": "2026-10-25T01:00:00Z", "energy_kwh": 1234.567,
        "energy_wh": 1_234_567, "quality": "estimated", "readings": 1, "readings_expected": 1,
    }  # fmt: skip


def _evil(start):
    """Every text of the file begins like a formula."""
    text = f'{start}HYPERLINK("http://x";"y")'
    head = replace(
        HEAD, site_name=text, source=text, source_title=text, columns=tuple(f"{text}{n}" for n in range(len(COLUMNS))),
        quality_words=(text,) * 5, commodity_words={"electricity": text}, notes=(text,),
    )  # fmt: skip
    return head, replace(REGISTER, serials=text, label=text)


NUMBERS = {"-0.005", "-5"}  # what is measured may be negative


@pytest.mark.parametrize("start", [*FORMULA_STARTS, " =", "\u00a0@"])
def test_no_text_is_a_formula_in_csv(tmp_path, start):
    content = _written(tmp_path, "csv", *_evil(start)).read_bytes().decode("utf-8-sig")
    cells = [cell for row in csv.reader(content.splitlines(keepends=True)) for cell in row]
    assert len(cells) == 4 * 11
    assert [cell for cell in cells if cell.lstrip(" \u00a0").startswith(FORMULA_STARTS) and cell not in NUMBERS] == []
    # Eleven titles; in each of three rows meter, register, commodity, quality and source.
    assert sum(cell.startswith("'") for cell in cells) == 11 + 3 * 5


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", " ="])
def test_no_text_is_a_formula_in_excel(tmp_path, start):
    book = openpyxl.load_workbook(_written(tmp_path, "xlsx", *_evil(start)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert len(cells) > 40
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    texts = [cell.value for cell in cells if cell.data_type == "s"]
    assert [text for text in texts if text.lstrip(" \u00a0").startswith(FORMULA_STARTS)] == []
    assert sum("HYPERLINK" in text for text in texts) >= 10 + 3 * 4 + 3
