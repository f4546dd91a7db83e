"""What a line of a bill was computed from, as a file that anyone can add up."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from fractions import Fraction

from domain.access import Viewer
from domain.money import round_half_away
from services import billing_detail

COLUMNS = ("start_local", "start_utc", "energy_wh", "quality", "price_per_kwh", "amount")
DIGITS = 12  # of prices and amounts; the line is rounded once, from the exact sum


def as_csv(viewer: Viewer, public_id: str, position: int) -> tuple[str, str]:
    """File name and text of the proof of one line; position counts from 1. The last row is the line itself."""
    found, printed, line = billing_detail.line_of(viewer, public_id, position)
    zone_name = found.contract.zone_name if found.contract else "UTC"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in billing_detail.proof(line, zone_name):
        writer.writerow(
            [row.local.isoformat(), row.start_utc.strftime("%Y-%m-%dT%H:%M:%SZ"), row.energy_wh, row.quality,
             _text(row.price), _text(row.amount)]
        )  # fmt: skip
    writer.writerow(["line", printed.code, "", "", _text(Fraction(line.unit_price)), _text(line.amount)])
    return f"{found.row.number}-{position:02d}-{printed.code}.csv", out.getvalue()


def _text(value: Fraction) -> str:
    """Without an exponent and without zeros that say nothing."""
    rounded: Decimal = round_half_away(value, DIGITS)
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
