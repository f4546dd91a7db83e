"""Prometheus text of one process."""

from adapters.metrics import Metrics


def test_requests_are_counted_by_route_and_status(monkeypatch):
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    metrics = Metrics()
    metrics.observe("GET", "/login", 200, 0.02)
    metrics.observe("GET", "/login", 200, 0.03)
    text = metrics.text().decode()
    assert 'portal_requests_total{method="GET",route="/login",status="200"} 2.0' in text
    # 0.02 s and 0.03 s: one at or below 0.025, both at or below 0.05.
    assert 'portal_request_seconds_bucket{le="0.025",route="/login"} 1.0' in text
    assert 'portal_request_seconds_bucket{le="0.05",route="/login"} 2.0' in text
