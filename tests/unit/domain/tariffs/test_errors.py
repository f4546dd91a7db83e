from __future__ import annotations

from domain.tariffs.errors import CODES, refuse


def test_a_refusal_carries_what_its_sentence_needs():
    error = refuse("price_missing", series="spot", count=3)
    assert (error.reason, error.params) == ("price_missing", {"reason": "price_missing", "series": "spot", "count": 3})
    assert error.reason in CODES
    assert error.status == 400
