"""The published homes beside two simulated ones, and what their files say by queries that share no code with the portal."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.queries import identity
from data.queries.registers import registers_named
from data.seed import cast
from data.seed.columns import filled
from domain.access import Role, Viewer
from domain.calendar import add_months
from domain.simulator.grid import make_grid
from services import portal, real_world, sites
from services.sites import RegisterView, SiteView
from tests.factories.world import SPANS, tiny_world

SHARED = Path(os.environ.get("PORTAL_SHARED") or Path(__file__).resolve().parents[3] / "shared" / "data")
DATASETS = ("opsd_konstanz", "sgsc_nsw", "opendsm_uk", "uci_household", "nmecr_school")
IS_THERE = (SHARED / DATASETS[0]).is_dir()
WHY_SKIPPED = "the open data is not beside the project"
PAIRS, SEED = 20, 20261122

# Each local day's exact sum is rounded once, half away from zero (DuckDB's round of a DECIMAL); its intervals carry the
# remainder; months sum days. The local day comes from ICU, which the portal never uses.
READINGS = """
    SELECT ts_utc, (ts_utc AT TIME ZONE $zone)::DATE AS day, value::DECIMAL(18, 9) * 1000 AS wh
    FROM read_parquet($path) WHERE series_id = $series
"""
DAYS = f"""
    SELECT day, round(sum(wh), 0)::BIGINT, count(*) FROM ({READINGS})
    GROUP BY day HAVING date_trunc('month', day) = $month ORDER BY day
"""
INTERVALS = f"""
    SELECT epoch(ts_utc)::BIGINT, so_far - lag(so_far, 1, 0) OVER (PARTITION BY day ORDER BY ts_utc)
    FROM (SELECT *, round(sum(wh) OVER (PARTITION BY day ORDER BY ts_utc), 0)::BIGINT AS so_far FROM ({READINGS}))
    WHERE date_trunc('month', day) = $month ORDER BY ts_utc
"""
TOTALS = """
    SELECT series_id, sum(wh)::BIGINT, sum(n)::BIGINT FROM (
        SELECT r.series_id, count(*) AS n, round(sum(value::DECIMAL(18, 9) * 1000), 0)::BIGINT AS wh,
            (ts_utc AT TIME ZONE s.tz)::DATE AS day
        FROM read_parquet($readings) r JOIN read_parquet($series) s USING (series_id) WHERE NOT s.derived
        GROUP BY r.series_id, day)
    GROUP BY series_id
"""


@dataclass(frozen=True)
class Pair:
    """A series of a source file and a local month of it."""

    dataset: str
    series: str
    zone_name: str
    month: date

    def __str__(self) -> str:
        return f"{self.series} {self.month:%Y-%m}"


def published() -> list[tuple[str, str, str, date, date]]:
    """Dataset, series, zone, first and last local date of every series that is loaded."""
    rows = []
    for dataset in DATASETS if IS_THERE else ():
        found = source().execute(
            "SELECT series_id, tz, (first_utc AT TIME ZONE tz)::DATE, (last_utc AT TIME ZONE tz)::DATE"
            " FROM read_parquet($path) WHERE NOT derived ORDER BY series_id",
            {"path": str(SHARED / dataset / "series.parquet")},
        )
        rows += [(dataset, *row) for row in found.fetchall()]
    return rows


def random_pairs() -> list[Pair]:
    """The same twenty (series, local month) pairs on every machine."""
    chosen, pairs = random.Random(SEED), []
    series = published()
    while series and len(pairs) < PAIRS:
        dataset, name, zone_name, first, last = chosen.choice(series)
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        pairs.append(Pair(dataset, name, zone_name, add_months(first.replace(day=1), chosen.randrange(months))))
    return pairs


# Two homes of Konstanz by hours in months of the change of clocks: 23 and 25 hours.
HOURLY_CHANGES = [
    Pair("opsd_konstanz", series, "Europe/Berlin", month)
    for series in ("opsd_res3_grid_import", "opsd_res4_pv")
    for month in (date(2016, 3, 1), date(2016, 10, 1))
]
# Simulated sites by quarter-hours: days of 92 and 100, and a home at +05:45.
QUARTER_HOURS = [
    Pair("demo", name, zone_name, month)
    for name, zone_name in (("Backstube Haslach", "Europe/Berlin"), ("Patan Dhoka 12", "Asia/Kathmandu"))
    for month in (date(2026, 3, 1), date(2026, 10, 1))
]


def source() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


@dataclass
class RealWorld:
    """The portal with everything loaded, and the files it was loaded from."""

    portal: portal.Portal
    folder: Path

    def _parameters(self, pair: Pair) -> dict[str, object]:
        root = self.folder if pair.dataset == "demo" else SHARED
        path = str(root / pair.dataset / "readings.parquet")
        return {"zone": pair.zone_name, "path": path, "series": pair.series, "month": pair.month}

    def days(self, pair: Pair) -> dict[date, tuple[int, int]]:
        """Wh and number of readings by local day, from the source file."""
        rows = source().execute(DAYS, self._parameters(pair)).fetchall()
        return {day: (wh, count) for day, wh, count in rows}

    def intervals(self, pair: Pair) -> list[tuple[int, int]]:
        """Start [s since 1970 UTC] and Wh of every reading of the month, from the source file."""
        return source().execute(INTERVALS, self._parameters(pair)).fetchall()

    def register_id(self, pair: Pair) -> int:
        if pair.dataset == "demo":
            return next(r.id for _v, s in self.homes if s.name == pair.series for r in s.with_flow("import"))
        with self.portal.records.reading() as db:
            return registers_named(db, [pair.series])[0].id

    @cached_property
    def homes(self) -> list[tuple[Viewer, SiteView]]:
        """Everybody who signs in, with each site as the pages see it."""
        with self.portal.records.reading() as db:
            people = [identity.person(db, email) for email in identity.demo_emails(db)]
            known = [(person, *identity.memberships(db, person.id)) for person in people if person]
        viewers = [
            Viewer(person.id, person.email, person.name, Role.CUSTOMER, grants=grants, memberships=memberships)
            for person, memberships, grants in known
        ]
        with portal.using(self.portal):
            return [(viewer, site) for viewer in viewers for site in sites.sites_of(viewer)]

    def resident(self, pair: Pair) -> tuple[Viewer, SiteView, RegisterView]:
        """Who signs in for the home of a series, that home, and the series' register."""
        wanted = self.register_id(pair)
        viewer, site = next((v, s) for v, s in self.homes if wanted in {item.id for item in s.registers})
        return viewer, site, site.register(wanted)


@contextmanager
def real_homes(folder: Path) -> Iterator[RealWorld]:
    """The tiny demo world with all published homes loaded into it."""
    here = tiny_world(folder)
    write_simulated(folder / "demo" / "readings.parquet")
    real_world.load(here, SHARED)
    yield RealWorld(here, folder)
    here.readings.close()
    here.cache.close()
    here.records.dispose()


def write_simulated(path: Path) -> None:
    """The grid import of the quarter-hour sites, straight from the simulator, in the layout of the published files."""
    names = {pair.series for pair in QUARTER_HOURS}
    tables = []
    for plan in (site for site in cast.tiny().sites if site.name in names):
        for first, end in SPANS:
            start_s, energy_wh = filled(plan, make_grid(plan.model.region.zone_name, first, end))["import"]
            stamps = pa.array(np.asarray(start_s) * 1000).cast(pa.timestamp("ms", "UTC"))
            columns = {"series_id": [plan.name] * len(start_s), "ts_utc": stamps, "value": energy_wh / 1000}
            tables.append(pa.table(columns))
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.concat_tables(tables), path)
