"""The frame of every request: the portal it runs with, its reference, its log line and its measure."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

from adapters import logs
from adapters.metrics import Metrics
from services import portal
from services.portal import Portal

log = logging.getLogger("portal.request")
QUIET_PATHS = {"/healthz", "/readyz", "/metrics"}


def install(server: Flask, made: Portal, metrics: Metrics) -> None:
    """Must be the first hook of the server: everything after it may ask for the portal."""

    @server.before_request
    def _begin() -> None:
        portal.use(made)
        portal.remember_until_answered()
        g.started = time.perf_counter()
        g.reference = logs.new_reference()

    @server.after_request
    def _finish(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        route = request.url_rule.rule if request.url_rule else "none"
        metrics.observe(request.method, route, response.status_code, seconds)
        response.headers["X-Request-ID"] = g.get("reference", "")
        if request.path not in QUIET_PATHS:
            _log_answer(response, seconds)
        return response


def _log_answer(response: Response, seconds: float) -> None:
    """Path without query: what people look at is nobody's business; who it was is in the audit trail."""
    extra = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
    }
    log.info("answered", extra=extra)
