"""Prometheus figures of the web server, summed over gunicorn's workers when they share a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, eq=False)
class Figure(Collector):
    """A gauge read at the moment of asking: its values by the values of its labels.

    Not a `Gauge`, which would leave a file per process when gunicorn's workers share a folder.
    """

    name: str
    help: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily(self.name, self.help, labels=self.labels)
        for labels, value in self.values.items():
            family.add_metric(labels, value)
        yield family


class Metrics:
    """Requests by route and status, their durations, and errors by kind; never by person."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "portal_requests", "Answered requests.", ["method", "route", "status"], registry=self.registry
        )
        self.duration_s = Histogram(
            "portal_request_seconds", "Time to answer.", ["route"], buckets=BUCKETS_S, registry=self.registry
        )
        self.errors = Counter("portal_errors", "Unexpected errors shown to people.", ["where"], registry=self.registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        self.requests.labels(method, route, str(status)).inc()
        self.duration_s.labels(route).observe(seconds)

    def text(self, figures: Sequence[Figure] = ()) -> bytes:
        """The exposition; of all workers when `PROMETHEUS_MULTIPROC_DIR` names their folder, else of this one."""
        return generate_latest(_all_workers() if _is_shared() else self.registry) + generate_latest(_of(figures))


def _is_shared() -> bool:
    # The variable is prometheus-client's own; gunicorn.conf.py sets it before this module is imported.
    return bool(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))


def _all_workers() -> CollectorRegistry:
    registry = CollectorRegistry()
    collect: Callable[[CollectorRegistry], object] = MultiProcessCollector
    collect(registry)
    return registry


def _of(figures: Sequence[Figure]) -> CollectorRegistry:
    registry = CollectorRegistry()
    for figure in figures:
        registry.register(figure)
    return registry
