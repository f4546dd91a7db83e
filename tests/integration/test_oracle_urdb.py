"""OpenEI's rates, imported by us and converted by PySAM's own tool: the same year."""

from __future__ import annotations

import copy
import json
import os
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from adapters.tariffs.json_file import loads
from adapters.tariffs.urdb import import_urdb
from domain.tariffs.rate import rate
from tests.factories.tariffs import year
from tests.oracle import years
from tests.oracle.pysam import monthly_bills

SHARED = Path(os.environ.get("PORTAL_SHARED") or Path(__file__).resolve().parents[3] / "shared" / "data")
URDB = sorted((SHARED / "tariffs" / "urdb").glob("*.json"))
pytestmark = [pytest.mark.pysam, pytest.mark.skipif(find_spec("PySAM") is None, reason="nrel-pysam is not installed")]
# What a bill depends on and we do not charge. Each file has one of them, and PySAM bills neither: there is no export here.
UNBILLED = {"GSLD": {"dgrules"}, "BEV-": {"demandreactivepowercharge"}, "TOU-": {"demandreactivepowercharge"},
            "EV-H": {"demandreactivepowercharge"}, "CI_T": {"dgRules"}}  # fmt: skip
SUMMER = [4, 5, 6, 7, 8]
MADE: dict[str, Any] = {
    "label": "made-1",
    "name": "Seasons with blocks, peaks in steps and a minimum",
    "fixedchargefirstmeter": 20,
    "fixedchargeunits": "$/month",
    "mincharge": 900,
    "minchargeunits": "$/month",
    "energyratestructure": [
        [{"max": 4000, "rate": 0.12, "adj": 0.003, "unit": "kWh"}, {"rate": 0.1, "adj": 0.003, "unit": "kWh"}],
        [{"max": 4000, "rate": 0.25, "unit": "kWh"}, {"rate": 0.19, "adj": -0.01, "unit": "kWh"}],
    ],
    "energyweekdayschedule": [[int(12 <= hour < 19) for hour in range(24)] for _ in range(12)],
    "energyweekendschedule": [[0] * 24 for _ in range(12)],
    "demandratestructure": [
        [{"max": 10, "rate": 0}, {"rate": 0}],
        [{"max": 10, "rate": 5.1}, {"rate": 8.4, "adj": 0.6}],
    ],
    "demandweekdayschedule": [[int(month in SUMMER and 9 <= hour < 22) for hour in range(24)] for month in range(12)],
    "demandweekendschedule": [[0] * 24 for _ in range(12)],
    "flatdemandstructure": [[{"rate": 2.5}], [{"max": 20, "rate": 3}, {"rate": 4.25}]],
    "flatdemandmonths": [int(month in SUMMER) for month in range(12)],
}


def converted(item: dict[str, Any]) -> dict[str, Any]:
    """PySAM's tables for a rate of the database; its tools change what they are given."""
    from PySAM.ResourceTools import URDBv7_to_ElectricityRates
    from PySAM.UtilityRateTools import URDBv8_to_ElectricityRates

    try:
        return URDBv8_to_ElectricityRates(copy.deepcopy(item))
    except (KeyError, ValueError, RuntimeError):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # it says that version 8 is newer
            return URDBv7_to_ElectricityRates(copy.deepcopy(item))


def both(text: str, times: int) -> tuple[list[float], list[float]]:
    """Twelve bills of ours and of PySAM for so many workshops."""
    plain = json.loads(text)
    load = years.quarters(years.workshop() * times)
    result = rate(import_urdb(loads(text), "UTC").tariff, year(2018), years.use_of(load))
    items = plain.get("items")
    return [float(month.amount) for month in result.months()], monthly_bills(
        converted(items[0] if items else plain), load
    )


@pytest.mark.shared
@pytest.mark.skipif(not URDB, reason="the open data is not beside the project")
@pytest.mark.parametrize("path", URDB, ids=lambda path: path.stem[:20])
def test_a_rate_of_the_database_costs_the_same_year(path):
    ours, theirs = both(path.read_text(encoding="utf-8"), 15)
    assert ours == pytest.approx(theirs, rel=0, abs=1e-6)
    assert sum(theirs) > 100_000


@pytest.mark.shared
@pytest.mark.skipif(not URDB, reason="the open data is not beside the project")
@pytest.mark.parametrize("path", URDB, ids=lambda path: path.stem[:20])
def test_what_is_not_billed_is_named(path):
    found = import_urdb(loads(path.read_text(encoding="utf-8")), "UTC").unbilled
    expected = next(fields for part, fields in UNBILLED.items() if part in path.stem)
    assert {row.field for row in found} == expected


@pytest.mark.parametrize("times", [1, 3])
def test_a_rate_with_everything_costs_the_same_year(times):
    ours, theirs = both(json.dumps(MADE), times)
    assert ours == pytest.approx(theirs, rel=0, abs=1e-6)
