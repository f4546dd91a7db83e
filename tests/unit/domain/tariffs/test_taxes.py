from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.taxes import OUTSIDE, LevyRate, TaxRule, TaxTable, overlap

# Germany lowered its VAT for the second half of 2020.
VAT = tuple(
    TaxRule(vat_code="std", rate=Decimal(rate), valid_from=first, valid_to=end)
    for rate, first, end in (
        ("0.19", None, date(2020, 7, 1)),
        ("0.16", date(2020, 7, 1), date(2021, 1, 1)),
        ("0.19", date(2021, 1, 1), None),
    )
)
LEVIES = (LevyRate(levy="tax", price=Decimal("0.0205"), valid_to=date(2020, 4, 1)),)
TABLE = TaxTable(VAT, LEVIES)


@pytest.mark.parametrize(("day", "rate"), [("2020-06-30", "0.19"), ("2020-07-01", "0.16"), ("2021-01-01", "0.19")])
def test_vat_is_that_of_the_day_of_supply(day, rate):
    assert TABLE.rule("std", date.fromisoformat(day)).rate == Decimal(rate)


def test_no_code_is_outside_the_scope():
    assert TABLE.rule("", date(2020, 1, 1)) is OUTSIDE


def test_a_missing_rule_is_refused_not_taken_for_zero():
    with pytest.raises(RatingRefusedError) as caught:
        TABLE.rule("reduced", date(2020, 1, 1))
    assert caught.value.reason == "tax_rule_missing"
    with pytest.raises(RatingRefusedError) as caught:
        TABLE.levy("tax", date(2020, 4, 1))
    assert caught.value.reason == "levy_missing"
    assert TABLE.levy("tax", date(2020, 3, 31)).price == Decimal("0.0205")


def test_changes_are_the_dates_inside_a_period():
    inside = TABLE.changes("std", "tax", date(2020, 1, 1), date(2021, 1, 1))
    assert inside == [date(2020, 4, 1), date(2020, 7, 1)]  # the last day's end is no change inside
    assert TABLE.changes("", "", date(2020, 1, 1), date(2021, 1, 1)) == []


def test_as_of_keeps_one_timeless_row_of_each():
    frozen = TABLE.as_of(date(2020, 8, 1))
    assert [(rule.rate, rule.valid_from, rule.valid_to) for rule in frozen.rules] == [(Decimal("0.16"), None, None)]
    assert frozen.levies == ()


def test_overlapping_rows_are_issues():
    rows = (
        VAT[0],
        TaxRule(vat_code="std", rate=Decimal("0.07"), valid_from=date(2020, 6, 1), valid_to=date(2020, 6, 1)),
    )
    found = TaxTable(rows, (*LEVIES, *LEVIES)).issues()
    assert [(issue.field, issue.code) for issue in found] == [
        ("taxes[1].valid_to", "ends_before_it_begins"),
        ("taxes[1].valid_from", "overlaps"),
        ("levies[1].valid_from", "overlaps"),
    ]
    assert TABLE.issues() == []


def test_touching_spans_do_not_overlap():
    one, two, three = date(2020, 1, 1), date(2020, 2, 1), date(2020, 3, 1)
    assert not overlap((one, two), (two, three))
    assert overlap((one, three), (two, None))
    assert overlap((None, None), (None, one))
