"""Our figure callback beside a bare Dash callback that returns the same figure ready made; same workers, in turn."""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.serving import Client, figure_of, figure_request, plain_dash, portal

Row = tuple[str, str, str, str, str]
CHART = "consumption-main"
# October 2026 has 31 days and the clock goes back in it: 31 x 96 + 4 intervals.
MONTH = {"period": "month", "date": "2026-10-15", "resolution": "fine"}
CLIENTS = 4
BARE = json.dumps({
    "output": "plain-graph.figure", "outputs": {"id": "plain-graph", "property": "figure"},
    "inputs": [{"id": "plain-button", "property": "n_clicks", "value": 1}], "changedPropIds": ["plain-button.n_clicks"],
})  # fmt: skip


@dataclass
class Side:
    """One of the two servers: its connections, the request and what was measured."""

    clients: list[Client]
    body: str
    alone_s: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def one(self) -> None:
        began = time.perf_counter()
        self.clients[0].callback(self.body)
        self.alone_s.append(time.perf_counter() - began)

    def together(self, requests: int) -> None:
        """All connections at once, `requests` on each."""
        began = time.perf_counter()
        threads = [threading.Thread(target=_repeat(client, self.body, requests)) for client in self.clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.rates.append(requests * len(self.clients) / (time.perf_counter() - began))

    @property
    def p50_s(self) -> float:
        return float(np.median(self.alone_s))

    @property
    def rate(self) -> float:
        return float(np.median(self.rates))


def _repeat(client: Client, body: str, requests: int) -> Callable[[], None]:
    def work() -> None:
        for _number in range(requests):
            client.callback(body)

    return work


def run(*, full: bool = False) -> Iterator[Row]:
    rounds = 12 if full else 5
    with tempfile.TemporaryDirectory(prefix="bench-web-") as name:
        folder = Path(name)
        with portal(folder) as port:
            signed = Client(port)
            signed.sign_in("consumer@demo.example", "demo-portal-2026")
            request = figure_request(CHART, MONTH)
            figure = figure_of(signed.plain_callback(request), CHART)
            page = {"layout": [], "figures": [], "callback_figure": figure}
            with plain_dash(folder, page) as bare_port:
                ours = Side([Client(port, dict(signed.cookies)) for _ in range(CLIENTS)], request)
                bare = Side([Client(bare_port) for _ in range(CLIENTS)], BARE)
                _measure(ours, bare, rounds)
    points = len(figure["data"][0]["y"])
    yield _rate_row(points, ours, bare)
    yield _time_row(points, ours, bare)


def _measure(ours: Side, bare: Side, rounds: int) -> None:
    for side in (ours, bare):  # every worker and connection once before anything counts
        side.together(4)
        side.rates.clear()
    for number in range(rounds):
        for side in (ours, bare) if number % 2 else (bare, ours):
            for _ in range(10):
                side.one()
            side.together(10)


def _rate_row(points: int, ours: Side, bare: Side) -> Row:
    what = f"figure of a month, {points:,} points, signed in, not cached; bare Dash callback with it ready made"
    return (
        what,
        f"{ours.rate:.0f} requests/s",
        f"{bare.rate:.0f} requests/s",
        f"{ours.rate / bare.rate:.2f}x",
        ">= 0.5x",
    )


def _time_row(points: int, ours: Side, bare: Side) -> Row:
    ratio = bare.p50_s / ours.p50_s
    what = f"the same, one connection, p50 ({points:,} points)"
    return what, f"{ours.p50_s * 1000:.1f} ms", f"{bare.p50_s * 1000:.1f} ms", f"{ratio:.2f}x", "-"
