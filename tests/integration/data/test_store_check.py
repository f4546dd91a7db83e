"""The check notices a roll-up that is one watt-hour off, a lost row and an orphan."""

from __future__ import annotations

import hashlib

import pyarrow.parquet as pq
from sqlalchemy import update

from data.readings import ReadingsStore
from data.rollups import rollup
from data.store.tables import SEGMENT
from data.store.values import Segment
from services.store_check import check
from tests.factories.readings import KNOWN, make_batch, make_series, make_starts


def _replace(store: ReadingsStore, segment: Segment, table: object) -> None:
    """Put another table in the file and make the manifest believe its bytes."""
    path = store.files.path(segment.name)
    pq.write_table(table, path)
    facts = {"size_bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    with store.manifest.writing() as connection:
        connection.execute(update(SEGMENT).where(SEGMENT.c.name == segment.name).values(**facts))
    store.manifest._layout = None


def test_one_watt_hour_too_much_in_a_roll_up_is_found_with_its_day(store: ReadingsStore) -> None:
    store.declare([make_series()])
    store.append(make_batch(1, make_starts("2026-05-04", "2026-05-08")), known_at=KNOWN)
    rollup(store)
    assert check(store) == []
    segment = store.manifest.current_layout().rollups["day", 0, 2026]
    table = pq.read_table(store.files.path(segment.name))
    place = table.schema.get_field_index("energy_wh")
    energy = table["energy_wh"].to_numpy().copy()
    energy[1] += 1
    _replace(store, segment, table.set_column(place, "energy_wh", [energy]))
    (found,) = check(store)
    assert (found.code, found.register_ids, str(found.first)) == ("day", (1,), "2026-05-05")


def test_a_lost_row_and_an_orphan_are_found(store: ReadingsStore) -> None:
    store.declare([make_series()])
    store.append(make_batch(1, make_starts("2026-05-04", "2026-05-05")), known_at=KNOWN)
    rollup(store)
    (segment,) = store.manifest.current_layout().raw
    _replace(store, segment, pq.read_table(store.files.path(segment.name)).slice(1))
    store.files.path("raw-000000-0000000000000000.parquet").write_bytes(b"")
    found = {f.code: f for f in check(store)}
    assert found.keys() == {"row_count", "orphan", "hour", "day", "month", "fleet"}
    assert found["row_count"].detail == "95 in the file, 96 named"
