"""What a bill was made from, as one digest: while it stays the same, nothing has to be rated again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date

from domain.calendar import Period
from domain.tariffs.rate import Term
from domain.tariffs.slots import Use
from domain.tariffs.taxes import LevyRate, TaxRule, TaxTable, overlap


def inputs_digest(
    terms: Sequence[Term], facts: Mapping[str, str], taxes: TaxTable, reached: Period, period: Period, use: Use
) -> str:
    """SHA-256 over versions, taxes and readings of the days a rating looks at; what is outside of them changes nothing.

    reached : the period and the days before it that the tariffs look back to
    """
    found = hashlib.sha256(f"{period.first}/{period.end}/{use.zone_name}".encode())
    for term in terms:
        if term.first < reached.end and reached.first < term.end:
            span = f"{max(term.first, reached.first)}/{min(term.end, reached.end)}"
            found.update(f"{term.tariff.id}/{term.tariff.version}/{span}/".encode())
    for name in sorted(facts):
        found.update(f"{name}={facts[name]}/".encode())
    rows: list[TaxRule | LevyRate] = [*taxes.rules, *taxes.levies]
    for row in rows:
        if overlap((row.valid_from, row.valid_to), (reached.first, reached.end)):
            found.update(f"{_within(row.valid_from, row.valid_to, reached)}{_worth(row)}/".encode())
    for flow in sorted(use.flows):
        part = use.flows[flow]
        found.update(f"{flow}/{part.interval_s}/".encode())
        for array in (part.start_utc.astype("datetime64[s]").astype("<i8"), part.energy_wh.astype("<i8"), part.quality):
            found.update(array.tobytes())
    return found.hexdigest()


def _within(first: date | None, end: date | None, reached: Period) -> str:
    return f"{max(first or date.min, reached.first)}/{min(end or date.max, reached.end)}"


def _worth(row: TaxRule | LevyRate) -> str:
    """The values of a tax row without its dates: its end may be written down later."""
    return "/".join(f"{name}:{value}" for name, value in sorted(vars(row).items()) if not name.startswith("valid_"))
