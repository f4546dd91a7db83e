"""Whether a period can be billed: every interval read, few of them estimated, none in doubt; else why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from domain.errors import Issue
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import RatingResult
from domain.tariffs.slots import Coverage

DOUBTFUL = 4  # the place of suspect readings in `Coverage.counts`


@dataclass(frozen=True)
class Limits:
    """The largest share of a period's intervals that may be estimated, or missing: a local day expects 92, 96 or 100."""

    estimated: Fraction = Fraction(1, 4)
    missing: Fraction = Fraction(0)


def reasons(result: RatingResult, limits: Limits | None = None) -> list[Issue]:
    """Why a rated period cannot be billed yet; none when it is ready. `field` is the flow, or `terms`."""
    found = [] if not result.uncovered_days else [Issue("terms", "no_tariff", {"days": result.uncovered_days})]
    for flow in result.coverage:
        found += _of_flow(flow, limits or Limits())
    return found


def refused(error: RatingRefusedError) -> list[Issue]:
    """A period that could not be rated, such as for a hole in a price series."""
    return [Issue("rating", error.reason, {name: str(value) for name, value in error.params.items()})]


def _of_flow(flow: Coverage, limits: Limits) -> Sequence[Issue]:
    found = []
    if flow.missing > limits.missing * flow.expected:
        found.append(Issue(flow.flow, "readings_missing", {"missing": flow.missing, "expected": flow.expected}))
    if flow.estimated > limits.estimated * flow.expected:
        found.append(Issue(flow.flow, "too_many_estimates", {"estimated": flow.estimated, "expected": flow.expected}))
    if flow.counts[DOUBTFUL]:
        found.append(Issue(flow.flow, "readings_in_doubt", {"suspect": flow.counts[DOUBTFUL]}))
    return found
