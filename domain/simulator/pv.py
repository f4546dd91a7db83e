"""A roof by pvlib: sun position, irradiance on the plane, cell temperature, module and inverter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from domain.simulator.grid import Grid
from domain.simulator.noise import Floats, Ints
from domain.simulator.sessions import quarter_wh
from domain.simulator.weather import Region, weather


@dataclass(frozen=True)
class Roof:
    """peak_w : module power at standard test conditions. [W]; tilt_deg, azimuth_deg : 180 is south. [deg]"""

    peak_w: int
    tilt_deg: float = 32.0
    azimuth_deg: float = 180.0
    losses: float = 0.12  # soiling, wiring, mismatch, availability


@dataclass(frozen=True, eq=False)
class Sky:
    """Per quarter-hour: apparent zenith and azimuth [deg]; global, direct normal, diffuse radiation [W/m2]."""

    zenith: Floats
    azimuth: Floats
    ghi: Floats
    dni: Floats
    dhi: Floats


@lru_cache(maxsize=8)
def sky(region: Region, seed: int, grid: Grid) -> Sky:
    """Radiation of a region: Haurwitz clear sky times the weather's clearness, split by Erbs (both in pvlib)."""
    import pvlib

    at_s = grid.start_s + 450  # the middle of each quarter-hour
    place = (region.latitude, region.longitude, region.altitude_m)
    air_hpa, air_c, delta_t_s, refraction_deg = 1000.0, 12.0, 69.2, 0.5667
    sun = pvlib.spa.solar_position(at_s, *place, air_hpa, air_c, delta_t_s, refraction_deg)
    zenith, azimuth = sun[0], sun[4]
    cosine = np.maximum(np.cos(np.radians(zenith)), 0.0)
    clear = np.where(cosine > 0.0, 1098.0 * cosine * np.exp(-0.059 / np.maximum(cosine, 1e-3)), 0.0)  # Haurwitz 1945
    ghi = clear * weather(region, seed, grid).clearness
    parts = pvlib.irradiance.erbs(ghi, zenith, _day_of_year(at_s))
    return Sky(zenith, azimuth, ghi, np.asarray(parts["dni"]), np.asarray(parts["dhi"]))


def _day_of_year(at_s: Ints) -> Ints:
    days = at_s.astype("datetime64[s]").astype("datetime64[D]")
    count: Ints = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64) + 1
    return count


def solar_wh(roof: Roof, region: Region, seed: int, grid: Grid) -> Ints:
    """Production after the inverter in each quarter-hour. [Wh]"""
    import pvlib

    above, air = sky(region, seed, grid), weather(region, seed, grid)
    plane = pvlib.irradiance.get_total_irradiance(
        roof.tilt_deg, roof.azimuth_deg, above.zenith, above.azimuth, above.dni, above.ghi, above.dhi
    )
    incident = np.nan_to_num(np.asarray(plane["poa_global"]))
    cell_c = pvlib.temperature.faiman(incident, air.temperature_c, wind_speed=2.0)
    direct_w = pvlib.pvsystem.pvwatts_dc(incident, cell_c, roof.peak_w, -0.0035) * (1.0 - roof.losses)
    feed_w = pvlib.inverter.pvwatts(direct_w, 0.92 * roof.peak_w)
    return quarter_wh(np.nan_to_num(np.asarray(feed_w)))
