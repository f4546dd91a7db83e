"""The simulated readings of one site as columns that mishaps can happen to, before they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

from data.seed.moments import Event
from data.seed.plan import RegisterPlan, SitePlan, registers_of
from data.store.values import Batch
from domain.simulator.grid import STEP_S, Grid, make_grid, sum_to
from domain.simulator.noise import Ints
from domain.simulator.site import Flows, simulate
from domain.simulator.weather import weather

Span = tuple[date, date]


@dataclass
class Column:
    """Readings of one register: ordered starts [s since 1970 UTC], whole base units, quality codes."""

    plan: RegisterPlan
    register_id: int
    start_s: Ints
    energy_wh: Ints
    quality: npt.NDArray[np.uint8]

    def between(self, low: datetime, high: datetime) -> slice:
        """The rows that start in `[low, high)`."""
        edges = np.searchsorted(self.start_s, [int(low.timestamp()), int(high.timestamp())])
        return slice(int(edges[0]), int(edges[1]))

    def cut(self, rows: slice) -> Column:
        return Column(
            self.plan, self.register_id, self.start_s[rows], self.energy_wh[rows].copy(), self.quality[rows].copy()
        )

    def drop(self, rows: slice) -> None:
        """Take rows out: nothing was delivered for them."""
        keep = np.ones(len(self.start_s), dtype=bool)
        keep[rows] = False
        self.start_s, self.energy_wh, self.quality = self.start_s[keep], self.energy_wh[keep], self.quality[keep]


@dataclass(frozen=True)
class Patch:
    """Rows that became known later than their neighbours."""

    known_at: datetime
    column: Column


@dataclass
class SiteColumns:
    """All columns of a site, what came later, and what happened."""

    plan: SitePlan
    today: date
    columns: dict[str, Column]
    serials: tuple[str, str] = ("", "")
    patches: list[Patch] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def zone_name(self) -> str:
        return self.plan.model.region.zone_name

    def electric(self) -> list[Column]:
        return [column for column in self.columns.values() if column.plan.commodity == "electricity"]

    def bought(self) -> list[Column]:
        """The import and its phases, which have to stay equal to it."""
        return [column for column in self.electric() if column.plan.flow in {"import", "phase"}]


def simulated(plan: SitePlan, spans: Sequence[Span], register_ids: dict[tuple[str, str], int]) -> dict[str, Column]:
    """A column per register of the site over all spans, by register slug."""
    pieces = [filled(plan, make_grid(plan.model.region.zone_name, first, end)) for first, end in spans]
    columns = {}
    for register in registers_of(plan):
        starts = np.concatenate([piece[register.slug][0] for piece in pieces])
        energy = np.concatenate([piece[register.slug][1] for piece in pieces])
        quality = np.zeros(len(starts), dtype=np.uint8)
        columns[register.slug] = Column(register, register_ids[plan.slug, register.slug], starts, energy, quality)
    return columns


def filled(plan: SitePlan, grid: Grid) -> dict[str, tuple[Ints, Ints]]:
    """Starts and values of every register of a site in the grid's span."""
    flows = simulate(plan.model, grid) if plan.model.household or plan.model.business else None
    return {
        register.slug: (grid.start_s[:: register.interval_s // STEP_S], _values(plan, register, grid, flows))
        for register in registers_of(plan)
    }


def _values(plan: SitePlan, register: RegisterPlan, grid: Grid, flows: Flows | None) -> Ints:
    if flows is None:
        air = weather(plan.model.region, plan.model.seed, grid)
        steps = register.interval_s // STEP_S
        mean_c = air.temperature_c.reshape(-1, steps).mean(axis=1)
        thousandths: Ints = np.rint(mean_c * 1000.0).astype(np.int64)
        return thousandths
    return sum_to(_source(flows, register.source), register.interval_s)


def _source(flows: Flows, source: str) -> Ints:
    name, _, detail = source.partition(" ")
    if name == "part":
        return flows.parts[detail]
    if name == "phase":
        return flows.phases[int(detail) - 1]
    found = {
        "import": flows.imported, "export": flows.exported, "solar": flows.solar, "wind": flows.wind,
        "charge": flows.charge, "discharge": flows.discharge, "gas": flows.gas, "heat": flows.heat,
    }[name]  # fmt: skip
    assert found is not None
    return found


def batch_of(columns: Sequence[Column]) -> Batch:
    """Columns as one batch, ordered by register."""
    ordered = sorted(columns, key=lambda column: column.register_id)
    return Batch(
        register_id=np.concatenate([np.full(len(c.start_s), c.register_id, dtype=np.int64) for c in ordered]),
        start_utc=np.concatenate([c.start_s for c in ordered]).astype("datetime64[s]"),
        energy_wh=np.concatenate([c.energy_wh for c in ordered]),
        quality=np.concatenate([c.quality for c in ordered]),
    )


def instant(epoch_s: int) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)
