"""`/healthz` (the process answers), `/readyz` (its stores do), `/metrics` (Prometheus)."""

from __future__ import annotations

from flask import Flask, Response, jsonify

from adapters.metrics import CONTENT_TYPE, Figure, Metrics
from services import health, portal


def install(server: Flask, metrics: Metrics) -> None:
    @server.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @server.get("/readyz")
    def readyz() -> Response:
        state = health.check(portal.current())
        answer = jsonify(status="ok" if state.is_ready else "not_ready", parts=state.parts)
        answer.status_code = 200 if state.is_ready else 503
        return answer

    @server.get("/metrics")
    def prometheus() -> Response:
        return Response(metrics.text(_queue_figures()), content_type=CONTENT_TYPE)


def _queue_figures() -> list[Figure]:
    """The same in every process, since they are read from the records."""
    found = health.queues(portal.current())
    counts = {(state.queue, name): count for state in found for name, count in state.counts.items()}
    ages = {(state.queue,): state.oldest_due_s for state in found}
    return [
        Figure("portal_queue_rows", "Jobs and messages that wait, run or lie dead.", ("queue", "state"), counts),
        Figure("portal_queue_oldest_due_seconds", "How long the first due row has waited.", ("queue",), ages),
    ]
