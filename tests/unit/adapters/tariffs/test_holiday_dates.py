from __future__ import annotations

from datetime import date

import pytest

from adapters.tariffs.holiday_dates import holiday_rows
from domain.tariffs.errors import RatingRefusedError


def test_a_part_of_a_country_has_its_own_holidays():
    land, country = holiday_rows("DE-BW", 2026, 2026), holiday_rows("DE", 2026, 2026)
    epiphany = date(2026, 1, 6)  # in Baden-Württemberg, not in all of Germany
    assert epiphany in land.dates
    assert epiphany not in country.dates
    assert (land.first_year, land.last_year) == (2026, 2026)


@pytest.mark.parametrize("region", ["XX", "DE-XX"])
def test_an_unknown_region_is_refused(region):
    with pytest.raises(RatingRefusedError) as caught:
        holiday_rows(region, 2026, 2026)
    assert caught.value.params["region"] == region
