"""Our rating beside NREL PySAM's Utilityrate5, run here and now."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec

import pytest

from domain.tariffs.rate import rate
from tests.factories.tariffs import year
from tests.oracle import golden, years
from tests.oracle.cases import STRUCTURES
from tests.oracle.chance import drawn
from tests.oracle.pysam import monthly_bills
from tests.oracle.structures import Structure

pytestmark = [pytest.mark.pysam, pytest.mark.skipif(find_spec("PySAM") is None, reason="nrel-pysam is not installed")]


def ours(made: Structure) -> list[float]:
    result = rate(made.tariff, year(2018), years.use_of(*made.flows()), market=made.market)
    return [float(month.amount) for month in result.months()]


@pytest.mark.parametrize("name", STRUCTURES)
def test_both_programs_bill_the_same_months(name):
    made = STRUCTURES[name]
    theirs = monthly_bills(made.rates, *made.flows())
    assert ours(made) == pytest.approx(theirs, rel=0, abs=1e-6)
    assert golden.kept()[name] == pytest.approx(theirs, rel=0, abs=1e-8)


def test_the_kept_bills_are_those_of_the_pinned_wheel():
    assert version("nrel-pysam") == golden.WHEEL
    assert set(golden.kept()) == set(STRUCTURES)


@pytest.mark.parametrize("seed", range(25))
def test_structures_nobody_thought_of(seed):
    made = drawn(seed)
    assert made.tariff.issues() == []
    assert ours(made) == pytest.approx(monthly_bills(made.rates, *made.flows()), rel=0, abs=1e-6)
