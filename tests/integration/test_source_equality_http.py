"""Real homes over HTTP: page, chart data and every export equal the published files to the Wh."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow.parquet as pq
import pytest

from domain.calendar import add_months
from tests.factories import real
from tests.factories.real import HOURLY_CHANGES, QUARTER_HOURS, Pair, random_pairs
from tests.factories.server import Visitor, components, serving, words

pytestmark = [pytest.mark.shared, pytest.mark.skipif(not real.IS_THERE, reason=real.WHY_SKIPPED)]
ALL = random_pairs() + HOURLY_CHANGES + QUARTER_HOURS
FORMATS = ("csv", "xlsx", "parquet", "json")
CLOCK_CHANGES = [  # site, day, readings on it
    (Pair("opsd_konstanz", "opsd_res4_pv", "Europe/Berlin", date(2016, 3, 1)), date(2016, 3, 27), 23),
    (Pair("opsd_konstanz", "opsd_res4_pv", "Europe/Berlin", date(2016, 10, 1)), date(2016, 10, 30), 25),
    (QUARTER_HOURS[0], date(2026, 3, 29), 92),
    (QUARTER_HOURS[1], date(2026, 10, 25), 100),
    (QUARTER_HOURS[2], date(2026, 3, 29), 96),  # Kathmandu has no summer time
]


@pytest.fixture(scope="module")
def visitors(real_homes):
    """`visitors("opsd-3@demo.example")` has signed in through the form of a running server."""
    known: dict[str, Visitor] = {}
    with serving(real_homes.portal.config, real_homes.folder, has_worker=False) as url:

        def signed_in(email):
            if email not in known:
                known[email] = Visitor(url)
                known[email].sign_in(email)
            return known[email]

        yield signed_in
        for visitor in known.values():
            visitor.http.close()  # an open connection keeps the server from ending


def ask_meter(real_homes, visitors, pair, **query):
    """The meter's page and its chart: the Wh of the page's table, and the figure as the browser gets it."""
    viewer, site, register = real_homes.resident(pair)
    meter = next(m for m in site.meters if register.id in m.register_ids)
    visitor = visitors(viewer.email)
    asked = urlencode({"register": register.public_id, **query})
    page = visitor.page(f"/consumption/{meter.public_id}", f"?{asked}")
    rows = [[words(cell) for cell in row["children"]] for row in components(page, "Tr")]
    if not rows:
        return [], []
    column = rows[0].index("Energy")
    state = next(store["data"] for store in components(page, "Store") if store["id"] == "meter-state")
    return [row[column] for row in rows[1:]], visitor.figure("meter-main", "meter-state", state)["data"]


def whole_wh(texts):
    """`1,148.250 kWh` as 1,148,250 Wh; rows without a reading are left out."""
    figures = [text.removesuffix("\u00a0kWh").replace(",", "") for text in texts]
    return [round(float(figure) * 1000) for figure in figures if figure not in {"–", ""}]


def drawn_wh(traces, interval_s=None):
    """Bars are kWh, lines are kW of an interval; three decimals of either are whole Wh again.

    Ends of steps, dots of lone readings and areas repeat values of the line and have no hover label.
    """
    traces = [trace for trace in traces if trace.get("hoverinfo") != "skip"]
    assert len(traces) == 1
    hours = interval_s / 3600 if interval_s else 1
    return [round(value * 1000 * hours) for value in traces[0]["y"] if value is not None]


@pytest.mark.parametrize("pair", ALL, ids=str)
def test_the_page_and_its_chart_equal_the_source(real_homes, visitors, pair):
    days = [wh for wh, _count in real_homes.days(pair).values()]
    intervals = [wh for _start, wh in real_homes.intervals(pair)]
    interval_s = real_homes.resident(pair)[2].interval_s
    query = {"period": "month", "date": pair.month.isoformat()}

    shown, traces = ask_meter(real_homes, visitors, pair, **query)
    assert drawn_wh(traces) == days if days else traces == []
    assert len(whole_wh(shown)) == len(days)

    shown, traces = ask_meter(real_homes, visitors, pair, **query, resolution="fine")
    assert whole_wh(shown) == intervals
    assert drawn_wh(traces, interval_s) == intervals if intervals else traces == []


@pytest.mark.parametrize(("pair", "day", "count"), CLOCK_CHANGES, ids=str)
def test_a_day_on_which_the_clocks_change_is_drawn_whole(real_homes, visitors, pair, day, count):
    of_day = [
        wh
        for start_s, wh in real_homes.intervals(pair)
        if datetime.fromtimestamp(start_s, UTC).astimezone(ZoneInfo(pair.zone_name)).date() == day
    ]
    shown, traces = ask_meter(real_homes, visitors, pair, period="day", date=day.isoformat())
    assert len(of_day) == count
    assert whole_wh(shown) == of_day
    assert drawn_wh(traces, real_homes.resident(pair)[2].interval_s) == of_day


def rows_of(kind, content):
    """`(UTC start in s, Wh)` of an export, read as the reader of its format reads it."""
    if kind == "csv":
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        return [(_epoch(row["Start (UTC)"]), int(row["Energy in Wh"])) for row in rows]
    if kind == "json":
        return [(_epoch(row["start_utc"]), row["energy_wh"]) for row in json.loads(content)["rows"]]
    if kind == "parquet":
        table = pq.read_table(io.BytesIO(content), columns=["start_utc", "energy_wh"])
        return [(int(row["start_utc"].timestamp()), row["energy_wh"]) for row in table.to_pylist()]
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True)["Readings"]
    head, *rows = sheet.iter_rows(values_only=True)
    start, energy = head.index("Start (UTC)"), head.index("Energy in Wh")
    return [(_epoch(row[start]), row[energy]) for row in rows if row[energy] is not None]


def _epoch(value):
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


@pytest.mark.parametrize("pair", ALL, ids=str)
def test_every_export_equals_the_source(real_homes, visitors, pair):
    viewer, site, register = real_homes.resident(pair)
    days, intervals = real_homes.days(pair), real_homes.intervals(pair)
    last = add_months(pair.month, 1) - timedelta(days=1)
    asked = {"site": site.public_id, "register": register.public_id, "first": str(pair.month), "last": str(last)}
    for kind in FORMATS:
        content = visitors(viewer.email).download(**asked, format=kind, resolution="interval")
        assert rows_of(kind, content) == intervals, kind
    kind = FORMATS[pair.month.month % 4]  # the writers are the same for days: one of them each
    content = visitors(viewer.email).download(**asked, format=kind, resolution="day")
    assert [wh for _start, wh in rows_of(kind, content)] == [wh for wh, _count in days.values()]
