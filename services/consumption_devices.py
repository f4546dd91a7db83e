"""What each sub-meter counted, which of them are doubtful and why, and what no sub-meter saw."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.access import Viewer
from domain.energy.balance import regrouped
from domain.energy.submeters import Doubt, Excess, doubt, excess
from services import consumption, use
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
    is_home_known : whether the home itself has readings in the period
    """

    seen: tuple[DeviceUse, ...]
    silent: tuple[RegisterView, ...]
    view: Overview | None
    excess: Excess
    is_home_known: bool

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
    return Devices(
        tuple(sorted(seen, key=lambda use: -(use.total.series.total_wh or 0))),
        tuple(item.register for item in found if item.series.total_wh is None),
        view,
        _excess(view) if view else Excess(0, 0),
        view is not None or _home_is_known(viewer, ask),
    )


def _home_is_known(viewer: Viewer, ask: Ask) -> bool:
    terms = consumption_terms(ask.site, ask.commodity)
    return use.series(viewer, ask.site, terms, ask.period, ask.resolution).total_wh is not None


def _excess(view: Overview) -> Excess:
    """Parts of a day of quarter-hours may be hours; the total meets them hour by hour then."""
    tracked = [part.series for part in view.parts if part.kind != "untracked"]
    total = view.series
    if tracked and len(tracked[0]) != len(total):
        total = regrouped(total, "hour")
    return excess(total, tracked)


def whole(viewer: Viewer, ask: Ask) -> Overview | None:
    """What the home used, with its parts and nothing beside it."""
    if not consumption_terms(ask.site, ask.commodity):
        return None
    view = consumption.overview(viewer, replace(ask, compare="none", known_at=None))
    return view if view.series.total_wh is not None and view.parts else None
