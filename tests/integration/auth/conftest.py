from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories.people import People, people


@pytest.fixture
def world(tmp_path) -> Iterator[People]:
    with people(tmp_path) as made:
        yield made
