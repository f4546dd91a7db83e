"""A message counts only as it was signed, by whom it was signed, and when it was signed."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from adapters.payments.base import SignatureError
from adapters.payments.signatures import sign, verify

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BODY = b'{"id": "sev_000001"}'
SECRET = "a secret of thirty-two characters"


def reason(header: str, *, body: bytes = BODY, secret: str = SECRET, now: datetime = AT) -> str:
    with pytest.raises(SignatureError) as refused:
        verify(secret, body, header, now)
    return str(refused.value.params["reason"])


def test_a_signature_is_an_hmac_of_the_time_and_the_bytes():
    mac = hmac.new(SECRET.encode(), b"1795176000." + BODY, hashlib.sha256).hexdigest()
    assert sign(SECRET, BODY, AT) == f"t=1795176000,v1={mac}"  # 2026-11-20 12:00 UTC
    verify(SECRET, BODY, sign(SECRET, BODY, AT), AT)


def test_it_counts_for_five_minutes_either_way():
    header = sign(SECRET, BODY, AT)
    for seconds in (-300, 300):
        verify(SECRET, BODY, header, AT + timedelta(seconds=seconds))
    assert [reason(header, now=AT + timedelta(seconds=seconds)) for seconds in (-301, 301)] == ["too_old", "too_old"]


def test_other_bytes_another_secret_and_another_time_are_not_signed():
    header = sign(SECRET, BODY, AT)
    assert reason(header, body=BODY + b" ") == "not_signed"
    assert reason(header, secret="another secret") == "not_signed"
    assert reason(header.replace("t=1795176000", "t=1795176001")) == "not_signed"


@pytest.mark.parametrize(
    "header", ["", "v1=abc", "t=,v1=abc", "t=x,v1=abc", "t=\u0661,v1=abc", "t=9999999999999,v1=a", "nothing"]
)
def test_a_header_of_another_form_is_unreadable(header):
    assert reason(header) == "unreadable"


@pytest.mark.parametrize("header", ["t=1795176000", "t=1795176000,v1=", "t=1795176000,v1=\u00e9"])
def test_a_header_without_its_signature_is_not_signed(header):
    assert reason(header) == "not_signed"
