"""A kind of charge is one file: the guide's example, put into a copy of the project, is read, written, priced and billed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT

FOLDERS = ("adapters", "assets", "auth", "components", "data", "domain", "locales", "pages", "services")
HEAD = """
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from domain.tariffs.base import Charge, Scope, charge_kind, priced
from domain.tariffs.lines import Line

"""


# In the copy: a household's June at 12.50 a month and the new charge, billed, opened and written as a document.
BILL = """
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from adapters import catalogs
from data.repositories import contracts as repository
from domain import text
from domain.tariffs.base import CHARGES
from pages.billing import _lines
from services import billing_detail, billing_list, billing_run, invoice_files, portal
from services.billing_drafts import Policy
from tests.factories.billing_world import at, billing_world, owner
from tests.factories.contracts import SIGNED, publish, tariff_text
from tests.factories.tariffs import make_fixed, month

text.install(catalogs.load())
made = billing_world(Path("world"), 1)
with portal.using(made):
    charge = CHARGES["per_interval"](code="x", label="Reading", cost_group="service", price=Decimal("0.01"), vat_code="std")
    version = publish(tariff_text(make_fixed(vat_code="std"), charge, id="sixth"))
    with made.records.transaction() as tx:
        repository.supersede_terms(tx, 1, date(2026, 6, 1), now=SIGNED)
        row = repository.tariff_id(tx, version)
        repository.add_term(tx, contract_id=1, tariff_version_id=row, first_date=date(2026, 6, 1), now=SIGNED)
with at(made, "2026-07-03T08:00"):
    report = billing_run.run(month("2026-06"), Policy(grace_days=0))
    [bill] = billing_list.bills(owner(1))
    found = billing_detail.detail(owner(1), bill.public_id)
    line = next(one for one in found.document.lines if one.code == "x")
    said = {}
    for locale in ("en", "de"):
        with text.use_locale(locale):
            said[locale] = [_lines._name(line), _lines._quantity(line, "EUR"), str(_lines.lines_card(found))]
    xml = invoice_files.einvoice(owner(1), bill.public_id).content.decode()
    pdf = invoice_files.pdf(owner(1), bill.public_id).content
print(json.dumps({
    "issued": report.issued, "gross": found.row.gross_minor, "net": line.net_minor, "same": found.is_same,
    "said": said, "xml": xml, "pdf": pdf[:5].decode(),
}))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project with one file more."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "tests" / "factories", tmp_path / "tests" / "factories")
    for name in ("cli.py", "config.py", "tests/__init__.py"):
        shutil.copy(ROOT / name, tmp_path / name)
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
    exported = run(copy, "--tariff", "tariff.json", "--export")
    assert exported.returncode == 0, exported.stderr
    (copy / "again.json").write_text(exported.stdout)
    assert json.loads(exported.stdout)["tariff"]["charges"][0].items() >= charge.items()
    assert run(copy, "--tariff", "again.json", "--export").stdout == exported.stdout
    assert run(copy, "--tariff", "again.json", "--readings", "meter.csv", *period).stdout == done.stdout
    tariff["charges"] = [charge | {"prize": "1"}]
    (copy / "tariff.json").write_text(json.dumps({"format": "tariff/1", "tariff": tariff}))
    wrong = run(copy, "--tariff", "tariff.json", "--readings", "meter.csv", *period)
    assert wrong.returncode == 1
    assert (
        "tariff.charges[0].prize is not known here -> remove it, or did you mean 'price'?"
        in wrong.stderr + wrong.stdout
    )


def test_a_new_kind_of_charge_is_billed(copy: Path):
    """June has 2,880 quarter-hours: 28.80 and 12.50 a month are 41.30 net, and 49.15 with 19 % (7.847 are 7.85)."""
    done = subprocess.run([sys.executable, "-c", BILL], cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["issued"], found["net"], found["gross"], found["same"]) == (1, 2_880, 4_915, True)
    english, german = found["said"]["en"], found["said"]["de"]
    assert english[:2] == ["Reading", "2,880\xa0interval × €0.01"]
    assert german[:2] == ["Reading", "2.880\xa0interval × 0,01\xa0€"]
    assert "€28.80" in english[2]
    assert "28,80\\xa0€" in german[2]  # as a repr writes it
    assert ">28.80</ram:LineTotalAmount>" in found["xml"]
    assert found["pdf"] == "%PDF-"
