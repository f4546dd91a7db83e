"""Signed messages: `t=SECONDS,v1=HEX` over the time and the raw bytes, so that neither can be changed or replayed late."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from adapters.payments.base import SignatureError

TOLERANCE_S = 300


def sign(secret: str, body: bytes, at: datetime) -> str:
    """The header's value for a message sent at an instant."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_mac(secret, body, seconds)}"


def verify(secret: str, body: bytes, header: str, now: datetime) -> None:
    """Nothing if the message is the signer's and at most five minutes old; otherwise SignatureError."""
    parts = _parts(header)
    if not hmac.compare_digest(_mac(secret, body, _seconds(parts)).encode(), parts.get("v1", "").encode()):
        raise SignatureError(reason="not_signed")
    check_age(header, now)


def check_age(header: str, now: datetime) -> None:
    """Nothing if the header says at most five minutes ago or ahead; otherwise SignatureError."""
    if abs(now.timestamp() - _seconds(_parts(header))) > TOLERANCE_S:
        raise SignatureError(reason="too_old")


def _parts(header: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in header.split(",") if "=" in part)


def _seconds(parts: dict[str, str]) -> int:
    stamp = parts.get("t", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise SignatureError(reason="unreadable")
    return int(stamp)


def _mac(secret: str, body: bytes, seconds: int) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
