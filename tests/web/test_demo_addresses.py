"""The mishaps of the demo world are where `docs/demo-world.md` says: each login of the tiny world at its addresses."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

import config
from tests.factories.server import words
from tests.factories.world import NOW
from tests.web.test_app import route

DOC = Path(config.__file__).parent / "docs" / "demo-world.md"
ROW = re.compile(
    r"^\| (?P<what>[^|]+) \| `(?P<login>[\w-]+)` \| `(?P<address>/[^`]*)` \| (?P<said>[^|]+) \|$", re.MULTILINE
)
TINY = {"consumer", "consumer2"}  # with the same mishaps in the tiny world as in the full one


def rows():
    found = [match.groupdict() for match in ROW.finditer(DOC.read_text())]
    return [pytest.param(row, id=row["what"]) for row in found if row["login"] in TINY]


def test_the_table_is_read():
    assert len(rows()) >= 11


@pytest.mark.parametrize("row", rows())
def test_a_mishap_is_where_the_table_says(sign_in, row):
    dated = re.sub(r"D-(\d+)", lambda days: str(NOW.date() - timedelta(days=int(days[1]))), row["address"])
    path, _, query = dated.partition("?")
    drawn = route(sign_in(row["login"]), path, f"?{query}" if query else "").get_json()["response"]
    assert row["said"] in words(drawn["_pages_content"]["children"])
