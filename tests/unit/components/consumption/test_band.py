"""The band places a home among its group, in boxes and in words."""

from __future__ import annotations

import pytest

from components.consumption.band import band, headline
from domain.energy.benchmark import Standing
from tests.unit.components.trees import attribute, by_class, by_type, text_of

NB = "\u00a0"


def _standing(own_wh, top_wh=1_000_000.0):
    return Standing(
        own_wh, count=20, fifth_wh=200_000.0, quarter_wh=250_000.0, median_wh=400_000.0, three_quarters_wh=500_000.0,
        top_wh=top_wh, percentile=0.25,
    )  # fmt: skip


def _share(tree, name, key):
    (mark,) = by_class(tree, name)
    return float(mark.style[key].removesuffix("%"))


@pytest.mark.parametrize(
    ("own_wh", "sentence"),
    [
        (300_000, f"You used 25{NB}% less than the typical home of your group."),  # 300 / 400 = 0.75
        (440_000, f"You used 10{NB}% more than the typical home of your group."),  # 440 / 400 = 1.1
        (402_000, "You used as much as the typical home of your group."),  # 0.5 %
        (398_000, "You used as much as the typical home of your group."),
    ],
)
def test_the_headline_compares_with_the_median(own_wh, sentence):
    assert headline(_standing(own_wh), is_home=True) == sentence


def test_a_business_is_compared_with_businesses():
    assert headline(_standing(300_000), is_home=False).endswith("less than the typical business of your group.")


def test_marks_stand_where_the_figures_are():
    # The scale ends at 1.02 * 1,000 kWh.
    drawn = band(_standing(300_000))
    assert _share(drawn, "band-own", "left") == pytest.approx(100 * 300 / 1020, abs=0.01)
    assert _share(drawn, "band-median", "left") == pytest.approx(100 * 400 / 1020, abs=0.01)
    assert _share(drawn, "band-fifth", "width") == pytest.approx(100 * 200 / 1020, abs=0.01)
    assert _share(drawn, "band-half", "left") == pytest.approx(100 * 250 / 1020, abs=0.01)
    assert _share(drawn, "band-half", "width") == pytest.approx(100 * (500 - 250) / 1020, abs=0.01)


def test_a_home_above_all_others_stays_on_the_scale():
    drawn = band(_standing(2_000_000))
    assert _share(drawn, "band-own", "left") == pytest.approx(100 / 1.02, abs=0.01)


def test_a_group_that_used_nothing_is_drawn():
    nothing = Standing(0, 20, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert _share(band(nothing), "band-own", "left") == 0
    assert headline(nothing, is_home=True) == "You used as much as the typical home of your group."


def test_the_words_say_what_the_boxes_show():
    drawn = band(_standing(300_000))
    names = [text_of(name) for name in by_type(drawn, "Dt")]
    values = [text_of(value) for value in by_type(drawn, "Dd")]
    assert dict(zip(names, values, strict=True)) == {
        "You": f"300.0{NB}kWh",
        "Median": f"400.0{NB}kWh",
        "Efficient fifth, below": f"200.0{NB}kWh",
        "Middle half": f"250.0{NB}kWh – 500.0{NB}kWh",
        "Used less than you": f"25{NB}%",
    }
    assert attribute(by_class(drawn, "band")[0], "aria-hidden") == "true"
