from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from domain.registry import Registry
from domain.tariffs import base
from domain.tariffs.base import CHARGES, Book, Charge, Facts, Market, Span, charge_kind, month_spans, priced
from domain.tariffs.errors import RatingRefusedError
from domain.tariffs.rate import rate
from tests.factories.tariffs import days, make_prices, make_tariff, make_use


def test_every_kind_is_registered_under_its_name():
    assert set(CHARGES) == {
        "capacity", "demand", "energy", "feed_in", "fixed", "levy", "minimum", "netting", "percent", "spot",
    }  # fmt: skip
    assert all(CHARGES[name].kind == name for name in CHARGES)


def test_a_new_kind_is_one_class(monkeypatch):
    monkeypatch.setattr(base, "CHARGES", Registry("charge"))

    @charge_kind("per_interval")
    @dataclass(frozen=True, kw_only=True)
    class PerInterval(Charge):
        price: Decimal

        def lines(self, scope):
            spans = scope.spans()
            slots = scope.book.laid("import").slots
            counts = [slots.span(span.first, span.end) for span in spans]
            quantities = [Fraction(count.stop - count.start) for count in counts]
            return [scope.line(self, priced(spans, quantities, self.price), "interval", self.price)]

    charge = PerInterval(code="x", label="X", cost_group="service", price=Decimal("0.01"))
    result = rate(make_tariff(charge), days("2026-03-29", "2026-03-30"), make_use("2026-03-29", "2026-03-30"))
    assert result.net_minor == 92  # the short day has 92 quarter-hours
    assert (charge.flows, charge.levy_name, charge.issues(())) == ((), "", [])


def test_a_kind_without_lines_is_no_kind():
    with pytest.raises(NotImplementedError):
        Charge(code="x", label="X", cost_group="service").lines(None)


def test_a_period_is_cut_at_the_first_of_each_month():
    found = month_spans(date(2026, 1, 20), date(2026, 3, 2))
    assert [(str(span.first), str(span.end)) for span in found] == [
        ("2026-01-20", "2026-02-01"),
        ("2026-02-01", "2026-03-01"),
        ("2026-03-01", "2026-03-02"),
    ]
    assert month_spans(date(2026, 1, 1), date(2026, 1, 1)) == ()


@pytest.mark.parametrize(
    ("first", "end", "per", "share"),
    [
        (date(2026, 2, 1), date(2026, 2, 15), "month", Fraction(14, 28)),
        (date(2028, 2, 1), date(2028, 2, 15), "month", Fraction(14, 29)),
        (date(2026, 2, 1), date(2026, 3, 1), "year", Fraction(28, 365)),
        (date(2028, 2, 1), date(2028, 3, 1), "year", Fraction(29, 366)),
        (date(2026, 3, 29), date(2026, 3, 30), "day", Fraction(1)),  # the 23-hour day is one day
    ],
)
def test_a_share_is_of_the_whole_month_or_year(first, end, per, share):
    assert Span(first, end).share(per) == share


def test_a_notice_is_told_once():
    book = Book(make_use("2026-01-01", "2026-01-02"), date(2026, 1, 1), date(2026, 1, 2), Facts(), Market())
    book.tell("history_missing", "x", needed_from=date(2025, 1, 1))
    book.tell("history_missing", "x", needed_from=date(2025, 1, 1))
    assert len(book.notices) == 1


def test_a_price_series_must_be_there_in_the_right_currency():
    market = Market(prices={"spot": make_prices("2026-01-01", "2026-01-02", 1)})
    book = Book(make_use("2026-01-01", "2026-01-02"), date(2026, 1, 1), date(2026, 1, 2), Facts(), market)
    assert book.series("spot", "EUR").name == "spot"
    for name, currency, expected in (("other", "EUR", "series_missing"), ("spot", "NOK", "series_currency")):
        with pytest.raises(RatingRefusedError) as caught:
            book.series(name, currency)
        assert caught.value.reason == expected
