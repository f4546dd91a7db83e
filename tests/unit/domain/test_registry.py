"""A registry keeps each key once."""

from __future__ import annotations

import pytest

from domain.registry import Registry


def test_a_key_cannot_be_registered_twice():
    kinds: Registry[str] = Registry("kinds")
    kinds.register("fixed")("one")
    with pytest.raises(ValueError, match="kinds: 'fixed' is registered twice"):
        kinds.register("fixed")("two")
    assert (kinds["fixed"], kinds.get("none"), list(kinds), len(kinds)) == ("one", None, ["fixed"], 1)
