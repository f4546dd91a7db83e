"""What many sites used in one month, for comparison with similar customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from data.queries.consumption import months
from data.readings import ReadingsStore
from domain.calendar import add_months

Terms = Sequence[tuple[int, int]]  # register and sign


def month_totals(store: ReadingsStore, register_groups: Mapping[int, Terms], first: date) -> dict[int, int]:
    """Signed Wh of each site in the month that begins on `first`; sites with a gap in any register are left out."""
    ids = sorted({register for terms in register_groups.values() for register, _ in terms})
    frame = months(store, ids, first, add_months(first, 1))
    whole = frame[frame["n"] >= frame["n_expected"]]
    used = dict(zip(whole["register_id"].tolist(), whole["energy_wh"].tolist(), strict=True))
    return {
        site: int(np.sum([sign * used[register] for register, sign in terms], dtype=np.int64))
        for site, terms in register_groups.items()
        if terms and all(register in used for register, _ in terms)
    }
