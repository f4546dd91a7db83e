"""Prometheus text of one process."""

from adapters.metrics import Figure, Metrics


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


def test_a_figure_is_read_when_asked_and_leaves_no_file(monkeypatch, tmp_path):
    figure = Figure("portal_queue_rows", "Rows.", ("queue", "state"), {("jobs", "dead"): 2, ("outbox", "dead"): 0})
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    text = Metrics().text([figure]).decode()
    assert 'portal_queue_rows{queue="jobs",state="dead"} 2.0' in text
    assert 'portal_queue_rows{queue="outbox",state="dead"} 0.0' in text
    assert not list(tmp_path.glob("gauge_*"))
