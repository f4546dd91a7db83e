"""What holds for every kind, of today and to come."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from adapters.tariffs.json_file import CHARGES, from_plain, loads

DOCS = (Path(__file__).resolve().parents[5] / "docs" / "tariffs.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", list(CHARGES))
def test_every_kind_is_described(kind):
    assert f"| `{kind}` |" in DOCS


def test_the_examples_of_the_documentation_are_tariffs():
    first, examples = re.findall(r"```json\n(.*?)```", DOCS, re.S)
    file = from_plain(loads(first))
    assert file.tariff.issues() == []
    for text in re.split(r"\n\n", examples.strip()):
        # The examples name bands of other calendars.
        bands = [{"band": "evening", "from": "17:00", "to": "20:00"}, {"band": "day"}]
        head = {"id": "x", "version": 1, "name": "X", "currency": "EUR", "zone": "Europe/Berlin"}
        tariff = head | {"calendar": {"rules": bands}, "charges": [json.loads(text)]}
        assert len(from_plain({"format": "tariff/1", "tariff": tariff}).tariff.charges) == 1
