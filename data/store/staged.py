"""Reading what came in since the last file was written: staged rows, which the manifest's database holds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, func, select

from data.store.manifest import chunks
from data.store.tables import STAGING
from data.store.values import Rows

# Every read asks for these: building a statement takes longer than its answer.
IN_SPAN = (STAGING.c.start_s >= bindparam("start_s"), STAGING.c.start_s < bindparam("end_s"))
OF_ONE = STAGING.c.register_id == bindparam("register_id")
OF_SEVERAL = STAGING.c.register_id.in_(bindparam("register_ids", expanding=True))
STAGED = select(*(STAGING.c[name] for name in ("register_id", "start_s", "energy_wh", "quality", "version"))).where(
    *IN_SPAN
)
STAGED_OF_ONE, STAGED_OF_SEVERAL = STAGED.where(OF_ONE), STAGED.where(OF_SEVERAL)
STAGED_STAMP = select(func.count(), func.max(STAGING.c.version)).where(*IN_SPAN, OF_SEVERAL)


def rows(connection: Connection, register_ids: Collection[int] | None, start_s: int, end_s: int) -> Rows:
    """Staged rows of these registers (all when None) in `[start_s, end_s)`, every version."""
    parts = [] if register_ids is not None else [_rows(connection, None, start_s, end_s)]
    parts += [_rows(connection, ids, start_s, end_s) for ids in chunks(register_ids or ())]
    return Rows.join(parts) if parts else Rows.empty()


def _rows(connection: Connection, ids: list[int] | None, start_s: int, end_s: int) -> Rows:
    asked: dict[str, Any] = {"start_s": start_s, "end_s": end_s}
    if ids is None:
        query = STAGED
    elif len(ids) == 1:
        query, asked["register_id"] = STAGED_OF_ONE, ids[0]
    else:
        query, asked["register_ids"] = STAGED_OF_SEVERAL, ids
    found = connection.execute(query, asked).all()
    if not found:
        return Rows.empty()
    table = np.array([tuple(row) for row in found], dtype=np.int64).T.copy()
    return Rows(table[0], table[1], table[2], table[3].astype(np.uint8), table[4])


def stamp(connection: Connection, register_ids: Collection[int], start_s: int, end_s: int) -> tuple[int, int]:
    """How many staged rows of few registers there are in `[start_s, end_s)`, and their last version.

    Rows are only ever added, under a version of their own, until a file takes them over.
    """
    asked = {"register_ids": list(register_ids), "start_s": start_s, "end_s": end_s}
    count, version = connection.execute(STAGED_STAMP, asked).one()
    return int(count), int(version or 0)
