"""The consumption pages over HTTP: every level of time, own dates, and any two periods."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from urllib.parse import quote

import numpy as np
import pytest

from components import formats
from domain.calendar import Period, PeriodKind
from domain.energy.balance import UseSeries
from pages.consumption._chart import hatched, stacks_of
from services import portal as portals
from services import sites, use
from services.consumption import Part
from tests.web.test_app import route
from tests.web.walk import call, draw, held_by


def _text(client, query):
    answer = route(client, "/consumption", f"?{query}")
    assert answer.status_code == 200
    text = json.dumps(answer.get_json(), ensure_ascii=False)
    assert "Something went wrong" not in text
    return text


def test_a_month_is_not_hatched_for_a_few_quarter_hours():
    # Of 96 quarter-hours two are a fiftieth and more, one is less; of 2,976 it takes 60. Corrected ones are known.
    rows = [
        [95, 1, 0, 0, 0, 0],
        [94, 1, 0, 0, 1, 0],
        [2973, 3, 0, 0, 0, 0],
        [2916, 0, 60, 0, 0, 0],
        [0, 0, 0, 96, 0, 0],
        [0] * 6,
    ]
    none = np.zeros(6, np.int64)
    series = UseSeries(none.astype("datetime64[s]"), none.astype(np.int8), none, none.astype(bool), np.array(rows))
    assert hatched(series) == [False, True, False, True, False, False]


@pytest.fixture
def client(sign_in):
    return sign_in("consumer")


def test_years_open_months_and_months_open_days(client):
    assert "/consumption?period=year&date=2026-01-01" in _text(client, "period=all")
    assert "/consumption?period=month&date=2026-10-01" in _text(client, "period=year&date=2026-05-05")
    assert "/consumption?period=day&date=2026-10-25" in _text(client, "period=month&date=2026-10-05")


def test_own_dates_keep_their_end_in_every_view(client):
    text = _text(client, "period=custom&date=2026-10-03&last=2026-10-12")
    assert "3 Oct – 12 Oct 2026" in text
    for view in ("meter", "phase", "appliance", "compare"):
        assert f"period=custom&date=2026-10-03&last=2026-10-12&view={view}" in text


def test_two_own_periods_are_compared(client):
    query = (
        "view=compare&period=custom&date=2026-10-05&last=2026-10-11&compare=own&then=2026-09-28&then_last=2026-10-04"
    )
    text = _text(client, f"{query}&align=weekday")
    assert "5 Oct to 11 Oct 2026" in text
    assert "28 Sep to 4 Oct 2026" in text
    assert "7 rows" in text


def test_a_meter_is_listed_while_it_stood_there(client):
    # The meter was exchanged 265 days before the tiny world's today, 20 November: on 28 February.
    assert _text(client, "view=meter&period=month&date=2026-02-20").count("until 28 Feb 2026") >= 1
    october = _text(client, "view=meter&period=month&date=2026-10-05")
    assert "until 28 Feb 2026" not in october
    assert "since 28 Feb 2026" in october
    assert october.index("From the grid") < october.index("L1") < october.index("Washing machine")


def test_names_of_the_demo_world_are_german_for_germans(client):
    client.set_cookie("portal_locale", "de")
    text = _text(client, "view=meter&period=month&date=2026-10-05")
    assert "Waschmaschine und Trockner" in text
    assert "Washing machine" not in text


def test_heating_is_compared_with_another_season_only_if_asked_and_then_says_so(client):
    said = "Heating follows the season: the same days a year ago say more about you."
    week = "commodity=gas&period=custom&date=2026-11-09&last=2026-11-15&compare=own"
    for view in ("", "&view=compare"):
        near = _text(client, f"{week}&then=2026-11-02&then_last=2026-11-08{view}")  # 7 days apart: the same season
        assert "than from 2 Nov to 8 Nov 2026." in near
        assert said not in near
        far = _text(client, f"{week}&then=2026-10-05&then_last=2026-10-11{view}")  # 35 days apart
        assert "than from 5 Oct to 11 Oct 2026." not in far
        assert said in far
    running = _text(client, "commodity=gas&compare=previous")
    assert said in running
    assert said not in _text(client, "compare=previous")  # electricity
    assert "vs November 2025" in _text(client, "commodity=gas&view=compare")
    assert "vs October 2026" in _text(client, "view=compare")


def test_the_form_of_a_comparison_is_folded_until_it_is_needed(client):
    folded = _text(client, "view=compare&period=month&date=2026-10-05")
    assert "October 2026 against September 2026" in folded
    assert "Choose other days" in folded
    assert "Choose other days" not in _text(client, "view=compare&period=custom&compare=own&date=2026-10-05&last=no")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("date=2026-10-05&last=2026-10-01&then=2026-09-01&then_last=2026-09-05", "Last day: it lies before the first day."),
        ("date=2026-10-01&last=2026-10-05&then=&then_last=2026-09-05", "First day to compare with: this is not a date."),
        ("date=1800-10-01&last=2026-10-05&then=2026-09-01&then_last=2026-09-05", "First day: choose a day between"),
        ("date=2026-10-01&last=2026-10-05&then=2027-09-01&then_last=2027-09-05", "First day to compare with: it has not come yet."),
    ],
)  # fmt: skip
def test_a_wrong_date_names_its_field(client, query, sentence):
    assert sentence in _text(client, f"view=compare&period=custom&compare=own&{query}")


ODD = ("0001-01-01", "9999-12-31", "x", "\x00")
OWN = "&view=compare&period=custom&date=2026-10-05&last=2026-10-11"
KEYS = {
    "/consumption": (
        "site", "view", "period", "date", "last", "compare", "then", "then_last", "commodity", "resolution", "align",
        "known",
    ),
    "/consumption/export": ("site", "first", "last", "format", "resolution", "register", "problem"),
}  # fmt: skip


@pytest.mark.parametrize(("page", "key"), [(page, key) for page, keys in KEYS.items() for key in keys])
def test_no_address_is_an_accident(client, page, key):
    """Each odd word alone; and, where it may be a date, beside own dates that are compared."""
    for word in ODD:
        for rest in ("", OWN) if page == "/consumption" else ("",):
            answer = route(client, page, f"?{key}={quote(word)}{rest}")
            assert answer.status_code == (404 if key == "site" else 200), (word, rest)
            assert "Something went wrong" not in answer.get_data(as_text=True), (word, rest)


def test_wrong_own_dates_are_said_on_the_overview(client):
    assert "Last day: it lies before the first day." in _text(client, "period=custom&date=2026-10-05&last=2026-10-01")


def test_small_parts_together_are_a_gap_where_none_of_them_is_known():

    def part(name, energy, known):
        label = np.datetime64("2026-10-01", "s") + np.arange(3) * np.timedelta64(1, "D")
        counts = np.zeros((3, 6), dtype=np.int64)
        series = UseSeries(label, np.zeros(3, np.int8), np.array(energy), np.array(known), counts)
        return Part(name, "other", series)

    yes, no = [True, True, True], [True, True, False]
    large = [part("a", [900, 900, 900], yes), part("b", [800, 800, 800], yes)]
    small = [part("c", [100, 200, 0], no), part("d", [30, 0, 0], [True, False, False])]
    shown = stacks_of(large[0].series, [*large, *small])[-1]
    # Day 1: 100 + 30 Wh; day 2: 200 Wh of the one that is known; day 3: nobody knows, which is no zero.
    assert (shown.name, shown.values_kwh) == ("Other devices", [0.13, 0.2, None])


def test_demo_data_is_said_in_a_sentence(client):
    text = _text(client, "period=month&date=2026-10-05")
    assert "Demo data: these readings are simulated" in text
    assert "Demo simulator" not in text


@pytest.fixture
def without_feed_in(monkeypatch):
    """The homes' export registers are taken away: solar production has no known destination."""
    load = sites.sites_of

    def blind(viewer):
        found = load(viewer)
        return [replace(site, registers=tuple(r for r in site.registers if r.flow != "export")) for site in found]

    monkeypatch.setattr(sites, "sites_of", blind)


@pytest.mark.usefixtures("without_feed_in")
@pytest.mark.parametrize("view", ["overview", "compare"])
def test_without_a_feed_in_meter_only_the_grid_is_told(sign_in, view):
    client = sign_in("prosumer")
    text = _text(client, f"view={view}&period=month&date=2026-10-05")
    assert "Home use cannot be computed" in text
    assert "Taken from the grid in October 2026:" in text
    assert "You used" not in text
    assert "Something went wrong" not in route(client, "/dashboard").get_data(as_text=True)


@pytest.mark.usefixtures("without_feed_in")
def test_without_a_feed_in_meter_the_devices_are_told_without_shares(sign_in):
    text = _text(sign_in("prosumer"), "view=appliance&period=month&date=2026-10-05")
    assert "How much the whole home used is not known here, so no shares and no remainder are shown." in text
    assert "Devices and what they took" in text
    assert "Not tracked" not in text
    assert '"Share"' not in text


def _bars(client, app, chart, query):
    """Sums of the chart's stacks by bucket, in kWh."""
    held = held_by(draw(client, "/consumption", f"?{query}"))
    answer = call(client, app, f"{chart}.children", {**held, f"{chart}-seen.data": "light"}).get_json()
    traces = answer["response"][chart]["children"]["props"]["figure"]["data"]
    return [trace["y"] for trace in traces if trace["type"] == "bar"]


def test_the_phases_of_each_day_add_up_to_what_came_from_the_grid(client, app):
    # A home without solar: what it used is what it took, and the three phases are parts of that.
    phases = _bars(client, app, "consumption-phase", "view=phase&period=month&date=2026-10-15&compare=none")
    total = _bars(client, app, "consumption-main", "period=month&date=2026-10-15&compare=none")
    assert len(phases) == 3
    for day in range(31):
        assert sum(part[day] for part in phases) == pytest.approx(sum(part[day] for part in total), abs=0.003)


def test_devices_and_the_remainder_add_up_to_the_use_of_each_day(client, app):
    devices = _bars(client, app, "consumption-appliance", "view=appliance&period=month&date=2026-10-15")
    total = _bars(client, app, "consumption-main", "period=month&date=2026-10-15&compare=none")
    for day in range(31):
        assert sum(part[day] for part in devices) == pytest.approx(sum(part[day] for part in total), abs=0.003)


def test_devices_that_sent_nothing_are_named(client):
    # No reading at all between April and September in the small world.
    text = _text(client, "view=appliance&period=month&date=2026-06-15")
    assert "Nothing in this period" in text


def test_phases_say_when_they_were_furthest_apart(client):
    text = _text(client, "view=phase&period=month&date=2026-10-15")
    assert "Evenly loaded phases carry a third each. Furthest apart: " in text
    assert "Phases by time" in text


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("view=phase&period=month&date=2026-06-15", "Nothing in this period"),  # the small world has no summer
        ("view=phase&commodity=gas", "No phases"),
    ],
)
def test_a_period_without_phases_says_which_it_is(client, query, title):
    assert title in _text(client, query)


def test_the_least_day_of_a_meter_is_a_whole_one(sign_in, world, viewer_in):
    # The tiny world's today is Friday 20 November at 12:07: half a day is no least day.
    with portals.using(world):
        viewer = viewer_in("consumer")
        site = sites.sites_of(viewer)[0]
        register = next(one for one in site.registers if one.flow == "import")
        meter = next(one for one in site.meters if register.id in one.register_ids and one.removed_utc is None)
        days = use.series(viewer, site, [(register.id, 1)], Period.of(PeriodKind.MONTH, date(2026, 11, 20)), "day")
    whole = [int(wh) for wh, counts in zip(days.energy_wh[:19], days.counts[:19], strict=True) if not counts[5]]
    least, today = min(whole), int(days.energy_wh[19])
    assert today < least
    answer = route(sign_in("consumer"), f"/consumption/{meter.public_id}", "?period=month")
    said = json.dumps(answer.get_json(), ensure_ascii=False)
    assert f"least {formats.kwh(least, 2)} (" in said
