"""Names of registers in words. What a customer or an import named stays as it is; names of the demo world are words."""

from __future__ import annotations

from domain.text import gettext as _


def given_name(label: str) -> str:
    """The name, in the reader's language where it is one that the demo world gives."""
    return _demo_names().get(label, label)


def _demo_names() -> dict[str, str]:
    return {
        "From the grid": _("From the grid"),
        "To the grid": _("To the grid"),
        "Solar": _("Solar power"),
        "Wind": _("Wind power"),
        "Battery charging": _("Into the battery"),
        "Battery discharging": _("Out of the battery"),
        "Gas": _("Gas"),
        "District heat": _("District heat"),
        "Outdoor temperature": _("Outdoor temperature"),
        "Fridge": _("Fridge"),
        "Freezer": _("Freezer"),
        "Hob and oven": _("Hob and oven"),
        "Washing machine and dryer": _("Washing machine and dryer"),
        "Dishwasher": _("Dishwasher"),
        "Hot water": _("Hot water"),
        "Heat pump": _("Heat pump"),
        "Wall box": _("Wall box"),
        "Refrigeration": _("Refrigeration"),
        "Machines": _("Machines"),
        "Workplaces": _("Workplaces"),
        "Cooling and ventilation": _("Cooling and ventilation"),
        "Lighting": _("Lighting"),
        "Circulation pump": _("Circulation pump"),
        "Other": _("Other"),
        "Smart meter gateway": _("Smart meter gateway"),
        "Solar inverter": _("Solar inverter"),
        "Home battery": _("Home battery"),
        "Wind turbine": _("Wind turbine"),
    }
