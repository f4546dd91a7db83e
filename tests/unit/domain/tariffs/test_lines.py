from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np

from domain.energy.quality import Quality
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
