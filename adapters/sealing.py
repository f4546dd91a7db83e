"""Texts that only this portal can read again, such as account numbers: enciphered with a key made from its secret."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from domain.errors import DomainError

PURPOSE = b"portal:sealed-texts:1"


class SealBrokenError(DomainError):
    """The text was sealed with another secret, or changed since."""

    code = "seal_broken"
    status = 503


def seal(text: str, secret: str) -> str:
    """Different each time, so that equal texts cannot be told by their seals."""
    return _cipher(secret).encrypt(text.encode()).decode()


def unseal(sealed: str, secret: str) -> str:
    """SealBrokenError where the secret is not the one it was sealed with."""
    try:
        return _cipher(secret).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBrokenError from error


def _cipher(secret: str) -> Fernet:
    key = hashlib.blake2b(PURPOSE, key=hashlib.sha256(secret.encode()).digest(), digest_size=32).digest()
    return Fernet(base64.urlsafe_b64encode(key))
