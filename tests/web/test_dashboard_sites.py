"""The picture that compares sites: what each is measured by, what it lacks, and who is silent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from domain.energy.freshness import Freshness, Health
from pages.dashboard import _several as several
from pages.dashboard import _sites_chart as chart
from services import dashboard
from services import portal as portals
from tests.unit.components.trees import by_class, text_of
from tests.web.test_app import route

LAST = datetime(2026, 11, 3, 13, 15, tzinfo=UTC)  # 14:15 in Berlin


@pytest.fixture
def rows(world, viewer_in):
    with portals.using(world):
        return dashboard.overview_rows(viewer_in("business"))


def said(row):
    return text_of(chart.bar(row).note)


def test_a_bar_is_the_month_and_its_mark_the_same_days_of_the_last_one(rows):
    for row in rows:
        bar, then = chart.bar(row), row.month.previous
        assert bar.total == row.month.so_far_wh
        assert (bar.compared, bar.then) == ((then.now_wh, then.then_wh) if then else (None, None))


def test_a_silent_site_is_a_gap_with_a_sentence(rows):
    row = rows[0]
    days = replace(row.month.days, is_known=np.zeros(len(row.month.days), bool))
    silent = replace(
        row, month=replace(row.month, so_far_wh=None, previous=None, days=days),
        freshness=Freshness(Health.SILENT, LAST, None),
    )  # fmt: skip
    assert chart.bar(silent).total is None
    assert said(silent) == "silent since 3 Nov, 14:15: please check that the meter or gateway has power"
    assert "No readings" in text_of(chart.chart([silent, rows[1]]))
    assert said(replace(silent, freshness=Freshness(Health.NEVER, None, None))) == "has not sent anything yet"


def test_what_a_month_is_made_of_is_told(rows):
    row = rows[0]
    counts = np.zeros((1, 6), dtype=np.int64)
    counts[0] = [90, 5, 0, 0, 0, 5]  # of 100 intervals 5 are estimated and 5 missing
    one = replace(row.month.days, label=row.month.days.label[:1], fold=row.month.days.fold[:1],
                  energy_wh=row.month.days.energy_wh[:1], is_known=row.month.days.is_known[:1], counts=counts)  # fmt: skip
    told = replace(row, month=replace(row.month, days=one, previous=None), freshness=Freshness(Health.LATE, LAST, None))
    assert chart.bar(told).is_estimated
    assert said(told) == (
        "no complete days to compare with5\u00a0% estimated5\u00a0% of the readings missinglate: data up to 3 Nov, 14:15"
    )


def test_many_sites_leave_the_small_ones_to_an_open_table(rows):
    many = [replace(rows[0], month=replace(rows[0].month, so_far_wh=1000 * n)) for n in range(1, 15)]
    drawn = chart.chart(many)
    figures = [text_of(figure) for figure in by_class(drawn, "fig")]
    assert (len(figures), figures[0], figures[-1]) == (12, "14.0\u00a0kWh", "3.0\u00a0kWh")
    assert "2 smaller sites are in the table alone." in text_of(drawn)
    card = several._sites_card(many, many)
    assert by_class(card, "table-toggle")[0].open is True
    assert getattr(by_class(several._sites_card(rows, rows), "table-toggle")[0], "open", None) is None


def test_the_overview_of_several_has_picture_and_table(sign_in, rows):
    text = json.dumps(route(sign_in("business"), "/dashboard").get_json(), ensure_ascii=False)
    for part in (
        "site-bars",
        "November 2026 so far",
        "October 2026, same days",
        "Show as table",
        "Your sites this month",
    ):
        assert part in text, part


def test_the_hours_and_days_of_all_sites_are_added_up(rows):
    hours = several._today_hours(rows)
    assert sum(value for value in hours if value) == pytest.approx(sum(row.today.total_wh for row in rows) / 1000)
    days = several._days(rows)
    whole = [row.month.days for row in rows]
    # 1 November is whole at both sites: their sums together.
    assert days[0] == pytest.approx(sum(int(day.energy_wh[0]) for day in whole) / 1000)
    assert (len(days), days[19:]) == (30, [None] * 11)  # today and the days to come
