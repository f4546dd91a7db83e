"""Units a file may use, and the exact amounts they stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass

WH, MILLIDEGREE = "Wh", "mdegC"


@dataclass(frozen=True)
class SourceUnit:
    """`factor` base units (Wh, W or thousandths of a degree) per published unit."""

    name: str
    factor: int
    base: str = WH
    is_power: bool = False


UNITS = {
    unit.name.lower(): unit
    for unit in (
        SourceUnit("Wh", 1),
        SourceUnit("kWh", 1_000),
        SourceUnit("MWh", 1_000_000),
        SourceUnit("W", 1, is_power=True),
        SourceUnit("kW", 1_000, is_power=True),
        SourceUnit("degC", 1_000, MILLIDEGREE),
        SourceUnit("mdegC", 1, MILLIDEGREE),
    )
}
ALIASES = {"°c": "degc", "c": "degc", "celsius": "degc", "grad": "degc"}
_BRACKETED = re.compile(r"^(?P<name>.*?)\s*[\[(](?P<unit>[^\])]+)[\])]\s*$")
_SUFFIXED = re.compile(r"^(?P<name>.*?)[\s_](?P<unit>mwh|kwh|wh|kw|w)$", re.IGNORECASE)


def source_unit(text: str) -> SourceUnit | None:
    key = text.strip().lower()
    return UNITS.get(ALIASES.get(key, key))


def split_name(header: str) -> tuple[str, str]:
    """`"Bezug [kWh]"` is the series `Bezug` in kWh; `energy_wh` is in Wh and keeps its name."""
    found = _BRACKETED.match(header)
    if found and source_unit(found["unit"]):
        return found["name"].strip(), found["unit"].strip()
    found = _SUFFIXED.match(header.strip())
    if found:
        return header.strip(), found["unit"]
    return header.strip(), header.strip() if source_unit(header) else ""
