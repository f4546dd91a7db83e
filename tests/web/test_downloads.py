"""Files over HTTP: for whom, under which name, and that nobody else's can be had or told from a missing one."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from services import exports, jobs
from services import portal as portals
from tests.factories.world import NOW
from tests.web.gate import csrf_of
from tests.web.test_access import things_of, visit
from tests.web.walk import DISPATCH, draw, envelope, server_callbacks, text_of

PAGE = "/consumption/export"
MONTH = {"first": "2026-10-01", "last": "2026-10-31"}


@pytest.fixture
def own(world):
    return things_of(world, "consumer@demo.example")


@pytest.fixture
def foreign(world):
    return things_of(world, "business@demo.example")


def order(client, **asked: str):
    return client.post(f"{PAGE}/download", data={**MONTH, "csrf_token": csrf_of(client), **asked})


def test_a_small_export_comes_at_once_as_a_private_file(sign_in, own):
    answer = order(sign_in("consumer"), site=own["site"][0], resolution="day", format="csv")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == "attachment; filename=readings-2026-10-01-2026-10-31-day.csv"
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")
    # A site with electricity and gas: at least 31 days of each, and a row of names.
    assert len(answer.get_data(as_text=True).splitlines()) >= 1 + 2 * 31


def test_a_link_orders_nothing(sign_in, own):
    client = sign_in("consumer")
    assert client.get(f"{PAGE}/download", query_string={**MONTH, "site": own["site"][0]}).status_code == 404
    assert client.post(f"{PAGE}/download", data={**MONTH, "site": own["site"][0]}).status_code == 403


@pytest.mark.parametrize("kind", ["site", "register"])
def test_foreign_things_are_missing_things(sign_in, own, foreign, kind):
    client = sign_in("consumer")
    answers = [
        order(client, **{"site": own["site"][0], "resolution": "day", "format": "csv", kind: asked})
        for asked in (foreign[kind][0], f"{kind}-0000000000")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert text_of(answers[0]) == text_of(answers[1])


@pytest.mark.parametrize(
    ("field", "value"),
    [("format", "../../etc/passwd"), ("format", "csv\r\nX-Evil: 1"), ("resolution", "day.csv\r\nSet-Cookie: a=b"),
     ("first", "2026-13-45"), ("last", "../2026"), ("first", "\x00"), ("last", "1626-10-31"), ("format", '"; filename=x')],
)  # fmt: skip
def test_no_field_reaches_a_path_or_a_header(sign_in, own, field, value):
    asked = {"site": own["site"][0], "resolution": "day", "format": "csv", field: value}
    answer = order(sign_in("consumer"), **asked)
    assert answer.status_code == 303
    assert answer.location.startswith(f"{PAGE}?")
    assert "problem=" in answer.location
    assert not {"X-Evil", "Set-Cookie"} & set(answer.headers.keys())


def test_fields_nobody_asked_for_change_nothing(sign_in, own):
    client = sign_in("consumer")
    asked = {"site": own["site"][0], "resolution": "day", "format": "csv"}
    plain = order(client, **asked)
    more = order(client, **asked, user_id="1", account_id="2", name="../x", locale="de", rows="1", period="x")
    assert more.headers["Content-Disposition"] == plain.headers["Content-Disposition"]
    assert more.get_data() == plain.get_data()


def test_staff_on_a_visit_take_nothing_along(sign_in, world, own):
    agent = sign_in("agent")
    assert visit(agent, world).status_code == 303
    assert order(agent, site=own["site"][0], resolution="day", format="csv").status_code == 403


@pytest.fixture
def finished(sign_in, world, own):
    """The address of a file that the worker made for the consumer."""
    client = sign_in("consumer")
    answer = order(
        client, site=own["site"][0], resolution="interval", format="csv", first="2026-02-01", last="2026-11-20"
    )
    assert answer.status_code == 303
    public_id = re.search(r"ordered=([\w-]+)", answer.location)[1]
    with portals.using(world):
        assert jobs.run_one("a worker", of_people=True)
    return client, f"{PAGE}/file/{public_id}"


def test_a_large_export_is_made_by_the_worker_for_its_owner_alone(sign_in, finished):
    client, address = finished
    answer = client.get(address)
    assert answer.status_code == 200
    assert re.fullmatch(r"attachment; filename=readings-[\d-]+-interval\.csv", answer.headers["Content-Disposition"])
    assert len(answer.data) > 1_000_000
    missing = f"{PAGE}/file/job-0000000000"
    for name in ("prosumer", "business"):
        other = sign_in(name)
        assert other.get(address).status_code == other.get(missing).status_code == 404
        assert text_of(other.get(address)) == text_of(other.get(missing))
    assert sign_in("agent").get(address).status_code == 403
    assert "readings-" in draw(client, PAGE).get_data(as_text=True)
    assert "-interval.csv" not in draw(sign_in("prosumer"), PAGE).get_data(as_text=True)


def test_nobody_cancels_the_export_of_another(app, sign_in, world, own):
    asked = {
        "site": own["site"][0],
        "resolution": "interval",
        "format": "json",
        "first": "2026-02-01",
        "last": "2026-11-20",
    }
    public_id = re.search(r"ordered=([\w-]+)", order(sign_in("consumer"), **asked).location)[1]
    output = next(name for name in server_callbacks(app) if "export-list" in name)
    answers = []
    for wanted in (public_id, "job-0000000000"):
        body = envelope(app, output, {})
        place = {"id": {"type": "export-cancel", "id": wanted}, "property": "n_clicks"}
        body["inputs"][1] = [{**place, "value": 1}]
        body["changedPropIds"] = [f'{{"id":"{wanted}","type":"export-cancel"}}.n_clicks']
        other = sign_in("prosumer")
        answers.append(other.post(DISPATCH, json=body, headers={"X-CSRF-Token": csrf_of(other)}))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert text_of(answers[0]) == text_of(answers[1])
    with portals.using(world):
        assert jobs.run_one("a worker", of_people=True)  # it is still there to be made


@pytest.mark.parametrize("name", ["..", "..%2f..%2fportal.sqlite", "%2e%2e", "x" * 3000, "job-0000000000/../x", "%00"])
def test_no_name_leads_out_of_the_folder(sign_in, name):
    assert sign_in("consumer").get(f"{PAGE}/file/{name}").status_code == 404


def test_a_file_is_gone_after_its_days(world, finished):
    client, address = finished
    world.clock.instant = NOW + timedelta(days=8)
    try:
        with portals.using(world), world.records.transaction() as tx:
            exports.remove_expired(tx)
        world.clock.instant = NOW
        assert client.get(address).status_code == 404
    finally:
        world.clock.instant = NOW


LARGE = {"resolution": "interval", "first": "2026-02-01", "last": "2026-11-19"}


def test_a_large_export_is_ordered_once_and_is_missing_until_it_is_made(sign_in, world, own):
    client = sign_in("consumer")
    answers = [order(client, site=own["site"][0], format="parquet", **LARGE) for _twice in range(2)]
    first, second = (re.search(r"ordered=([\w-]+)", answer.location)[1] for answer in answers)
    assert first == second
    assert client.get(f"{PAGE}/file/{first}").status_code == 404
    with portals.using(world):
        assert jobs.run_one("a worker", of_people=True)
        assert not jobs.run_one("a worker", of_people=True)
    assert client.get(f"{PAGE}/file/{first}").data[:4] == b"PAR1"


def test_strangers_sign_in_first(stranger, finished):
    _client, address = finished
    answer = stranger.get(address)
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/login")


def test_a_file_that_is_gone_from_the_disk_is_missing(world, finished):
    client, address = finished
    for path in (Path(world.config.files) / "exports").glob("*.csv"):
        path.unlink()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"first": "2026-10-26", "last": "2026-10-25"}, "last_before_first"),
        ({"first": "1970-01-01"}, "out_of_range"),
        ({"first": "yesterday"}, "no_date"),
        ({"first": "2025-01-01", "last": "2025-01-02"}, "no_readings"),
        ({"resolution": "second"}, "unknown_resolution"),
    ],
)
def test_what_cannot_be_exported_returns_to_the_form_with_its_reason(sign_in, own, change, problem):
    answer = order(sign_in("consumer"), **{"site": own["site"][0], **change})
    assert answer.status_code == 303
    assert f"problem={problem}" in answer.location
    assert own["site"][0] in answer.location
