"""A store on SQLite, and where a server is there, the same on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.readings import ReadingsStore
from tests.factories.readings import make_store, postgres_schema


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReadingsStore]:
    made = make_store(tmp_path)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReadingsStore]:
    if request.param == "sqlite":
        made = make_store(tmp_path)
        yield made
        made.close()
        return
    with postgres_schema() as url:
        made = make_store(tmp_path, url)
        yield made
        made.close()
