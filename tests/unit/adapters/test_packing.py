"""What goes into the cache comes out equal, and nothing that could run code goes in."""

import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.packing import pack, unpack

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text() | st.dates() | st.decimals(allow_nan=False, allow_infinity=False) | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(plain)
def test_plain_values_survive(value):
    assert unpack(pack(value)) == value


def test_a_frame_keeps_values_types_and_index():
    frame = pd.DataFrame(
        {"energy_wh": np.array([250, 260], dtype=np.int64), "local_date": np.array(["2026-03-29", "2026-03-30"], "datetime64[s]")},
        index=pd.Index([7, 9], name="register_id"),
    )  # fmt: skip
    pd.testing.assert_frame_equal(unpack(pack(frame)), frame)


def test_an_array_keeps_its_type():
    array = np.array([0, 96, 100], dtype=np.int32)
    found = unpack(pack(array))
    assert found.dtype == np.int32
    assert found.tolist() == [0, 96, 100]


def test_frames_may_be_nested_beside_plain_values():
    found = unpack(pack({"total_wh": 510, "days": (pd.DataFrame({"wh": [510]}), date(2026, 3, 29))}))
    assert found["days"][0]["wh"].tolist() == [510]
    assert found["days"][1] == date(2026, 3, 29)


def test_keys_that_are_not_text_survive():
    assert unpack(pack({7: 1, (1, 2): 2, "__kind__": 3})) == {7: 1, (1, 2): 2, "__kind__": 3}


def test_instants_keep_their_zone():
    instant = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert unpack(pack(instant)) == instant


def test_money_stays_exact():
    assert unpack(pack(Decimal("0.30"))) == Decimal("0.30")


def test_numpy_scalars_become_plain_numbers():
    assert unpack(pack({"wh": np.int64(42), "ratio": np.float64(0.5)})) == {"wh": 42, "ratio": 0.5}


def test_not_a_number_survives():
    assert np.isnan(unpack(pack(float("nan"))))


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array([object()])], ids=["object", "set", "objects"])
def test_other_kinds_are_a_programming_error(value):
    with pytest.raises(TypeError, match="cannot be cached"):
        pack(value)


def test_a_pickle_is_not_a_packed_value():
    with pytest.raises(ValueError, match="not a packed value"):
        unpack(pickle.dumps({"a": 1}))


def test_half_a_value_is_refused():
    with pytest.raises(ValueError, match="cut short"):
        unpack(pack({"text": "x" * 100})[:-10])
