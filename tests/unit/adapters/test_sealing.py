from __future__ import annotations

import pytest

from adapters.sealing import SealBrokenError, seal, unseal

IBAN, SECRET = "DE89370400440532013000", "a" * 32


def test_what_is_sealed_is_read_with_the_same_secret_alone():
    sealed = seal(IBAN, SECRET)
    assert unseal(sealed, SECRET) == IBAN
    assert IBAN not in sealed
    with pytest.raises(SealBrokenError):
        unseal(sealed, "b" * 32)


def test_equal_texts_have_different_seals_and_a_changed_one_is_refused():
    sealed = seal(IBAN, SECRET)
    assert sealed != seal(IBAN, SECRET)
    with pytest.raises(SealBrokenError):
        unseal(sealed[:-4] + "AAA=", SECRET)
