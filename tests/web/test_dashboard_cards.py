"""The metric cards of an overview: few days look like few, heating has its season, incomplete readings say since when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from domain.calendar import Period, PeriodKind
from domain.energy.balance import UseSeries
from domain.energy.comparison import Comparison
from domain.energy.freshness import Freshness, Health
from pages.dashboard import _complete as complete
from pages.dashboard import _metrics as metrics
from pages.dashboard import _month as month
from pages.dashboard import _page as page
from pages.dashboard import _status as status
from services import dashboard
from services import portal as portals
from services.dashboard import DeviceState, Total
from services.sites import sites_of
from tests.unit.components.trees import text_of

NB = "\u00a0"
OCTOBER = Period.of(PeriodKind.MONTH, date(2026, 10, 1))


def days(first: str, energy_wh: list[int], missing: list[int]) -> UseSeries:
    """Days of 96 quarter-hours, of which some lack a few."""
    count = len(energy_wh)
    label = (np.datetime64(first) + np.arange(count)).astype("datetime64[s]")
    counts = np.zeros((count, 6), dtype=np.int64)
    counts[:, 5] = missing
    counts[:, 0] = 96 - counts[:, 5]
    return UseSeries(label, np.zeros(count, np.int8), np.array(energy_wh, np.int64), np.ones(count, bool), counts)


WEEK = "2026-11-13"  # the seven days before 20 November
WHOLE = days(WEEK, [7_000] * 7, [0] * 7)


@pytest.fixture
def view(world, viewer_in):
    """The consumer's overview at 12:07 on 20 November in Berlin."""
    with portals.using(world):
        viewer = viewer_in("consumer")
        return dashboard.site_dashboard(viewer, sites_of(viewer)[0])


def _with(view, *, last_days=WHOLE, health=Health.LIVE, last_end=datetime(2026, 11, 20, 10, 45, tzinfo=UTC)):
    live = replace(view.live, freshness=Freshness(health, last_end, None))
    return replace(view, last_days=last_days, live=live)


def test_three_days_stand_in_their_places_of_the_month():
    places = month.slots(days("2026-11-17", [5_000, 6_000, 7_000], [0, 0, 0]), 30)
    assert places[16:19] == [5.0, 6.0, 7.0]
    assert [value for place, value in enumerate(places) if place not in {16, 17, 18}] == [None] * 27


def test_a_stay_that_began_within_the_month_says_how_many_days_there_are():
    newcomer = Total(18_000, days("2026-11-17", [5_000, 6_000, 7_000], [0, 0, 0]), None, None)
    assert metrics.note(newcomer) == "3 whole days since 17 Nov"
    assert metrics.note(newcomer, "gas") == "3 whole days since 17 Nov"
    whole = Total(10_000, days("2026-11-01", [5_000, 5_000], [0, 0]), None, None)
    assert metrics.note(whole) == "up to yesterday"


def test_gas_is_compared_with_the_year_before_and_never_with_the_month_before():
    # 638.2 / 144.7 = 4.41 is the season; 638.2 / 452.7 = 1.41 is what the home did.
    october, year_ago = (Comparison(638_200, then_wh, OCTOBER, per_day=False) for then_wh in (144_700, 452_700))
    both = Total(638_200, days("2026-11-01", [319_100, 319_100], [0, 0]), october, year_ago)
    assert text_of(metrics.note(both, "gas")) == f"41{NB}% more than in the same days a year ago"
    assert text_of(metrics.note(both, "heat")) == f"41{NB}% more than in the same days a year ago"
    assert text_of(metrics.note(both)) == f"341{NB}% more than in the same days of last month"
    no_year = replace(both, last_year=None)
    assert metrics.note(no_year, "gas") == "heating follows the season, and there is no year before to compare with yet"


def test_a_late_site_says_how_far_it_is_and_that_nothing_is_to_be_done(view):
    # Seven days of 96 quarter-hours: 23 of 672 are missing, 96.6 % are there.
    late = _with(
        view, health=Health.LATE, last_end=datetime(2026, 11, 19, 17, 15, tzinfo=UTC),
        last_days=days(WEEK, [7_000] * 7, [0] * 6 + [23]),
    )  # fmt: skip
    card = complete.card(late)
    assert (card.figure, card.note) == ("96.6", "the last came yesterday, 18:15; the rest follows by itself")
    assert [share for _name, share in card.shares] == [1.0] * 6 + [1 - 23 / 96]
    assert card.href.endswith("period=day&date=2026-11-19")
    assert complete.is_worth_more(late)


def test_a_silent_site_says_what_to_do(view):
    silent = _with(view, health=Health.SILENT, last_end=datetime(2026, 11, 12, 8, 0, tzinfo=UTC))
    assert complete.card(silent).note == "nothing since 12 Nov, 09:00: please check that the meter or gateway has power"
    assert complete.card(_with(view, health=Health.NEVER, last_end=None)).note == "no reading yet"


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ([0] * 7, "of the last 7 days"),
        ([0, 36, 0, 0, 0, 0, 0], "36 readings of 14 Nov are missing; they are added if they still come"),
        ([0, 1, 0, 0, 0, 0, 0], "1 reading of 14 Nov is missing; it is added if it still comes"),
        ([4, 36, 0, 0, 0, 0, 0], "40 readings of 2 days are missing; they are added if they still come"),
    ],
)
def test_a_live_site_says_what_is_missing_of_which_day(view, missing, said):
    assert complete.card(_with(view, last_days=days(WEEK, [7_000] * 7, missing))).note == said


def test_without_readings_of_today_the_card_tells_the_usual_day(view):
    card = metrics.metrics(replace(view, today=replace(view.today, so_far_wh=None)))[0]
    usual = sum(view.today.usual_wh) / 1000
    assert card.note == f"no readings of today yet; usually {usual:.1f}{NB}kWh in all"
    assert (card.figure, card.is_spark_usual) == ("–", True)


def test_what_is_incomplete_comes_before_the_comparison_with_the_year_before(view):
    labels = [card.label for card in metrics.metrics(view)]
    assert labels == [
        "Consumption today", "This month", "Cost this month", "Gas this month", "Readings complete", "Against last year",
    ]  # fmt: skip
    assert not complete.is_worth_more(_with(view))


def test_of_many_silent_devices_the_gateway_is_named_and_the_others_are_counted(view):
    seen = datetime(2026, 11, 13, 8, 0, tzinfo=UTC)
    plugs = [DeviceState(f"Plug {n}", "plug", seen, is_offline=True) for n in range(4)]
    silent = replace(view.live, devices=(*plugs, DeviceState("Box", "gateway", seen, is_offline=True)))
    said = text_of(status.block(silent))
    assert "Box has not answered since 13 Nov, 09:00: please check its power and network." in said
    assert "4 more devices have not answered either." in said
    assert "Plug" not in said
    few = text_of(status.block(replace(view.live, devices=(plugs[0],))))
    assert "Plug 0 has not answered since 13 Nov, 09:00." in few


def test_a_month_of_late_readings_says_how_far_they_reach(view):
    late = _with(view, health=Health.LATE, last_end=datetime(2026, 11, 19, 17, 15, tzinfo=UTC))
    assert month.headline(late).endswith("as far as readings came: up to yesterday, 18:15.")
    assert month.headline(view).endswith("up to yesterday.")


def test_few_events_leave_the_wider_place_to_the_devices(view):
    plug = DeviceState("Plug", "plug", datetime(2026, 11, 20, 11, 0, tzinfo=UTC), is_offline=False)
    assert len(view.feed) > 2

    def widths(events, devices):
        live = replace(view.live, devices=(plug,) * devices)
        return [cell.className for cell in page._last_row(replace(view, feed=view.feed[:events], live=live)).children]

    assert widths(2, 3) == ["c8 two-lists", "c4"]
    assert widths(3, 3) == ["c4", "c8"]
    assert widths(2, 1) == ["c4", "c8"]
    assert widths(0, 0) == ["c12"]
