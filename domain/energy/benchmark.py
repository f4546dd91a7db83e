"""Where a home stands among similar ones, shown only when the group is large enough to hide in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

MINIMUM_GROUP = 15  # k-anonymity: no figure of a group in which a home could be guessed


@dataclass(frozen=True)
class Traits:
    """What makes sites similar."""

    kind: str
    people_band: str
    heating: str
    has_ev: bool
    has_solar: bool
    business_type: str = ""


@dataclass(frozen=True)
class Standing:
    """A group's distribution and one member's place in it. [Wh]"""

    own_wh: int
    count: int
    fifth_wh: float  # the efficient fifth lies below
    quarter_wh: float
    median_wh: float
    three_quarters_wh: float
    top_wh: float
    percentile: float  # share of the group that used less, 0 to 1


def people_band(people: int | None) -> str:
    if people is None:
        return "unknown"
    return "1" if people <= 1 else "2" if people == 2 else "3-4" if people <= 4 else "5+"


def widen(traits: Traits) -> list[Traits]:
    """From the closest group to wider ones: without the number of people, without the heating, without both."""
    steps = [traits]
    steps.append(Traits(traits.kind, "any", traits.heating, traits.has_ev, traits.has_solar, traits.business_type))
    steps.append(Traits(traits.kind, traits.people_band, "any", traits.has_ev, traits.has_solar, traits.business_type))
    steps.append(Traits(traits.kind, "any", "any", traits.has_ev, traits.has_solar, traits.business_type))
    return steps


def matches(wanted: Traits, other: Traits) -> bool:
    return (
        wanted.kind == other.kind
        and wanted.people_band in {"any", other.people_band}
        and wanted.heating in {"any", other.heating}
        and wanted.has_ev == other.has_ev
        and wanted.has_solar == other.has_solar
        and wanted.business_type == other.business_type
    )


def standing(own_site: int, totals_wh: Mapping[int, int], minimum: int = MINIMUM_GROUP) -> Standing | None:
    """None when the own total is missing or the group, the member included, is smaller than `minimum`."""
    if own_site not in totals_wh or len(totals_wh) < minimum:
        return None
    values = np.sort(np.array(list(totals_wh.values()), dtype=np.float64))
    own = totals_wh[own_site]
    fifth, quarter, median, three_quarters, top = np.quantile(values, [0.2, 0.25, 0.5, 0.75, 0.98])
    below = int((values < own).sum())
    return Standing(
        own, len(values), float(fifth), float(quarter), float(median), float(three_quarters), float(top),
        below / (len(values) - 1),
    )  # fmt: skip
