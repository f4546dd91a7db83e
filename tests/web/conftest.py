"""One application for all web tests: the tiny world behind the real server, signed in through the real form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import create_app
from data.queries import identity
from data.tables.identity import User
from domain.access import Role, Viewer
from pages._application import PortalDash
from services import portal as portals
from services.portal import Portal
from tests.factories.bills import bill
from tests.factories.world import PASSWORD, tiny_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The tiny world with its bills, shared by all tests of the web: they read it, or change only what is their own."""
    folder = tmp_path_factory.mktemp("world")
    made = tiny_world(folder)
    made = Portal(
        made.config.model_copy(update={"static_cache": str(folder / "static")}),
        made.records, made.readings, made.cache, made.clock,
    )  # fmt: skip
    bill(made)
    yield made
    made.readings.close()
    made.cache.close()
    made.records.dispose()


@pytest.fixture(scope="session")
def app(world: Portal) -> PortalDash:
    with portals.using(world):
        return create_app(world.config, world)


@pytest.fixture
def stranger(app: PortalDash) -> FlaskClient:
    return app.server.test_client()


@pytest.fixture
def sign_in(app: PortalDash) -> Callable[[str], FlaskClient]:
    """`sign_in("consumer")` is a browser of consumer@demo.example."""

    def as_person(name: str) -> FlaskClient:
        client = app.server.test_client()
        form = client.get("/login").get_data(as_text=True)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        assert token is not None, "the sign-in form carries a token"
        sent = {"email": f"{name}@demo.example", "password": PASSWORD, "csrf_token": token[1]}
        answer = client.post("/login", data=sent)
        assert answer.status_code == 303, answer.get_data(as_text=True)[:300]
        return client

    return as_person


@pytest.fixture
def viewer_in(world: Portal) -> Callable[[str], Viewer]:
    """`viewer_in("consumer")` is who consumer@demo.example is to the services."""

    def find(name: str) -> Viewer:
        with world.records.reading() as db:
            user = db.scalar(select(User).where(User.email == f"{name}@demo.example"))
            assert user is not None, name
            accounts, grants = identity.memberships(db, user.id)
        return Viewer(user.id, user.email, user.name, Role(user.role), "en", grants, accounts)

    return find
