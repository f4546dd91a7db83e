"""What must be kept and not be read by whoever sees the database: enciphered with a key made of the portal's secret."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from domain.errors import DomainError

IBAN = "iban"  # the purpose of account numbers


class UnreadableError(DomainError):
    """Written under another secret, or changed since."""

    code = "cipher_unreadable"
    status = 503


def encipher(secret: str, purpose: str, text: str) -> str:
    return _fernet(secret, purpose).encrypt(text.encode()).decode()


def decipher(secret: str, purpose: str, cipher: str) -> str:
    try:
        return _fernet(secret, purpose).decrypt(cipher.encode()).decode()
    except InvalidToken as error:
        raise UnreadableError(purpose=purpose) from error


def derived(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose, from which neither the secret nor another purpose's bytes can be found."""
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).digest()


def _fernet(secret: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived(secret, purpose)))
