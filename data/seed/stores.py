"""The two stores that a world is written to."""

from __future__ import annotations

from dataclasses import dataclass

from data.readings import ReadingsStore
from data.session import Records


@dataclass(frozen=True)
class Stores:
    records: Records
    readings: ReadingsStore
