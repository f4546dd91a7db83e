"""A kind of charge is one file: the guide's example, put into a copy of the project, is read, checked and priced."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

FOLDERS = ("adapters", "auth", "components", "data", "domain", "locales", "pages", "services")
HEAD = """
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.tariffs.base import Charge, Scope, charge_kind, priced
from domain.tariffs.lines import Line

"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project with one file more."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("cli.py", "config.py"):
        shutil.copy(ROOT / name, tmp_path)
    guide = (ROOT / "docs" / "how-to" / "add-a-charge.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    lines = [line.removeprefix("   ") for line in example.splitlines()]
    (tmp_path / "domain" / "tariffs" / "charges" / "per_interval.py").write_text(HEAD + "\n".join(lines) + "\n")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", "rate", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_new_kind_of_charge_is_one_file(copy: Path):
    charge = {"kind": "per_interval", "code": "x", "label": "X", "cost_group": "service", "price": "0.01"}
    tariff = {"id": "t", "version": 1, "name": "T", "currency": "EUR", "zone": "Europe/Berlin", "charges": [charge]}
    (copy / "tariff.json").write_text(json.dumps({"format": "tariff/1", "tariff": tariff}))
    rows = [f"2026-06-01T{hour:02d}:{minute:02d}:00+02:00,0.25" for hour in range(24) for minute in (0, 15, 30, 45)]
    (copy / "meter.csv").write_text("\n".join(["time,kWh", *rows]) + "\n")
    period = ("--from", "2026-06-01", "--to", "2026-06-02", "--json")
    done = run(copy, "--tariff", "tariff.json", "--readings", "meter.csv", *period)
    assert done.returncode == 0, done.stderr
    assert '"0.96"' in done.stdout  # 96 quarter-hours at 0.01
    assert "per_interval" in run(copy, "--schema").stdout
    tariff["charges"] = [charge | {"prize": "1"}]
    (copy / "tariff.json").write_text(json.dumps({"format": "tariff/1", "tariff": tariff}))
    wrong = run(copy, "--tariff", "tariff.json", "--readings", "meter.csv", *period)
    assert wrong.returncode == 1
    assert (
        "tariff.charges[0].prize is not known here -> remove it, or did you mean 'price'?"
        in wrong.stderr + wrong.stdout
    )
