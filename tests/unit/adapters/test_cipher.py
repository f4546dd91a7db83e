"""What is enciphered is read with the same secret and purpose alone."""

from __future__ import annotations

import pytest

from adapters.cipher import UnreadableError, decipher, derived, encipher

SECRET, IBAN = "a secret of thirty-two characters", "DE89370400440532013000"


def test_it_comes_back_and_does_not_show():
    cipher = encipher(SECRET, "iban", IBAN)
    assert decipher(SECRET, "iban", cipher) == IBAN
    assert IBAN not in cipher
    assert encipher(SECRET, "iban", IBAN) != cipher  # equal accounts do not look equal


@pytest.mark.parametrize(("secret", "purpose"), [("another secret of thirty-two char", "iban"), (SECRET, "webhook")])
def test_another_secret_or_purpose_reads_nothing(secret, purpose):
    with pytest.raises(UnreadableError):
        decipher(secret, purpose, encipher(SECRET, "iban", IBAN))
    assert derived(secret, purpose) != derived(SECRET, "iban")


def test_a_changed_one_is_refused():
    with pytest.raises(UnreadableError):
        decipher(SECRET, "iban", encipher(SECRET, "iban", IBAN)[:-4] + "AAA=")
