"""The digest of a bill's inputs: changed by what the rating looks at, and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from domain.billing.inputs import inputs_digest
from domain.tariffs.rate import Term
from domain.tariffs.taxes import LevyRate, TaxRule, TaxTable
from tests.factories.tariffs import make_energy, make_tariff, make_use, month

JUNE = month("2026-06")
TERM = Term(make_tariff(), date(2026, 1, 1), date.max)
FACTS = {"installed_kw": "9.8"}
FULL = TaxRule(vat_code="std", rate=Decimal("0.19"), valid_from=date(2021, 1, 1))
TAXES = TaxTable((FULL,), (LevyRate(levy="electricity_tax", price=Decimal("0.0205")),))


def digest(terms=(TERM,), facts=None, taxes=TAXES, reached=JUNE, energy_wh=250):
    return inputs_digest(terms, facts or FACTS, taxes, reached, JUNE, make_use("2026-06-01", "2026-07-01", energy_wh))


def test_the_same_inputs_have_the_same_digest():
    assert digest() == digest()
    assert len(digest()) == 64


def test_a_reading_a_version_a_fact_and_a_tax_change_it():
    other = Term(make_tariff(make_energy("0.31"), version=2), date(2026, 1, 1), date.max)
    lower = TaxTable((replace(FULL, rate=Decimal("0.16")),), TAXES.levies)
    levy = TaxTable(TAXES.rules, (LevyRate(levy="electricity_tax", price=Decimal("0.0210")),))
    ends = replace(TERM, end=date(2026, 6, 20))
    found = {
        digest(),
        digest(energy_wh=251),
        digest([other]),
        digest(facts={"installed_kw": "10"}),
        digest(taxes=lower),
    }
    found |= {digest(taxes=levy), digest([ends]), digest(reached=month("2026-06").last_year())}
    assert len(found) == 8


def test_what_comes_after_the_period_or_lies_before_what_is_looked_at_changes_nothing():
    ended = replace(TERM, end=date(2026, 8, 1))
    later = Term(make_tariff(version=3), date(2026, 8, 1), date.max)
    earlier = Term(make_tariff(version=9), date(2025, 1, 1), date(2026, 1, 1))
    known_end = TaxTable((replace(FULL, valid_to=date(2026, 7, 1)), replace(FULL, rate=Decimal("0.16"), valid_from=date(2026, 7, 1))), TAXES.levies)  # fmt: skip
    assert digest([earlier, ended, later], taxes=known_end) == digest()
