"""The pages of the five published sources in a real browser: drawn, quiet, and with the sums of the source files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tests.browser.driver import Browser
from tests.factories import real
from tests.factories.real import Pair, RealWorld
from tests.factories.server import serving

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not real.IS_THERE, reason=real.WHY_SKIPPED)]
# What a home used is what it took from the grid and made, less what it gave away; each day of each register is rounded once.
USED = """
    SELECT sum(sign * wh)::BIGINT FROM (
        SELECT s.series_id, CASE channel WHEN 'grid_export' THEN -1 ELSE 1 END AS sign, (ts_utc AT TIME ZONE tz)::DATE AS day,
            round(sum(value::DECIMAL(18, 9) * 1000), 0)::BIGINT AS wh
        FROM read_parquet($readings) r JOIN read_parquet($series) s USING (series_id)
        WHERE NOT derived AND channel IN ('grid_import', 'grid_export', 'pv_production')
            AND customer_id = (SELECT customer_id FROM read_parquet($series) WHERE series_id = $name)
        GROUP BY s.series_id, channel, day HAVING date_trunc($kind, day) = $first)
"""
BARS = "return document.querySelectorAll('main .js-plotly-plot .bars .point').length"
HOMES = [  # the import series of a home, and a month of it
    Pair("opsd_konstanz", "opsd_res4_grid_import", "Europe/Berlin", date(2016, 10, 1)),
    Pair("sgsc_nsw", "sgsc_10006414", "Australia/Sydney", date(2013, 4, 1)),
    Pair("opendsm_uk", "uk_elec_0", "Europe/London", date(2021, 3, 1)),
    Pair("uci_household", "uci_total", "Europe/Paris", date(2008, 3, 1)),
    Pair("nmecr_school", "school_1", "America/Los_Angeles", date(2018, 11, 1)),
]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory, _chromium: Browser) -> Iterator[tuple[RealWorld, Browser]]:
    with (
        real.real_homes(tmp_path_factory.mktemp("real")) as world,
        serving(world.portal.config, world.folder, has_worker=False) as url,
    ):
        yield world, Browser(_chromium.driver, url, _chromium.shots)


def used(pair: Pair, kind: str) -> str:
    """What the home of a series used in the period, as the pages write it; from the source files alone."""
    files = {name: str(real.SHARED / pair.dataset / f"{name}.parquet") for name in ("readings", "series")}
    first = pair.month if kind == "month" else pair.month.replace(month=1)
    row = real.source().execute(USED, {**files, "name": pair.series, "kind": kind, "first": first}).fetchone()
    return written(row[0] if row else 0)


def written(wh: int) -> str:
    return f"{wh / 1e6:,.2f}\u00a0MWh" if wh >= 10_000_000 else f"{wh / 1000:,.1f}\u00a0kWh"


@pytest.mark.parametrize("pair", HOMES, ids=lambda pair: pair.dataset)
def test_the_pages_of_a_real_home(homes, pair):
    world, browser = homes
    viewer, site, register = world.resident(pair)
    meter = next(m for m in site.meters if register.id in m.register_ids)
    imported = written(sum(wh for wh, _count in world.days(pair).values()))
    browser.fresh()
    browser.size(1280)
    browser.sign_in(viewer.email.partition("@")[0])
    addresses = {
        f"/consumption?period=month&date={pair.month}": used(pair, "month"),
        f"/consumption?period=year&date={pair.month}": used(pair, "year"),
        f"/consumption/{meter.public_id}?period=month&date={pair.month}&register={register.public_id}": imported,
    }
    for number, (address, energy) in enumerate(addresses.items()):
        browser.get(address)
        assert energy in browser.find("main .headline").get_attribute("textContent"), address
        browser.wait(lambda: browser.driver.execute_script(BARS), f"the bars of {address}")
        browser.screenshot(f"real-{pair.dataset}-{number}")
    assert browser.console_errors() == []
