"""Options default to "find it out"."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from domain.ingest.options import IngestOptions


def test_nothing_is_assumed():
    options = IngestOptions()
    assert (options.unit, options.zone, options.delimiter, options.keep_good, options.create_site) == (
        None,
        None,
        None,
        False,
        False,
    )
    with pytest.raises(FrozenInstanceError):
        options.unit = "kWh"
