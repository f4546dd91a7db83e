"""Sites are compared on one scale; what is not known is an empty place, never a bar of zero."""

from __future__ import annotations

from components.site_bars import SiteBar, site_bars
from tests.unit.components.trees import by_class, by_type, classes, text_of

ROWS = [
    SiteBar("Bakery", "/dashboard/site-a", "300.0 kWh", 300.0, compared=240.0, then=400.0, note="40 % less"),
    SiteBar("Office", "/dashboard/site-b", "100.0 kWh", 100.0, is_estimated=True),
    SiteBar("Shop", "/dashboard/site-c", "–", None, note="has not sent anything yet"),
]


def test_lengths_are_shares_of_the_largest_of_both_periods():
    bakery, office, _shop = site_bars(ROWS).children
    # 400 is the whole width: 240 / 400, the 60 that have no partner / 400, and 100 / 400.
    assert [bar.style["width"] for bar in by_class(bakery, "bar")] == ["60.0%", "15.0%"]
    assert ["pale" in classes(bar) for bar in by_class(bakery, "bar")] == [False, True]
    assert by_class(bakery, "then")[0].style["left"] == "100.0%"
    (only,) = by_class(office, "bar")
    assert (only.style["width"], "est" in classes(only)) == ("25.0%", True)


def test_the_unknown_is_an_empty_place_with_its_sentence():
    shop = site_bars(ROWS).children[2]
    assert "none" in classes(by_class(shop, "track")[0])
    assert by_class(shop, "bar") == []
    assert text_of(shop) == "Shophas not sent anything yet–"


def test_each_name_leads_to_its_site_and_each_figure_is_text():
    drawn = site_bars(ROWS)
    assert [link.href for link in by_type(drawn, "Link")] == [row.href for row in ROWS]
    assert [text_of(figure) for figure in by_class(drawn, "fig")] == ["300.0 kWh", "100.0 kWh", "–"]


def test_nothing_known_at_all_is_no_accident():
    assert by_class(site_bars([ROWS[2]]), "bar") == []
