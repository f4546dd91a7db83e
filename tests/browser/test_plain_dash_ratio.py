"""The month page against the same frame, page and figures on plain Dash defaults, counted by one browser in one run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from auth.callbacks import ROUTER
from benchmarks.serving import Client, figure_of, figure_request, plain_dash
from tests.browser.driver import Browser
from tests.browser.test_page_weight import KB, cold_rows, keep, kinds_of, requests_of

QUERY = {"period": "month", "date": "2026-10-15"}
PATH, SEARCH = "/consumption", "?period=month&date=2026-10-15"


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every component in the JSON of a layout."""
    if isinstance(tree, list):
        for item in tree:
            yield from nodes(item)
    elif isinstance(tree, dict):
        if "props" in tree:
            yield tree
        for value in tree.values():
            yield from nodes(value)


def routed() -> str:
    """What the browser sends when it opens the page."""
    words = {"pathname": PATH, "search": SEARCH}
    return json.dumps({
        "output": ROUTER,
        "outputs": [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}],
        "inputs": [{"id": "_pages_location", "property": name, "value": value} for name, value in words.items()],
        "changedPropIds": ["_pages_location.pathname"],
    })  # fmt: skip


def page_of(client: Client) -> tuple[Any, int]:
    """Our own frame with the page and its figures in it, as plain Dash would be given them; and how many figures."""
    _status, content = client.send("GET", "/_dash-layout", headers={"Accept-Encoding": "identity"})
    frame = json.loads(content)
    answer = client.plain_callback(routed())
    given = {**answer.get("sideUpdate", {}), "_pages_content": answer["response"]["_pages_content"]}
    for node in list(nodes(frame)):
        node["props"].update(given.get(str(node["props"].get("id")), {}))
    charts = [node for node in nodes(frame) if node["props"].get("data-chart")]
    for node in charts:
        figure = figure_of(client.plain_callback(figure_request(node["props"]["id"], QUERY)), node["props"]["id"])
        node["props"]["children"] = {
            "type": "Graph", "namespace": "dash_core_components", "props": {"figure": figure},
        }  # fmt: skip
    return frame, len(charts)


def plain_rows(browser: Browser, folder: Path, frame: Any, charts: int) -> dict[str, int]:
    """One whole cold load of the plain page."""
    with plain_dash(folder, {"layout": frame, "figures": [], "callback_figure": {}}) as port:
        rows = cold_rows(browser, f"http://127.0.0.1:{port}/", charts)
        browser.driver.get("about:blank")  # or the server would wait for its connections
    return rows


@pytest.mark.usefixtures("compressed")
def test_a_cold_month_takes_an_eighth_of_plain_dash(browser: Browser, tmp_path: Path):
    """Plain Dash gets no style sheet and no font, which are in our bytes: the comparison is in its favour."""
    browser.sign_in("consumer")
    browser.size(1280, 4000)  # all charts are in view
    client = Client(urlsplit(browser.base_url).port or 80)
    client.sign_in("consumer@demo.example", "demo-portal-2026")
    frame, charts = page_of(client)
    assert charts >= 2
    ours = cold_rows(browser, browser.base_url + PATH + SEARCH, charts)
    browser.driver.get("about:blank")
    plain = plain_rows(browser, tmp_path, frame, charts)
    ratio = sum(plain.values()) / sum(ours.values())
    keep(
        "plain-dash-ratio", charts=charts, ratio=round(ratio, 2),
        ours_kb=round(sum(ours.values()) / KB, 1), ours_requests=requests_of(ours), ours_kinds_kb=kinds_of(ours),
        plain_kb=round(sum(plain.values()) / KB, 1), plain_requests=requests_of(plain), plain_kinds_kb=kinds_of(plain),
    )  # fmt: skip
    assert ratio >= 8
