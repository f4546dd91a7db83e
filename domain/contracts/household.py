"""What somebody says of a household, as numbers that can be simulated, or what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from domain.errors import Issue

# Field: least, most and what an empty one means. What lies outside is a slip of the pen, not a household.
LIMITS: dict[str, tuple[int, int, str]] = {
    "people": (1, 12, ""),
    "area": (15, 600, ""),
    "car": (0, 80_000, "0"),
    "pv": (0, 30, "0"),
    "battery": (0, 50, "0"),
    "kwh": (100, 100_000, "0"),
}
WHOLE = frozenset({"people", "area", "car", "kwh"})
CHOICES: dict[str, tuple[str, ...]] = {
    "dwelling": ("flat", "house"),
    "heating": ("other", "heat_pump"),
    "water": ("no", "yes"),
}


@dataclass(frozen=True)
class Answers:
    """A household as told.

    area_m2 : heated. [m2]; car_km : distance charged at home in a year. [km]
    roof_w, battery_wh : 0 without. [W, Wh]
    known_wh : what is drawn from the grid in a year, if it is known; then the rest gives it its shape. [Wh]
    """

    people: int
    area_m2: int
    is_flat: bool = True
    has_heat_pump: bool = False
    has_electric_water: bool = False
    car_km: int = 0
    roof_w: int = 0
    battery_wh: int = 0
    known_wh: int | None = None


def read(fields: Mapping[str, str]) -> tuple[Answers | None, tuple[Issue, ...]]:
    """The answers, or None and one issue for each field that cannot be meant."""
    numbers: dict[str, Decimal] = {}
    issues = []
    for name, (least, most, empty) in LIMITS.items():
        value = _number(fields.get(name, "").strip() or empty)
        is_empty = name == "kwh" and value == 0 and not fields.get(name, "").strip()
        if value is None or (name in WHOLE and value != int(value)):
            issues.append(Issue(name, "no_number"))
        elif not is_empty and not least <= value <= most:
            issues.append(Issue(name, "out_of_range", {"least": least, "most": most}))
        else:
            numbers[name] = value
    for name, allowed in CHOICES.items():
        if fields.get(name, allowed[0]) not in allowed:
            issues.append(Issue(name, "unknown_choice"))
    if not issues and numbers["battery"] and not numbers["pv"]:
        issues.append(Issue("battery", "without_roof"))
    return (None, tuple(issues)) if issues else (_answers(fields, numbers), ())


def _answers(fields: Mapping[str, str], numbers: Mapping[str, Decimal]) -> Answers:
    return Answers(
        people=int(numbers["people"]),
        area_m2=int(numbers["area"]),
        is_flat=fields.get("dwelling") != "house",
        has_heat_pump=fields.get("heating") == "heat_pump",
        has_electric_water=fields.get("water") == "yes",
        car_km=int(numbers["car"]),
        roof_w=int(numbers["pv"] * 1000),
        battery_wh=int(numbers["battery"] * 1000),
        known_wh=int(numbers["kwh"]) * 1000 or None,
    )


def _number(text: str) -> Decimal | None:
    """A number with a point or a comma; None for anything else."""
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
