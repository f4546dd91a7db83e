"""One portal with a few registers: a Berlin home by quarter-hours and hours, a home in Kathmandu, a thermometer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.cache import make_cache
from adapters.clock import make_clock
from config import Config
from data.readings import ReadingsStore
from data.repositories import sites
from data.session import Records
from services import portal
from tests.factories.databases import bring_up

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
REGISTERS = (  # external id, zone, flow, interval_s, unit
    ("home-import", "Europe/Berlin", "import", 900, "Wh"),
    ("home-export", "Europe/Berlin", "export", 900, "Wh"),
    ("home-hourly", "Europe/Berlin", "import", 3600, "Wh"),
    ("kathmandu", "Asia/Kathmandu", "import", 900, "Wh"),
    ("garden", "Europe/Berlin", "temperature", 3600, "mdegC"),
)


@pytest.fixture
def world(tmp_path):
    config = Config(
        database_url=f"sqlite:///{tmp_path / 'portal.sqlite'}",
        store=str(tmp_path / "store"),
        cache_url=f"disk://{tmp_path / 'cache'}",
        files=str(tmp_path / "files"),
        now=NOW,
    )
    bring_up(config.database_url)
    here = portal.Portal(
        config=config,
        records=Records(config.database_url),
        readings=ReadingsStore(config.store, config.manifest_url),
        cache=make_cache(config.cache_url),
        clock=make_clock(NOW),
    )
    with portal.using(here):
        with here.records.transaction() as tx:
            for external_id, zone_name, flow, interval_s, unit in REGISTERS:
                site = sites.add_site(tx, name=external_id, time_zone=zone_name)
                commodity = "weather" if unit == "mdegC" else "electricity"
                point = sites.add_supply_point(tx, site_id=site.id, commodity=commodity)
                meter = sites.add_meter(tx, supply_point_id=point.id, serial=f"M-{external_id}", installed_utc=NOW)
                sites.add_register(
                    tx,
                    supply_point_id=point.id,
                    meter_id=meter.id,
                    flow=flow,
                    interval_s=interval_s,
                    unit=unit,
                    external_id=external_id,
                )
        yield here
        here.readings.close()
        here.records.dispose()


@pytest.fixture
def stored(world):
    """`stored("home-import")`: `{start in UTC: (energy_wh, quality)}` of everything the store holds."""
    from data.queries import consumption
    from data.queries.registers import registers_named

    def read(name):
        with world.records.reading() as db:
            row = registers_named(db, [name])[0]
        found = consumption.intervals(
            world.readings, row.id, datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
        )
        starts = [str(start)[:16] for start in found.start_utc]
        return dict(zip(starts, zip(found.energy_wh.tolist(), found.quality.tolist(), strict=True), strict=True))

    return read


@pytest.fixture
def write(tmp_path):
    def make(text, name="file.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        return path

    return make
