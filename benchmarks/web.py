"""Our figure callback, asked for the first time and again, beside a bare Dash callback that returns it ready made.

Same workers, in turn. For the first time means: 31 days that nobody has asked for since the server started, so nothing
of them is in its memory or its cache. Again means: the month that was asked for before, by somebody with the right.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice, repeat
from pathlib import Path

import numpy as np

from benchmarks.serving import Client, figure_of, figure_request, plain_dash, portal

Row = tuple[str, str, str, str, str]
CHART = "consumption-main"
# October 2026 has 31 days and the clock goes back in it: 31 x 96 + 4 intervals.
MONTH = {"period": "month", "date": "2026-10-15", "resolution": "fine"}
DAYS = 31
LENGTHS = (31, 30, 29)  # of own dates, longest first
FIRST, LAST = date(2026, 2, 16), date(2026, 11, 18)  # the world's readings
CLIENTS = 4
BARE = json.dumps({
    "output": "plain-graph.figure", "outputs": {"id": "plain-graph", "property": "figure"},
    "inputs": [{"id": "plain-button", "property": "n_clicks", "value": 1}], "changedPropIds": ["plain-button.n_clicks"],
})  # fmt: skip


@dataclass
class Side:
    """One of the two servers: its connections, the request and what was measured."""

    clients: list[Client]
    bodies: Iterator[str]
    alone_s: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def one(self) -> None:
        body = next(self.bodies)
        began = time.perf_counter()
        self.clients[0].callback(body)
        self.alone_s.append(time.perf_counter() - began)

    def together(self, requests: int) -> None:
        """All connections at once, `requests` on each."""
        work = [_sending(client, list(islice(self.bodies, requests))) for client in self.clients]
        began = time.perf_counter()
        threads = [threading.Thread(target=send) for send in work]
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


def _sending(client: Client, bodies: list[str]) -> Callable[[], None]:
    def work() -> None:
        for body in bodies:
            client.callback(body)

    return work


def _never_asked() -> Iterator[str]:
    """A request for own dates that nobody made before, 738 times."""
    for length in LENGTHS:
        for start in range((LAST - FIRST).days - length + 1):
            first = FIRST + timedelta(days=start)
            own = {
                "period": "custom",
                "date": first.isoformat(),
                "last": (first + timedelta(days=length - 1)).isoformat(),
            }
            yield figure_request(CHART, {**own, "resolution": "fine"})


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
                first, again = (
                    Side([Client(port, dict(signed.cookies)) for _ in range(CLIENTS)], bodies)
                    for bodies in (_never_asked(), repeat(request))
                )
                bare = Side([Client(bare_port) for _ in range(CLIENTS)], repeat(BARE))
                _measure([first, again, bare], rounds)
    points = len(figure["data"][0]["y"])
    for what, side in (
        (f"29 to 31 days, up to {DAYS * 96:,} points, for the first time", first),
        (f"a month, {points:,} points, again", again),
    ):
        yield _rate_row(what, side, bare)
        yield _time_row(what, side, bare)


def _measure(sides: list[Side], rounds: int) -> None:
    for side in sides:  # every worker and connection once before anything counts
        side.together(4)
        side.rates.clear()
    for number in range(rounds):
        for side in sides if number % 2 else reversed(sides):
            for _ in range(10):
                side.one()
            side.together(10)


def _rate_row(what: str, ours: Side, bare: Side) -> Row:
    return (
        f"figure of {what}, signed in; bare Dash callback with one ready made",
        f"{ours.rate:.0f} requests/s",
        f"{bare.rate:.0f} requests/s",
        f"{ours.rate / bare.rate:.2f}x",
        ">= 0.5x",
    )


def _time_row(what: str, ours: Side, bare: Side) -> Row:
    ratio = bare.p50_s / ours.p50_s
    return (
        f"the same, {what}, one connection, p50",
        f"{ours.p50_s * 1000:.1f} ms",
        f"{bare.p50_s * 1000:.1f} ms",
        f"{ratio:.2f}x",
        "-",
    )
