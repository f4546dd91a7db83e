"""One JSON object: what the file is, then its rows, written as they come."""

from __future__ import annotations

import json
from typing import Any

from adapters.export_writers import WRITERS, FileFormat
from domain.energy.quality import Quality
from domain.exports import COLUMNS, Chunks, ExportHead, ExportRows, decimal_kwh, iso_local, iso_utc

NAMES = [quality.name.lower() for quality in Quality]


def metadata(head: ExportHead) -> dict[str, Any]:
    """Codes, not words: a program reads this."""
    return {
        "site": head.site_name, "time_zone": head.zone_name, "first": head.first.isoformat(),
        "end": head.end.isoformat(), "resolution": head.resolution, "made_at": head.made_at.isoformat(),
        "source": head.source, "notes": list(head.notes), "columns": list(COLUMNS),
        "units": {"energy_kwh": "kWh", "energy_wh": "Wh", "start_utc": "UTC", "start_local": head.zone_name},
        "missing": "an interval without a reading has no row",
    }  # fmt: skip


def write(path: str, head: ExportHead, chunks: Chunks) -> int:
    count = 0
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'{{"metadata": {json.dumps(metadata(head), ensure_ascii=False)},\n"rows": [')
        for rows in chunks:
            for row in _objects(rows):
                file.write(f"{',' if count else ''}\n{row}")
                count += 1
        file.write("\n]}\n")
    return count


def _objects(rows: ExportRows) -> list[str]:
    """Each row as an object; energy_kwh is written with its three decimals."""
    register = rows.register
    fixed = json.dumps(
        {"meter": register.serials, "register": register.label, "commodity": register.commodity}, ensure_ascii=False
    )[:-1]
    energy, quality = rows.energy_wh.tolist(), rows.quality.tolist()
    return [
        f'{fixed}, "start_local": "{local}", "start_utc": "{utc}", "energy_kwh": {decimal_kwh(wh)}, '
        f'"energy_wh": {wh}, "quality": "{NAMES[code]}", "readings": {n}, "readings_expected": {expected}}}'
        for local, utc, wh, code, n, expected in zip(
            iso_local(rows), iso_utc(rows), energy, quality, rows.readings.tolist(), rows.expected.tolist(), strict=True
        )
    ]


WRITERS.register("json")(FileFormat(write, "json", "application/json"))
