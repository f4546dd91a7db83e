"""What each sub-meter counted, which of them are doubtful and why, and what no sub-meter saw."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.access import Viewer
from domain.energy.submeters import Doubt, Excess, doubt, excess
from services import consumption
from services.consumption import Overview, Part, RegisterTotal
from services.consumption_asks import Ask
from services.sites import RegisterView, consumption_terms


@dataclass(frozen=True)
class DeviceUse:
    """One sub-meter that sent something in the period."""

    total: RegisterTotal
    doubt: Doubt


@dataclass(frozen=True)
class Devices:
    """All sub-meters of a site in a period.

    seen : largest first
    silent : sub-meters that stand there and sent nothing
    view : the home's own total with its parts, or None where home use cannot be computed or is not known
    excess : where the sub-meters counted more than the home used
    """

    seen: tuple[DeviceUse, ...]
    silent: tuple[RegisterView, ...]
    view: Overview | None
    excess: Excess

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.view.parts if self.view else ()


def devices(viewer: Viewer, ask: Ask) -> Devices | None:
    """None where no sub-meter was ever set up."""
    registers = [register for register in ask.site.with_flow("submeter") if register.commodity == ask.commodity]
    if not registers:
        return None
    found = consumption.register_totals(viewer, ask, registers)
    seen = [
        DeviceUse(item, doubt(item.series, item.register.kind, item.register.interval_s))
        for item in found
        if item.series.total_wh is not None
    ]
    view = whole(viewer, ask)
    tracked = [part.series for part in view.parts if part.kind != "untracked"] if view else []
    over = excess(view.series, tracked) if view and tracked and len(tracked[0]) == len(view.series) else Excess(0, 0)
    return Devices(
        tuple(sorted(seen, key=lambda use: -(use.total.series.total_wh or 0))),
        tuple(item.register for item in found if item.series.total_wh is None),
        view,
        over,
    )


def whole(viewer: Viewer, ask: Ask) -> Overview | None:
    """What the home used, with its parts and nothing beside it."""
    if not consumption_terms(ask.site, ask.commodity):
        return None
    view = consumption.overview(viewer, replace(ask, compare="none"))
    return view if view.series.total_wh is not None and view.parts else None
