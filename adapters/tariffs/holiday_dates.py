"""Public holidays of a region as dated rows, from the `holidays` library."""

from __future__ import annotations

import holidays

from domain.tariffs.errors import refuse
from domain.tariffs.holidays import Holidays


def holiday_rows(region: str, first_year: int, last_year: int) -> Holidays:
    """The rows of a country (`DE`) or a part of it (`DE-BW`)."""
    country, _, part = region.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=range(first_year, last_year + 1))
    except NotImplementedError:
        raise refuse("holidays_missing", region=region, year=first_year) from None
    return Holidays(region, first_year, last_year, tuple(sorted(found)))
