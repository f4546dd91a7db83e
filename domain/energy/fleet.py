"""What may be said of many customers together: sums of groups so large that nobody in them can be guessed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.energy.benchmark import MINIMUM_GROUP


@dataclass(frozen=True)
class Group:
    """Registers of one commodity and flow, and at how many sites they stand. `name` is such as `electricity/import`."""

    name: str
    sites: int
    registers: int

    @property
    def is_large(self) -> bool:
        """Counted are sites: the three phases of five homes are fifteen registers and five homes."""
        return self.sites >= MINIMUM_GROUP


@dataclass(frozen=True)
class FleetDay:
    """A group's local day: registers with at least one reading, intervals due and here, and their sum. [Wh]"""

    day: date
    registers: int
    n_expected: int
    n: int
    energy_wh: int

    @property
    def is_large(self) -> bool:
        return self.registers >= MINIMUM_GROUP


@dataclass(frozen=True)
class Summary:
    """Some days together. `energy_wh` is a sum; `each_wh` the mean of a register and day. [Wh]"""

    days: int
    energy_wh: int
    each_wh: float
    completeness: float | None


def told(days: Iterable[FleetDay]) -> list[FleetDay]:
    """Days on which so many registers delivered that their sum tells of nobody; of registers, not of readings."""
    return [day for day in days if day.is_large]


def summary(days: Sequence[FleetDay]) -> Summary | None:
    """None without a day that may be told."""
    large = told(days)
    if not large:
        return None
    energy_wh, register_days = sum(day.energy_wh for day in large), sum(day.registers for day in large)
    expected = sum(day.n_expected for day in large)
    share = sum(day.n for day in large) / expected if expected else None
    return Summary(len(large), energy_wh, energy_wh / register_days, share)
