from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from domain.energy.quality import Quality
from domain.tariffs.base import month_spans, priced_counts, shares
from domain.tariffs.lines import ExactParts, Part
from domain.tariffs.rate import rate
from domain.tariffs.slots import Use
from tests.factories.tariffs import BERLIN, days, grid, make_energy, make_tariff, make_use, readings


def test_a_line_is_rounded_once():
    # 3.932 kWh x 0.264159 = 1.0386732 (published with the half-hours of a day; rounding each of them gave 1.10).
    parts = [81, 82] * 24
    parts[-1] += 3932 - sum(parts)
    use = make_use("2026-01-01", "2026-01-02", parts, interval_s=1800)
    tariff = make_tariff(make_energy("0.264159"), currency="GBP")
    (line,) = rate(tariff, days("2026-01-01", "2026-01-02"), use).lines
    assert line.quantity == Fraction(3932, 1000)
    assert line.amount == Fraction(Decimal("1.038673188"))
    assert line.amount_minor == 104


def test_a_line_keeps_the_intervals_it_came_from():
    starts = np.delete(grid("2026-01-01", "2026-01-02"), [7])
    quality = np.zeros(95, dtype=np.uint8)
    quality[:5] = Quality.ESTIMATED
    use = Use(BERLIN, {"import": readings(starts, np.arange(95), quality)})
    (line,) = rate(make_tariff(make_energy()), days("2026-01-01", "2026-01-02"), use).lines
    found = line.intervals
    assert (len(found), found.missing, found.estimated) == (96, 1, 5)
    assert (found.start_utc[found.is_known] == starts).all()
    assert Fraction(int(found.energy_wh.sum()), 1000) == line.quantity


def test_a_whole_set_misses_nothing():
    (line,) = rate(
        make_tariff(make_energy()), days("2026-01-01", "2026-01-02"), make_use("2026-01-01", "2026-01-02")
    ).lines
    assert line.intervals.missing == 0


def exact(counts=(1_500, 250), price="0.30") -> ExactParts:
    """January and half of February 2026, in Wh at a price per kWh."""
    spans = month_spans(date(2026, 1, 1), date(2026, 2, 15))
    return priced_counts(spans, counts, 1000, Decimal(price))


def test_parts_in_whole_numbers_are_the_parts_in_fractions():
    plain = (
        Part(date(2026, 1, 1), date(2026, 2, 1), Fraction(3, 2), Fraction(9, 20)),  # 1.5 kWh x 0.30 = 0.45
        Part(date(2026, 2, 1), date(2026, 2, 15), Fraction(1, 4), Fraction(3, 40)),  # 0.25 kWh x 0.30 = 0.075
    )
    found = exact()
    assert tuple(found) == plain
    assert (found[0], found[-1], found[:1]) == (plain[0], plain[1], plain[:1])
    assert found == plain
    assert found == exact()
    assert hash(found) == hash(exact())
    assert found != exact(price="0.31")
    assert found != 7
    assert len(found) == 2
    assert (found.quantity, found.amount) == (Fraction(7, 4), Fraction(21, 40))


def test_a_part_that_is_not_there_is_an_error():
    with pytest.raises(IndexError):
        exact()[2]


def test_shares_of_a_period_have_one_denominator():
    first, end = date(2026, 1, 1), date(2026, 2, 15)
    assert shares(first, end, "month") == ((2, 1), 2)  # the whole January, 14 of 28 days
    assert shares(first, end, "day") == ((31, 14), 1)
    assert shares(date(2027, 12, 31), date(2028, 1, 2), "year") == (
        (366, 365),
        133_590,
    )  # 1/365 and 1/366 of lcm 133,590
