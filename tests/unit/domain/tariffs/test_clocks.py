"""A year of Europe/Berlin by hand, and rated in processes that live in other zones."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from domain.tariffs.base import Market
from domain.tariffs.blocks import BandRate
from domain.tariffs.rate import Term, rate
from domain.tariffs.taxes import LevyRate, TaxRule, TaxTable
from tests.factories.tariffs import DAY_NIGHT, make_energy, make_fixed, make_tariff, make_use, month, year

ROOT = Path(__file__).resolve().parents[4]
d = Decimal
BANDS = (BandRate(band="day", price=d("0.3")), BandRate(band="night", price=d("0.2")))
TARIFF = make_tariff(
    make_energy(None, rates=BANDS, vat_code="std"), make_fixed("0.5", per="day", vat_code="std"), calendar=DAY_NIGHT
)
# Germany lowered its VAT for the second half of 2020.
VAT = TaxTable(
    (
        TaxRule(vat_code="std", rate=d("0.19"), valid_to=date(2020, 7, 1)),
        TaxRule(vat_code="std", rate=d("0.16"), valid_from=date(2020, 7, 1), valid_to=date(2021, 1, 1)),
        TaxRule(vat_code="std", rate=d("0.19"), valid_from=date(2021, 1, 1)),
    ),
    (LevyRate(levy="tax", price=d("0.0205")),),
)


@pytest.mark.parametrize(("number", "days"), [(2024, 366), (2026, 365), (2028, 366)])
def test_a_year_at_one_kilowatt_by_hand(number, days):
    # Days of 16 hours of day; the nights lose an hour in March and win one in October. A day is a day for the standing charge.
    use = make_use(f"{number}-01-01", f"{number + 1}-01-01")
    result = rate(TARIFF, year(number), use, market=Market(taxes=TaxTable((TaxRule(vat_code="std", rate=d(0)),))))
    assert [line.quantity for line in result.lines] == [days * 16, days * 8, days]
    assert result.amount == days * (16 * Fraction("0.3") + 8 * Fraction("0.2") + Fraction("0.5"))


def test_the_months_of_the_clock_change_and_of_the_leap_year():
    # March 2028 has 31 x 24 - 1 hours, of which one night hour is gone; February has 29 days.
    use = make_use("2028-01-01", "2029-01-01")
    outside = Market(taxes=VAT)
    hours = {
        text: rate(TARIFF, month(text), use, market=outside).lines[1].quantity
        for text in ("2028-02", "2028-03", "2028-10")
    }
    assert hours == {"2028-02": 29 * 8, "2028-03": 31 * 8 - 1, "2028-10": 31 * 8 + 1}


def test_the_vat_of_2020_changes_inside_a_year_and_back_after_it():
    use = make_use("2020-01-01", "2021-02-01")
    tariff = make_tariff(make_energy("0.25", vat_code="std"))
    result = rate(tariff, year(2020), use, market=Market(taxes=VAT))
    # 182 days less an hour, 184 days and an hour, of 24 kWh x 0.25 = 6.00.
    assert [(line.tax.rate, line.amount_minor) for line in result.lines] == [(d("0.19"), 109_175), (d("0.16"), 110_425)]
    assert [tax.tax_minor for tax in result.taxes] == [17_668, 20_743]  # 1104.25 x 0.16; 1091.75 x 0.19 = 207.4325
    (january,) = rate(tariff, month("2021-01"), use, market=Market(taxes=VAT)).taxes
    assert (january.rate, january.tax_minor) == (d("0.19"), 3_534)  # 186.00


def test_a_new_tariff_in_mid_month_on_the_day_of_the_clock_change():
    old, new = make_tariff(make_energy("0.20")), make_tariff(make_energy("0.30"), version=2)
    change = date(2026, 3, 29)
    terms = [Term(old, date(2026, 1, 1), change), Term(new, change, date(2027, 1, 1))]
    result = rate(terms, month("2026-03"), make_use("2026-03-01", "2026-04-01"))
    # 28 days of 24 hours; then 23 + 24 + 24.
    assert [(line.quantity, line.amount_minor) for line in result.lines] == [(672, 13_440), (71, 2_130)]


ELSEWHERE = """
import numpy as np
from domain.tariffs.charges.levy import Levy
from tests.unit.domain.tariffs.test_clocks import *
use = make_use("2020-01-01", "2021-01-01", np.arange(96 * 366) * 7919 % 2_003)
charges = (*TARIFF.charges, Levy(code="levy", label="L", cost_group="tax_levy", vat_code="std", levy="tax"))
result = rate(make_tariff(*charges, calendar=DAY_NIGHT), year(2020), use, market=Market(taxes=VAT))
for line in result.lines:
    print(line.code, line.band, line.first, line.end, line.amount, [str(part.amount) for part in line.parts])
    if line.intervals:
        print(len(line.intervals), line.intervals.start_utc[[0, -1]])
print(result.gross_minor, result.is_complete)
"""


def test_law_the_clock_of_the_machine_changes_no_line_of_a_year():
    said = [
        subprocess.run(
            [sys.executable, "-c", ELSEWHERE],
            cwd=ROOT, env={**os.environ, "TZ": zone}, capture_output=True, text=True, check=True,
        ).stdout
        for zone in ("UTC", "America/Los_Angeles", "Pacific/Apia")
    ]  # fmt: skip
    assert len(set(said)) == 1
    # Two bands, standing charge and levy under two rates of VAT; all but the standing charge with intervals; the total.
    assert len(said[0].splitlines()) == 8 + 6 + 1
