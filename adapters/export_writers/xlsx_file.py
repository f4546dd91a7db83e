"""A workbook: typed numbers and dates, a frozen head, sums by day or month, a chart. Text is never read as a formula."""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import date
from typing import Any

import numpy as np
import xlsxwriter

from adapters.export_writers import WRITERS, FileFormat
from domain.exports import XLSX_ROWS, Chunks, ExportHead, ExportRegister, ExportRows, iso_local, neutral_text
from domain.text import gettext as _

WIDTHS = (22, 22, 14, 28, 18, 13, 13, 14, 11, 11)
COLOURS = ("#AF3608", "#0066CC", "#769600", "#9472E0", "#0F8A7E", "#DB6327", "#4C8FD3", "#7F8A9A")
DAYS_IN_CHART = 62  # longer periods are drawn by month
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
EXCEL_1970 = 25_569  # Excel's number of 1 January 1970


def write(path: str, head: ExportHead, chunks: Chunks) -> int:
    """More rows than a sheet holds go on in the next one."""
    # What it keeps meanwhile lies beside the file, where a killed process's leavings are removed.
    with xlsxwriter.Workbook(path, {**OPTIONS, "tmpdir": os.path.dirname(path)}) as book:
        book.set_properties({"title": neutral_text(head.site_name), "comments": head.source})
        styles = _styles(book)
        about = book.add_worksheet(_("About"))
        rows = _Rows(book, head, styles)
        sums = _Sums(head)
        for chunk in chunks:
            rows.add(chunk)
            sums.add(chunk)
        _write_sums(book, sums, styles)
        _write_about(about, head, sums, styles)
        about.activate()
        return rows.count


class _Rows:
    """Writes row after row, as constant memory demands."""

    def __init__(self, book: Any, head: ExportHead, styles: dict[str, Any]) -> None:
        self.book, self.head, self.styles = book, head, styles
        self.count = self.row = self.sheets = 0
        self.sheet = self._new_sheet()

    def _new_sheet(self) -> Any:
        self.sheets += 1
        name = _("Readings") if self.sheets == 1 else _("Readings {number}", number=self.sheets)
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for column, (title, width) in enumerate(zip(self.head.columns, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, neutral_text(title), self.styles["head"])
        self.row = 0
        return sheet

    def add(self, rows: ExportRows) -> None:
        register = rows.register
        commodity = self.head.commodity_words.get(register.commodity, register.commodity)
        fixed = [neutral_text(text) for text in (register.serials, register.label, commodity)]
        words = [neutral_text(word) for word in self.head.quality_words]
        days = rows.start_utc.astype("datetime64[s]").astype(np.int64) / 86_400 + EXCEL_1970
        columns = zip(
            iso_local(rows), days.tolist(), rows.energy_wh.tolist(), rows.quality.tolist(), rows.readings.tolist(),
            rows.expected.tolist(), strict=True,
        )  # fmt: skip
        for local, at, wh, code, *counts in columns:
            self._line([*fixed, local], (at, wh, *counts), words[code])
        self.count += len(rows)

    def _line(self, texts: list[str], numbers: tuple[float, int, int, int], word: str) -> None:
        if self.row == XLSX_ROWS:
            self.sheet = self._new_sheet()
        self.row += 1
        at, wh, readings, expected = numbers
        for column, text in enumerate(texts):
            self.sheet.write_string(self.row, column, text)
        self.sheet.write_number(self.row, 4, at, self.styles["instant"])
        self.sheet.write_number(self.row, 5, wh / 1000, self.styles["kwh"])
        self.sheet.write_number(self.row, 6, wh, self.styles["wh"])
        self.sheet.write_string(self.row, 7, word)
        self.sheet.write_number(self.row, 8, readings)
        self.sheet.write_number(self.row, 9, expected)


class _Sums:
    """Energy by register and by day or month, gathered while the rows pass. [Wh]"""

    def __init__(self, head: ExportHead) -> None:
        self.is_daily = head.resolution != "month" and (head.end - head.first).days <= DAYS_IN_CHART
        self.registers: list[ExportRegister] = []
        self.by_place: dict[int, dict[date, int]] = {}
        self.rows: dict[int, int] = defaultdict(int)

    def add(self, rows: ExportRows) -> None:
        register = rows.register
        if register.id not in self.by_place:
            self.registers.append(register)
            self.by_place[register.id] = defaultdict(int)
        self.rows[register.id] += len(rows)
        labels = rows.local.astype("datetime64[D]" if self.is_daily else "datetime64[M]")
        places, index = np.unique(labels, return_inverse=True)
        sums = np.zeros(len(places), dtype=np.int64)
        np.add.at(sums, index, rows.energy_wh)
        for place, value in zip(places.astype("datetime64[D]").tolist(), sums.tolist(), strict=True):
            self.by_place[register.id][place] += value

    def total_wh(self, register: ExportRegister) -> int:
        return sum(self.by_place[register.id].values())

    def places(self) -> list[date]:
        return sorted({place for values in self.by_place.values() for place in values})


def _write_sums(book: Any, sums: _Sums, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet(_("Sums"))
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, max(1, len(sums.registers)), 18)
    sheet.write_string(0, 0, _("Day") if sums.is_daily else _("Month"), styles["head"])
    for column, register in enumerate(sums.registers, start=1):
        sheet.write_string(0, column, _series_name(register), styles["head"])
    places = sums.places()
    for row, place in enumerate(places, start=1):
        sheet.write_datetime(row, 0, place, styles["day" if sums.is_daily else "month"])
        for column, register in enumerate(sums.registers, start=1):
            value = sums.by_place[register.id].get(place)
            if value is not None:  # without any reading the cell stays empty
                sheet.write_number(row, column, value / 1000, styles["kwh"])
    last = len(places) + 1
    sheet.write_string(last, 0, _("Total"), styles["total"])
    for column, register in enumerate(sums.registers, start=1):
        sheet.write_number(last, column, sums.total_wh(register) / 1000, styles["total_kwh"])
    if places:
        _add_chart(book, sheet.get_name(), sums, len(places))


def _series_name(register: ExportRegister) -> str:
    return neutral_text(f"{register.label}, kWh")


def _add_chart(book: Any, sheet_name: str, sums: _Sums, count: int) -> None:
    """A sheet of its own with all registers beside each other."""
    chart = book.add_chart({"type": "column"})
    for column, register in enumerate(sums.registers, start=1):
        chart.add_series({
            "name": _series_name(register),
            "categories": [sheet_name, 1, 0, count, 0],
            "values": [sheet_name, 1, column, count, column],
            "fill": {"color": COLOURS[(column - 1) % len(COLOURS)]},
            "gap": 40,
        })  # fmt: skip
    chart.set_y_axis({"name": "kWh", "major_gridlines": {"visible": True, "line": {"color": "#E1E6EC"}}})
    chart.set_x_axis({"date_axis": True, "num_format": "yyyy-mm-dd" if sums.is_daily else "yyyy-mm"})
    chart.set_legend({"position": "top"})
    book.add_chartsheet(_("Chart")).set_chart(chart)


def _write_about(sheet: Any, head: ExportHead, sums: _Sums, styles: dict[str, Any]) -> None:
    """Facts, notes and totals; the first sheet, written last."""
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 4, 18)
    sheet.write_string(0, 0, neutral_text(head.site_name), styles["title"])
    facts = [
        (_("Time zone"), head.zone_name),
        (_("First day"), head.first.isoformat()),
        (_("Day after the last"), head.end.isoformat()),
        (_("Made at (UTC)"), head.made_at.strftime("%Y-%m-%d %H:%M")),
        (head.source_title, head.source),
        *((_("Note"), note) for note in head.notes),
    ]
    for row, (name, value) in enumerate(facts, start=2):
        sheet.write_string(row, 0, neutral_text(name), styles["head"])
        sheet.write_string(row, 1, neutral_text(value))
    top = len(facts) + 3
    titles = (_("Register"), _("Rows"), _("Energy in kWh"), _("Energy in Wh"))
    for column, title in enumerate(titles):
        sheet.write_string(top, column, title, styles["head"])
    for row, register in enumerate(sums.registers, start=top + 1):
        total_wh = sums.total_wh(register)
        sheet.write_string(row, 0, neutral_text(register.label))
        sheet.write_number(row, 1, sums.rows[register.id], styles["wh"])
        sheet.write_number(row, 2, total_wh / 1000, styles["kwh"])
        sheet.write_number(row, 3, total_wh, styles["wh"])


def _styles(book: Any) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "month": book.add_format({"num_format": "yyyy-mm", "align": "left"}),
        "kwh": book.add_format({"num_format": "#,##0.000"}),
        "wh": book.add_format({"num_format": "#,##0"}),
        "total": book.add_format({"bold": True, "top": 1}),
        "total_kwh": book.add_format({"bold": True, "top": 1, "num_format": "#,##0.000"}),
    }


WRITERS.register("xlsx")(FileFormat(write, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))
