"""The worlds by name: what a site's source says leads back to its plan."""

from __future__ import annotations

from collections.abc import Callable

from data.seed.cast import FULL, TINY, tiny
from data.seed.full import full
from data.seed.plan import WorldPlan

WORLDS: dict[str, Callable[[int], WorldPlan]] = {FULL: full, TINY: tiny}
