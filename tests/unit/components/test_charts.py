"""A chart has its place before it has its figure."""

from __future__ import annotations

import numpy as np
import orjson

from components.charts import chart_slot, graph
from components.theme import THEMES, base_layout
from tests.unit.components.trees import attribute, by_class, by_type


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
    drawn = graph(figure)["props"]
    assert "height" not in drawn["figure"]["layout"]
    assert figure["layout"]["height"] == 300  # the figure given is left as it was
    assert drawn["config"]["displayModeBar"] is False


def test_a_graph_has_an_id_only_if_it_needs_one():
    figure = {"data": [], "layout": base_layout(THEMES["light"])}
    assert "id" not in graph(figure)["props"]
    assert graph(figure, graph_id="use-graph")["props"]["id"] == "use-graph"


def test_a_graph_is_plain_values_that_the_json_writer_takes_as_they_are():
    figure = {"data": [{"y": np.array([0.25, np.nan])}], "layout": base_layout(THEMES["light"])}
    written = orjson.loads(orjson.dumps(graph(figure), option=orjson.OPT_SERIALIZE_NUMPY))
    assert (written["type"], written["namespace"]) == ("Graph", "dash_core_components")
    assert written["props"]["figure"]["data"] == [{"y": [0.25, None]}]  # a gap is null
