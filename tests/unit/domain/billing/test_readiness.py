"""A period is billed when 92, 96 or 100 intervals of each day are there, hardly any estimated, none in doubt."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from domain.billing.readiness import Limits, reasons, refused
from domain.errors import Issue
from domain.tariffs.errors import refuse
from domain.tariffs.rate import Term, rate
from domain.tariffs.slots import Use
from tests.factories.tariffs import BERLIN, days, grid, make_tariff, make_use, readings


def quality(share_estimated: float, suspect: int = 0) -> np.ndarray:
    found = np.zeros(96, dtype=np.uint8)
    found[: int(96 * share_estimated)] = 1
    found[96 - suspect :] = 4 if suspect else found[96 - suspect :]
    return found


def used(starts, **changes):
    return Use(BERLIN, {"import": readings(starts, **changes)})


@pytest.mark.parametrize(
    ("first", "end", "expected"),
    [("2026-03-29", "2026-03-30", 92), ("2026-06-01", "2026-06-02", 96), ("2026-10-25", "2026-10-26", 100)],
)
def test_a_day_is_ready_with_all_its_quarter_hours_and_not_with_one_less(first, end, expected):
    whole = grid(first, end)
    assert len(whole) == expected
    assert reasons(rate(make_tariff(), days(first, end), used(whole))) == []
    short = rate(make_tariff(), days(first, end), used(whole[:-1]))
    assert reasons(short) == [Issue("import", "readings_missing", {"missing": 1, "expected": expected})]
    assert reasons(short, Limits(missing=Fraction(1, 50))) == []


def test_a_quarter_of_a_period_may_be_estimated_and_not_more():
    day = days("2026-06-01", "2026-06-02")
    for share, found in ((0.25, []), (0.3, [Issue("import", "too_many_estimates", {"estimated": 28, "expected": 96})])):
        use = used(grid("2026-06-01", "2026-06-02"), quality=quality(share))
        assert reasons(rate(make_tariff(), day, use)) == found


def test_readings_in_doubt_are_looked_at_first():
    use = used(grid("2026-06-01", "2026-06-02"), quality=quality(0, suspect=2))
    found = reasons(rate(make_tariff(), days("2026-06-01", "2026-06-02"), use))
    assert found == [Issue("import", "readings_in_doubt", {"suspect": 2})]


def test_every_day_needs_a_tariff():
    june = days("2026-06-01", "2026-07-01")
    terms = [Term(make_tariff(), date(2026, 6, 11), date(2026, 12, 1))]
    found = reasons(rate(terms, june, make_use("2026-06-01", "2026-07-01")))
    assert found == [Issue("terms", "no_tariff", {"days": 10})]


def test_what_could_not_be_rated_says_why():
    error = refuse("price_missing", series="spot", count=3)
    assert refused(error) == [Issue("rating", "price_missing", {"reason": "price_missing", "series": "spot", "count": "3"})]  # fmt: skip
