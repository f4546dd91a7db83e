"""How much of the difference of two bills the weather made, where there is a station and use follows it."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from data.queries import contracts as queries
from data.queries.contracts import ContractRow
from domain.access import Viewer
from domain.billing.weather import WeatherEffect, weather_effect
from domain.calendar import Period, PeriodKind, add_months
from domain.errors import NotFoundError
from services import portal, sites, use, weather
from services.weather import means_c


def effect(viewer: Viewer, contract: ContractRow, flow: str, before: Period, after: Period) -> WeatherEffect | None:
    """Of the contract's own daily use in the year up to the end of the newer period; None where nothing can be said."""
    try:
        site = sites.site(viewer, contract.site_public_id)
    except NotFoundError:  # a bill stays with its account, the site does not
        return None
    if site.weather_register_id is None:
        return None
    with portal.current().records.reading() as db:
        terms = [(number, 1) for number, kind in queries.registers_at(db, contract.supply_point_id) if kind == flow]
    span = Period(PeriodKind.CUSTOM, min(before.first, add_months(after.end, -12)), after.end)
    seen = sites.visible_period(viewer, site, span)
    if seen is None or not terms:
        return None
    days = use.series(viewer, site, terms, seen, "day")
    degrees = weather.by_bucket(site, site.weather_register_id, seen, "day")
    labels = days.label.astype("datetime64[D]")
    use_wh = np.where(days.is_known, days.energy_wh.astype(np.float64), np.nan)
    mean_c = _at(labels, degrees.label.astype("datetime64[D]"), np.array(means_c(degrees), dtype=np.float64))
    return weather_effect(
        use_wh, mean_c, _within(labels, before.first, before.end), _within(labels, after.first, after.end)
    )


def _at(
    wanted: npt.NDArray[np.datetime64], days: npt.NDArray[np.datetime64], values: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The values of the wanted days; NaN where there is none."""
    found = dict(zip(days.tolist(), values.tolist(), strict=True))
    return np.array([found.get(day, np.nan) for day in wanted.tolist()], dtype=np.float64)


def _within(labels: npt.NDArray[np.datetime64], first: date, end: date) -> npt.NDArray[np.bool_]:
    return np.asarray((labels >= np.datetime64(first)) & (labels < np.datetime64(end)))
