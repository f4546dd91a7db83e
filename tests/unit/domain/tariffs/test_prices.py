from __future__ import annotations

import numpy as np
import pytest

from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.prices import PriceSeries
from tests.factories.tariffs import grid, make_prices


def starts_s(first: str, end: str, interval_s: int = 900) -> np.ndarray:
    return grid(first, end, interval_s=interval_s).astype(np.int64)


def test_the_mean_of_four_quarters_settles_an_hour():
    # Quarters of 10, 20, 30, 40 sum to 100: the hour costs 100/(4 x scale), the same in each of its quarters.
    series = make_prices("2026-01-01", "2026-01-02", [10, 20, 30, 40] * 24, interval_s=900)
    total, scale = series.settled(starts_s("2026-01-01", "2026-01-02"), 3600)
    assert set(total.tolist()) == {100}
    assert scale == 400_000


def test_an_hourly_price_holds_for_its_quarters():
    series = make_prices("2026-01-01", "2026-01-02", range(24))
    total, scale = series.settled(starts_s("2026-01-01", "2026-01-02"), 3600)
    assert total.tolist() == [hour for hour in range(24) for _ in range(4)]
    assert scale == 100_000


def test_a_stretch_of_the_series_is_itself():
    series = make_prices("2026-01-01", "2026-01-03", range(192), interval_s=900)
    total, scale = series.settled(starts_s("2026-01-02", "2026-01-03"), 900)
    assert (total.tolist(), scale) == (list(range(96, 192)), 100_000)


def test_prices_that_end_too_early_are_a_hole():
    series = make_prices("2026-01-01", "2026-01-02", 1, interval_s=900)
    for empty in (series, PriceSeries("spot", "EUR", 900, 1, series.start_utc[:0], series.price[:0])):
        with pytest.raises(RatingRefusedError):
            empty.settled(starts_s("2026-01-01", "2026-01-03"), 900)
    assert len(series.settled(starts_s("2026-01-01", "2026-01-01"), 900)[0]) == 0


@pytest.mark.parametrize("gone", [[0], [95], [4, 5, 40]])
def test_a_hole_is_refused_and_named_never_zero(gone):
    whole = make_prices("2026-01-01", "2026-01-02", 100, interval_s=900)
    keep = np.delete(np.arange(96), gone)
    series = PriceSeries("spot", "EUR", 900, 100_000, whole.start_utc[keep], whole.price[keep])
    with pytest.raises(RatingRefusedError) as caught:
        series.settled(starts_s("2026-01-01", "2026-01-02"), 900)
    assert caught.value.reason == "price_missing"
    assert caught.value.params["count"] == len(gone)
    assert caught.value.params["first_utc"] == whole.start_utc[gone[0]]
