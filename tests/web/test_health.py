"""What a load balancer, an operator and a scraper ask."""

import json

from sqlalchemy import text

from services import health


def test_the_process_answers_strangers(stranger):
    assert stranger.get("/healthz").get_json() == {"status": "ok"}


def test_ready_means_records_schema_and_readings(stranger):
    answer = stranger.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["parts"] == {"records": "ok", "schema": "ok", "readings": "ok"}


def test_an_old_schema_is_not_ready(tmp_path):
    from tests.factories.world import tiny_portal

    made = tiny_portal(tmp_path)
    with made.records.transaction() as tx:
        tx.execute(text("update alembic_version set version_num = 'older'"))
    state = health.check(made)
    assert state.parts["schema"] == "outdated"
    assert not state.is_ready
    made.readings.close()
    made.records.dispose()


def test_records_out_of_reach_are_not_ready(tmp_path):
    from dataclasses import replace

    from data.session import Records
    from tests.factories.world import tiny_portal

    made = tiny_portal(tmp_path)
    (tmp_path / "folder").mkdir()
    away = replace(made, records=Records(f"sqlite:///{tmp_path / 'folder'}"))  # a folder is no database
    assert health.check(away).parts == {"records": "unreachable", "schema": "unreachable", "readings": "ok"}
    made.readings.close()
    made.records.dispose()


def test_figures_are_for_scrapers_on_this_machine(stranger):
    stranger.get("/healthz")
    found = stranger.get("/metrics").get_data(as_text=True)
    assert 'portal_requests_total{method="GET",route="/healthz",status="200"}' in found
    assert 'portal_queue_rows{queue="jobs",state="dead"} 0.0' in found
    assert 'portal_queue_oldest_due_seconds{queue="outbox"} 0.0' in found
    assert stranger.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 302


def test_each_answer_carries_its_reference(stranger):
    first, second = (stranger.get("/healthz").headers["X-Request-ID"] for _each in range(2))
    assert first != second


def test_log_lines_name_the_path_and_never_the_query(stranger, caplog):
    import logging

    with caplog.at_level(logging.INFO, logger="portal.request"):
        stranger.get("/dashboard?site=st-secret")
    lines = [vars(record) for record in caplog.records if record.name == "portal.request"]
    assert lines[-1]["path"] == "/dashboard"
    assert "st-secret" not in json.dumps([str(line) for line in lines])
