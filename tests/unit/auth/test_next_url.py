"""Where people may be sent after signing in."""

from __future__ import annotations

import pytest

from auth.next_url import safe_next, sign_in_url


@pytest.mark.parametrize(
    "wanted", ["/", "/dashboard", "/consumption?view=peaks&period=month", "/admin/customers/customer-0a1b2c3d4e#log"]
)
def test_paths_of_our_own_are_kept(wanted):
    assert safe_next(wanted, "/home") == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "", "dashboard", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
        "https://evil.example", "https:evil.example", "javascript:alert(1)", "/a b", "/a\tb", "/a\r\nSet-Cookie: x=1",
        "/a\x00", "/a\x7f", "/\\/evil.example", "/login", "/login?next=/a", "/logout", "/_dash-layout", "//[", "/" + "a" * 500,
    ],
)  # fmt: skip
def test_everything_else_becomes_the_default(wanted):
    assert safe_next(wanted, "/home") == "/home"


def test_the_sign_in_address_carries_the_way_back_once():
    assert sign_in_url("/consumption?view=peaks") == "/login?next=%2Fconsumption%3Fview%3Dpeaks"
    assert sign_in_url("/") == "/login"
    assert sign_in_url("//evil.example") == "/login"
