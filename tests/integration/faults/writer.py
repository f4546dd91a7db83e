"""A process that ingests until it is killed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data.readings import Batch, ReadingsStore, Series
from data.rollups import rollup
from tests.factories.readings import KNOWN

ORIGIN_S = 1_735_689_600  # 2025-01-01


@dataclass(frozen=True)
class Plan:
    """Which batches to write; batch `k` holds the next rows of one register, so that every value is known."""

    folder: str
    manifest_url: str
    acknowledged: str  # one line per batch, written when `append` or `stage` has returned
    registers: tuple[int, ...]
    batches: int
    batch_rows: int
    upkeep: bool = True  # compacts and rolls up in between

    def register(self, k: int) -> int:
        return self.registers[k % len(self.registers)]

    def slots(self, k: int) -> np.ndarray:
        return k // len(self.registers) * self.batch_rows + np.arange(self.batch_rows)

    def rows(self, k: int) -> Batch:
        slots, register = self.slots(k), self.register(k)
        starts = (ORIGIN_S + slots * 900).astype("datetime64[s]")
        quality = np.zeros(len(slots), dtype=np.uint8)
        return Batch(np.full(len(slots), register), starts, energy_wh(register, slots), quality)

    def acknowledged_count(self) -> int:
        path = Path(self.acknowledged)
        return len(path.read_bytes().split()) if path.exists() else 0


def energy_wh(register_id: int, slots: np.ndarray) -> np.ndarray:
    """What interval number `slot` of a register must hold."""
    return (register_id * 7919 + slots * 31) % 1000


def write(plan: Plan) -> None:
    store = ReadingsStore(plan.folder, plan.manifest_url)
    store.declare([Series(r, "Europe/Berlin", 900) for r in plan.registers])
    out = os.open(plan.acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for k in range(plan.acknowledged_count(), plan.batches):
        if k % 5 == 4 and plan.batch_rows <= 500:
            store.stage(plan.rows(k), known_at=KNOWN)
        else:
            # The batch a killed predecessor stored but could not acknowledge must not be stored twice.
            store.append(plan.rows(k), known_at=KNOWN, skip_known=True)
        os.write(out, b"%d\n" % k)
        if plan.upkeep and k % 20 == 19:
            store.compact()
        if plan.upkeep and k % 50 == 49:
            rollup(store)
    store.close()
