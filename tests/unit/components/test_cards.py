"""Metric cards show one figure, and no figure where none is known."""

from __future__ import annotations

import pytest

from components import formats
from components.cards import Metric, delta, large_figure, metric, pair_bars, share_boxes, sparkline
from tests.unit.components.trees import attribute, by_class, by_type, classes, text_of


def _metric(**changes):
    return metric(Metric(**{"label": "This month", "figure": "197.9", "unit": "kWh", **changes}))


def test_a_metric_is_its_label_figure_and_unit():
    drawn = _metric(note="12 % less")
    assert text_of(by_class(drawn, "metric-label")) == "This month"
    assert text_of(by_class(drawn, "metric-value")) == "197.9kWh"
    assert text_of(by_class(drawn, "metric-note")) == "12 % less"


def test_the_unknown_has_no_unit():
    drawn = _metric(figure=formats.UNKNOWN)
    assert text_of(by_class(drawn, "metric-value")) == "–"
    assert by_class(drawn, "unit") == []


def test_points_and_commas_are_drawn_closer():
    assert text_of(large_figure("1,148.2")) == "1,148.2"
    assert [text_of(part) for part in by_class(large_figure("1,148.2"), "pt")] == [",", "."]


def test_with_an_address_the_card_is_a_link():
    (link,) = by_type(_metric(href="/consumption"), "Link")
    assert link.href == "/consumption"
    assert by_type(_metric(), "Link") == []


def test_bars_stand_in_proportion_to_the_highest():
    (spark,) = by_class(sparkline([2.0, None, 8.0, 0.0], "Use by day"), "spark")
    heights = [None if "gap" in classes(bar) else bar.style["height"] for bar in spark.children]
    # 2 / 8, a gap, 8 / 8, nothing used
    assert heights == ["25.0%", None, "100.0%", "0.0%"]
    assert (attribute(spark, "role"), attribute(spark, "aria-label")) == ("img", "Use by day")


def test_a_net_that_turns_shares_the_height_between_up_and_down():
    (spark,) = by_class(sparkline([2.0, -8.0], "Net by hour"), "spark")
    # half the height is 8 kWh: 2 / 8 of 50 % up, 8 / 8 of 50 % down
    assert [(bar.style["height"], "down" in classes(bar)) for bar in spark.children] == [
        ("12.5%", False),
        ("50.0%", True),
    ]


def test_what_usually_is_looks_unlike_what_is():
    (usual,) = by_class(_metric(spark=[1.0, 2.0], spark_label="Usual", is_spark_usual=True), "spark")
    (real,) = by_class(_metric(spark=[1.0, 2.0], spark_label="Real"), "spark")
    assert ("usual" in classes(usual), "usual" in classes(real)) == (True, False)


def test_a_box_is_filled_as_far_as_its_day_is_known():
    drawn = share_boxes([("Fr", 1.0), ("Sa", 0.75)], "Fri: 100 %, Sat: 75 %")
    assert text_of(drawn) == "FrSa"
    assert [("lacks" in classes(box), box.children.style["height"]) for box in by_class(drawn, "box")] == [
        (False, "100.0%"),
        (True, "75.0%"),
    ]
    assert (attribute(drawn, "role"), attribute(drawn, "aria-label")) == ("img", "Fri: 100 %, Sat: 75 %")


def test_two_bars_have_one_zero_and_name_their_figures():
    (first, second) = by_class(pair_bars([("2026", 75.0, "75 kWh"), ("2025", 100.0, "100 kWh")]), "pair-row")
    widths = [row.children[1].children.style["width"] for row in (first, second)]
    assert widths == ["75.0%", "100.0%"]  # 75 / 100 and the reference itself
    assert [row.children[2].children for row in (first, second)] == ["75 kWh", "100 kWh"]


def test_a_ring_is_drawn_for_a_share_and_never_beyond_the_whole():
    (ring,) = by_class(metric(Metric("Self-sufficiency", "102", "%", ring=1.02)), "ring")
    assert ring.style["--p"] == "100.0"


def test_a_gap_is_not_a_bar():
    (spark,) = by_class(sparkline([None, 1.0], "Use by day"), "spark")
    assert attribute(spark.children[0], "style") is None


def test_days_of_zero_have_no_height():
    (spark,) = by_class(sparkline([0.0, 0.0], "Use by day"), "spark")
    assert [bar.style["height"] for bar in spark.children] == ["0.0%", "0.0%"]


@pytest.mark.parametrize("values", [(), (None, None)])
def test_nothing_known_has_no_picture(values):
    assert by_class(_metric(spark=values), "spark") == []
    assert len(by_class(_metric(spark=(1.0, None)), "spark")) == 1


@pytest.mark.parametrize(("good", "tone"), [(True, "good"), (False, "flat"), (None, "flat")])
def test_only_good_news_is_green(good, tone):
    assert classes(delta("12 % less", good=good)) == ["delta", tone]
