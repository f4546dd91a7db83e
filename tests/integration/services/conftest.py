"""One tiny world for the services' tests, and viewers as the session gives them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from data.queries import identity
from data.tables.identity import User
from domain.access import Role, Viewer
from services import portal
from tests.factories.world import tiny_world


@pytest.fixture(scope="session")
def world(tmp_path_factory) -> Iterator[portal.Portal]:
    made = tiny_world(tmp_path_factory.mktemp("services"))
    yield made
    made.records.dispose()
    made.readings.close()


@pytest.fixture
def viewer_of(world):
    """`viewer_of("consumer")` is that person, with the grants a session would give."""
    with portal.using(world):

        def find(name: str) -> Viewer:
            with world.records.reading() as db:
                user = db.scalar(select(User).where(User.email == f"{name}@demo.example"))
                accounts, grants = identity.memberships(db, user.id)
            return Viewer(user.id, user.email, user.name, Role(user.role), "en", grants, accounts)

        yield find
