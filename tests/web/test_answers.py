"""A figure asked for again is not drawn again, and whatever it is made of shows at once when it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import brotli
import numpy as np
import orjson
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app import create_app
from auth import answers
from data.readings import Batch
from data.tables.accounts import Tenancy
from data.tables.identity import User
from data.tables.sites import Register, Site, SupplyPoint
from pages._application import PortalDash
from services import consumption
from services import portal as portals
from services.portal import Portal
from tests.factories.world import NOW, PASSWORD, tiny_world
from tests.web.gate import form_token
from tests.web.walk import call

CHART = "consumption-main.children"
SITE = "Lindenweg 14"
FIRST = np.datetime64("2026-09-30T22:00", "s")  # Berlin's midnight of 1 October
POINTS = 31 * 96 + 4  # October has 31 days and its clock goes back an hour


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A world of this module's own: its readings and rights change."""
    folder = tmp_path_factory.mktemp("answers")
    made = tiny_world(folder)
    yield Portal(
        made.config.model_copy(update={"static_cache": str(folder / "static")}),
        made.records, made.readings, made.cache, made.clock,
    )  # fmt: skip
    made.readings.close()
    made.cache.close()
    made.records.dispose()


@pytest.fixture(scope="module")
def application(home: Portal) -> PortalDash:
    with portals.using(home):
        return create_app(home.config, home)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, home: Portal) -> list[int]:
    """One entry per figure that was really drawn; nothing is kept at the beginning."""
    home.cache.clear()
    found: list[int] = []
    draw = consumption.drawn
    monkeypatch.setattr(consumption, "drawn", lambda *given: found.append(1) or draw(*given))
    return found


@pytest.fixture
def browser(application: PortalDash) -> Callable[..., FlaskClient]:
    def sign_in(name: str = "consumer", encoding: str = "br") -> FlaskClient:
        client = application.server.test_client()
        sent = {"email": f"{name}@demo.example", "password": PASSWORD, "csrf_token": form_token(client)}
        assert client.post("/login", data=sent).status_code == 303
        client.environ_base["HTTP_ACCEPT_ENCODING"] = encoding
        return client

    return sign_in


@pytest.fixture
def ask(application: PortalDash, home: Portal) -> Callable[..., TestResponse]:
    """The month's chart in quarter-hours, or with other words of the address."""
    with home.records.reading() as db:
        site = db.scalars(select(Site.public_id).where(Site.name == SITE)).one()
    month = {"site": site, "period": "month", "date": "2026-10-15", "resolution": "fine"}

    def asked(client: FlaskClient, theme: str = "light", **words: str) -> TestResponse:
        values = {"consumption-main-seen.data": theme, "consumption-state.data": {**month, **words}}
        return call(client, application, CHART, values)

    return asked


def figure(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200
    assert answer.headers["Content-Encoding"] == "br"
    body = orjson.loads(brotli.decompress(answer.get_data()))
    found: dict[str, Any] = body["response"]["consumption-main"]["children"]["props"]["figure"]
    return found


def power_kw(answer: TestResponse) -> list[float | None]:
    values: list[float | None] = figure(answer)["data"][0]["y"]
    return values


def reading(home: Portal, quarter: int, energy_wh: int) -> Batch:
    """One reading of the site's grid meter, some quarter-hours after the month began."""
    with home.records.reading() as db:
        query = select(Register.id).join(SupplyPoint).join(Site, Site.id == SupplyPoint.site_id)
        number = db.scalars(
            query.where(Site.name == SITE, Register.flow == "import", Register.interval_s == 900)
        ).first()
    assert number is not None
    start = FIRST + np.timedelta64(quarter * 900, "s")
    return Batch(np.array([number]), np.array([start]), np.array([energy_wh]), np.zeros(1, dtype=np.uint8))


def test_the_same_figure_is_drawn_once_also_for_another_session(ask, browser, drawn):
    client, other = browser(), browser()
    first, again, theirs = ask(client), ask(client), ask(other)
    assert len(power_kw(first)) == POINTS
    assert len(drawn) == 1
    assert first.get_data() == again.get_data() == theirs.get_data()
    for name in ("Content-Type", "Content-Encoding", "Vary", "Cache-Control", "Content-Security-Policy"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]


@pytest.mark.parametrize(
    "words", [{"date": "2026-09-15"}, {"resolution": "hour"}, {"known": "2026-10-20"}, {"theme": "dark"}]
)
def test_another_question_is_another_answer(words, ask, browser, drawn):
    client = browser()
    assert figure(ask(client)) != figure(ask(client, **words))
    assert len(drawn) == 2


def test_another_language_is_another_answer(ask, browser, drawn, home):
    english = figure(ask(browser()))
    with home.records.transaction() as tx:
        tx.execute(update(User).where(User.email == "consumer@demo.example").values(locale="de"))
    german = figure(ask(browser()))
    with home.records.transaction() as tx:
        tx.execute(update(User).where(User.email == "consumer@demo.example").values(locale=""))
    assert (english["data"][0]["name"], german["data"][0]["name"]) == ("Consumption", "Verbrauch")
    assert len(drawn) == 2


def test_who_takes_no_brotli_gets_readable_bytes(ask, browser, drawn):
    brotlied = figure(ask(browser()))
    gzipped, plain = ask(browser(encoding="gzip")), ask(browser(encoding="identity"))
    assert gzipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert plain.get_json()["response"]["consumption-main"]["children"]["props"]["figure"] == brotlied
    assert len(drawn) == 3


def test_a_live_reading_a_correction_and_their_compaction_show_at_once(ask, browser, drawn, home):
    client = browser()
    before = power_kw(ask(client))
    home.readings.stage(reading(home, 5, 1_000), known_at=NOW)
    staged = power_kw(ask(client))
    assert [at for at, pair in enumerate(zip(before, staged, strict=True)) if pair[0] != pair[1]] == [5]
    home.readings.append(reading(home, 9, 2_000), known_at=NOW + timedelta(seconds=1))
    appended = power_kw(ask(client))
    assert [at for at, pair in enumerate(zip(staged, appended, strict=True)) if pair[0] != pair[1]] == [9]
    # The same meter, 1,750 Wh more in a quarter-hour: 7 kW more, whatever was produced meanwhile.
    home.readings.stage(reading(home, 5, 2_750), known_at=NOW + timedelta(seconds=2))
    corrected = power_kw(ask(client))
    assert corrected[5] == pytest.approx((staged[5] or 0) + 7.0)
    home.readings.compact(force=True)
    assert power_kw(ask(client)) == corrected
    assert len(drawn) == 5


def test_a_reading_of_another_month_changes_nothing_here(ask, browser, drawn, home):
    client = browser()
    ask(client)
    home.readings.stage(reading(home, 40 * 96, 500), known_at=NOW)
    ask(client)
    assert len(drawn) == 1


def test_the_running_month_grows_with_the_clock(ask, browser, drawn, home, monkeypatch):
    client = browser()
    lengths = []
    for minutes in (0, 1, 15):
        monkeypatch.setattr(home.clock, "now", lambda later=minutes: NOW + timedelta(minutes=later), raising=False)
        lengths.append(len(power_kw(ask(client, date=NOW.date().isoformat()))))
    assert lengths[0] == lengths[1] == lengths[2] - 1  # an interval is told when it is over
    assert len(drawn) == 2


def test_a_stay_that_became_shorter_shows_at_once(ask, browser, drawn, home):
    client = browser()
    stay = select(Tenancy.id).join(Site, Site.id == Tenancy.site_id).where(Site.name == SITE).scalar_subquery()
    assert len(power_kw(ask(client))) == POINTS
    with home.records.transaction() as tx:
        tx.execute(update(Tenancy).where(Tenancy.id == stay).values(end_date=NOW.date().replace(month=10, day=11)))
    assert len(power_kw(ask(client))) == 10 * 96  # 1 to 10 October
    with home.records.transaction() as tx:
        tx.execute(update(Tenancy).where(Tenancy.id == stay).values(end_date=None))
    assert len(power_kw(ask(client))) == POINTS
    assert len(drawn) == 2  # the first answer is true again


def test_a_stranger_gets_nothing_of_what_is_kept(ask, browser, drawn):
    kept = ask(browser())
    for name in ("prosumer", "agent"):
        answer = ask(browser(name))
        assert answer.status_code in {403, 404}
        assert len(answer.get_data()) < len(kept.get_data()) / 4
    assert len(drawn) == 1


def test_what_a_lost_file_leaves_is_not_kept_and_its_return_shows_at_once(ask, browser, drawn, home):
    client = browser()
    whole = power_kw(ask(client))
    segments = home.readings.manifest.current_layout().raw
    path = home.readings.files.path(max(segments, key=lambda segment: segment.row_count).name)
    aside = path.with_suffix(".aside")
    path.rename(aside)
    try:
        assert power_kw(ask(client)) != whole
        ask(client)
        assert len(drawn) == 3
    finally:
        aside.rename(path)
    assert power_kw(ask(client)) == whole
    assert len(drawn) == 3


def test_another_version_of_the_portal_draws_anew(ask, browser, drawn, monkeypatch):
    client = browser()
    ask(client)
    assert len(answers.code_version()) == 16
    monkeypatch.setattr(answers, "code_version", lambda: "another")
    ask(client)
    assert len(drawn) == 2


def test_what_arrives_while_a_figure_is_drawn_is_not_kept_under_the_state_before(
    ask, browser, drawn, home, monkeypatch
):
    client = browser()
    draw = consumption.drawn

    def while_drawing(*given):
        made = draw(*given)
        if len(drawn) == 1:
            home.readings.stage(reading(home, 7, 4_000), known_at=NOW + timedelta(seconds=5))
        return made

    monkeypatch.setattr(consumption, "drawn", while_drawing)
    old, new = power_kw(ask(client)), power_kw(ask(client))
    assert old[7] != new[7]
    assert len(drawn) == 2
