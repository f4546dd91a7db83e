"""From the names in a file to the registers they mean, and new sites for names nobody knows, where that was asked."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from data.queries import registers as queries
from data.queries.registers import RegisterRow
from data.readings import Series
from data.repositories import sites
from data.session import Records
from domain.ingest.options import IngestOptions
from domain.ingest.problems import refuse
from domain.ingest.rounding import MICRO_PER_UNIT, power_denominator
from domain.ingest.units import MILLIDEGREE, WH, SourceUnit, source_unit

UNKNOWN, IGNORED = -1, -2
INTERVALS_S = (300, 600, 900, 1800, 3600, 86400)


@dataclass(frozen=True)
class Target:
    """Where a series of the file goes. `register_id` is 0 until its site is made."""

    name: str
    register_id: int
    zone_name: str
    interval_s: int
    unit: str
    flow: str

    @property
    def has_own_sign(self) -> bool:
        """Temperatures may be below zero; energy counts upwards in its own register."""
        return self.unit == MILLIDEGREE


@dataclass(frozen=True)
class NewSeries:
    """What is known about a series without a register, for making its site."""

    zone_name: str
    interval_s: int
    unit: SourceUnit


class RegisterBook:
    """Slots of the file's registers: found once per name, kept by number."""

    def __init__(self, records: Records, options: IngestOptions, known: dict[str, NewSeries]) -> None:
        self._records = records
        self._options = options
        self._known = known
        self._slots: dict[str, int] = {}
        self.targets: list[Target] = []

    def slots(self, names: tuple[str, ...]) -> npt.NDArray[np.int64]:
        """The slot of each name; UNKNOWN or IGNORED where there is none."""
        fresh = [name for name in dict.fromkeys(names) if name not in self._slots]
        if fresh:
            self._look_up(fresh)
        return np.array([self._slots[name] for name in names] or [UNKNOWN], dtype=np.int64)

    def _look_up(self, names: list[str]) -> None:
        asked = {name: self._options.registers.get(name, name) for name in names}
        with self._records.reading() as db:
            rows = queries.registers_named(db, list(asked.values()))
        for name, wanted in asked.items():
            if name in self._options.ignore:
                self._slots[name] = IGNORED
                continue
            self._slots[name] = self._slot(name, [row for row in rows if row.answers_to(wanted)])

    def _slot(self, name: str, rows: list[RegisterRow]) -> int:
        distinct = {row.id: row for row in rows}
        if len(distinct) > 1:
            raise refuse("register_shared", column=name, ids=", ".join(row.public_id for row in distinct.values()))
        if distinct:
            row = next(iter(distinct.values()))
            # The old and the new meter of an exchange are two names of one register: contradictions must meet.
            same = (slot for slot, target in enumerate(self.targets) if target.register_id == row.id)
            if (slot := next(same, None)) is not None:
                return slot
            return self._keep(Target(name, row.id, row.zone_name, row.interval_s, row.unit, row.flow))
        if self._options.create_site and name:
            return self._keep(self._provisional(name))
        return UNKNOWN

    def _keep(self, target: Target) -> int:
        self.targets.append(target)
        return len(self.targets) - 1

    def _provisional(self, name: str) -> Target:
        known = self._known.get(name) or self._known.get("")
        if known is None or not (self._options.zone or known.zone_name):
            raise refuse("zone_unknown", column=name)
        if known.interval_s not in INTERVALS_S:
            raise refuse("interval_unknown", column=name, value=str(known.interval_s or ""))
        unit = MILLIDEGREE if known.unit.base == MILLIDEGREE else WH
        flow = "temperature" if unit == MILLIDEGREE else "import"
        return Target(name, 0, self._options.zone or known.zone_name, known.interval_s, unit, flow)

    def similar(self, name: str) -> list[str]:
        """Known names that look like an unknown one, else the first few there are."""
        with self._records.reading() as db:
            known = queries.known_names(db)
        return difflib.get_close_matches(name, known, n=3, cutoff=0.5) or known[:3]

    def scales(self, *, has_power: bool) -> npt.NDArray[np.int64]:
        """Amounts per base unit of each slot; with power in the file, fine enough for 1 W over one interval."""
        parts = [power_denominator(target.interval_s) if has_power else 1 for target in self.targets]
        return np.array(parts or [1], dtype=np.int64) * MICRO_PER_UNIT

    def make_sites(self, first_utc: dict[int, datetime], source: str) -> int:
        """Sites for the provisional targets, in one transaction; how many were made."""
        fresh = [slot for slot, target in enumerate(self.targets) if target.register_id == 0 and slot in first_utc]
        if fresh:
            with self._records.transaction() as tx:
                for slot in fresh:
                    register_id = _make_site(tx, self.targets[slot], first_utc[slot], source)
                    self.targets[slot] = replace(self.targets[slot], register_id=register_id)
        return len(fresh)

    def series(self) -> list[Series]:
        return [Series(t.register_id, t.zone_name, t.interval_s) for t in self.targets if t.register_id]


def _make_site(tx: Session, target: Target, installed_utc: datetime, source: str) -> int:
    is_weather = target.unit == MILLIDEGREE
    site = sites.add_site(tx, name=target.name[:120], time_zone=target.zone_name, source=source[:120])
    point = sites.add_supply_point(
        tx,
        site_id=site.id,
        commodity="weather" if is_weather else "electricity",
    )
    meter = sites.add_meter(
        tx,
        supply_point_id=point.id,
        serial=target.name[:40],
        installed_utc=installed_utc,
        kind="weather" if is_weather else "main",
    )
    register = sites.add_register(
        tx,
        supply_point_id=point.id,
        meter_id=meter.id,
        flow=target.flow,
        label=target.name[:80],
        interval_s=target.interval_s,
        unit=target.unit,
        external_id=target.name[:80],
    )
    return register.id


def new_series(unit_text: str, zone_name: str, interval_s: int) -> NewSeries:
    unit = source_unit(unit_text)
    if unit is None:
        raise refuse("unit_unfit", value=unit_text)
    return NewSeries(zone_name, interval_s, unit)
