"""A chart has its place before it has its figure."""

from __future__ import annotations

from components.charts import chart_slot, graph
from components.theme import THEMES, base_layout
from tests.unit.components.trees import attribute, by_class, by_type, nodes


def _slot():
    return chart_slot("use-days", summary="Use by day. Highest: 9 kWh.", height_px=320, height_phone_px=200)


def test_a_slot_has_its_height_on_both_screens():
    assert _slot().style == {"--chart-h": "320px", "--chart-h-phone": "200px"}


def test_a_slot_says_what_the_picture_shows():
    (box,) = by_class(_slot(), "chart-slot")
    assert box.id == "use-days"
    assert (attribute(box, "role"), attribute(box, "aria-label")) == ("img", "Use by day. Highest: 9 kWh.")
    assert attribute(box, "data-chart") == "use-days"


def test_a_slot_waits_to_be_seen():
    (store,) = by_type(_slot(), "Store")
    assert store.id == "use-days-seen"
    assert attribute(store, "data") is None
    assert by_type(_slot(), "Graph") == []
    assert len(by_class(_slot(), "sk")) == 1


def test_a_graph_takes_the_height_of_its_slot():
    figure = {"data": [], "layout": base_layout(THEMES["light"], height=300)}
    drawn = graph(figure)
    assert "height" not in drawn.figure["layout"]
    assert figure["layout"]["height"] == 300  # the figure given is left as it was
    assert drawn.config["displayModeBar"] is False


def test_a_graph_has_an_id_only_if_it_needs_one():
    figure = {"data": [], "layout": base_layout(THEMES["light"])}
    assert attribute(graph(figure), "id") is None
    assert attribute(graph(figure, graph_id="use-graph"), "id") == "use-graph"
    assert list(nodes(graph(figure)))
