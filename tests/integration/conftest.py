"""The published homes, loaded once for all tests that look at them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.factories import real


@pytest.fixture(scope="session")
def real_homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[real.RealWorld]:
    with real.real_homes(tmp_path_factory.mktemp("real")) as made:
        yield made
