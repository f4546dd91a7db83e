"""`/healthz` (the process answers), `/readyz` (its stores do), `/metrics` (Prometheus)."""

from __future__ import annotations

from flask import Flask, Response, jsonify

from adapters.metrics import CONTENT_TYPE, Metrics
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
        return Response(metrics.text(), content_type=CONTENT_TYPE)
