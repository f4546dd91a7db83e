"""Numbers, energies, dates and times read as a German and an English reader write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from babel.numbers import format_decimal

from components import formats
from domain.calendar import Period, PeriodKind

NAN = float("nan")
TUESDAY = date(2026, 9, 22)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1148.2, 1, "1,148.2"),
        (1148.25, 0, "1,148"),
        (201.05, 1, "201.1"),  # half away from zero, as a day's sum is rounded
        (2.5, 0, "3"),
        (-0.25, 1, "\u22120.3"),
        (0, 0, "0"),
        (-3.5, 1, "\u22123.5"),
        (-0.04, 1, "0.0"),  # rounded to nothing it has no sign
        (None, 1, "–"),
        (NAN, 1, "–"),
        (np.float64("nan"), 1, "–"),
        (np.int64(12_345), 0, "12,345"),
    ],
)
def test_english_numbers(value, digits, text):
    assert formats.number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1148.2, 1, "1.148,2"), (-3.5, 1, "\u22123,5"), (1_234_567, 0, "1.234.567"), (None, 0, "–")],
)
def test_german_numbers(german, value, digits, text):
    assert formats.number(value, digits) == text


@pytest.mark.parametrize(
    ("wh", "parts"),
    [
        (197_900, ("197.9", "kWh")),
        (9_999_900, ("9,999.9", "kWh")),
        (10_000_000, ("10.00", "MWh")),  # 10,000 kWh = 10 MWh
        (12_345_678, ("12.35", "MWh")),
        (-10_000_000, ("\u221210.00", "MWh")),
        (0, ("0.0", "kWh")),
        (None, ("–", "kWh")),
        (NAN, ("–", "kWh")),
    ],
)
def test_energy_changes_to_mwh_at_ten_thousand_kwh(wh, parts):
    assert formats.energy_parts(wh) == parts


def test_unit_and_figure_never_part():
    assert formats.kwh(197_900) == "197.9\u00a0kWh"
    assert formats.kwh(197_940, 2) == "197.94\u00a0kWh"
    assert formats.kw(2_345) == "2.35\u00a0kW"  # 2.345 kW, half away from zero
    assert formats.degrees(-3.25) == "\u22123.3\u00a0°C"
    assert formats.percent(0.12) == "12\u00a0%"


def test_unit_and_figure_in_german(german):
    assert formats.kwh(1_197_900) == "1.197,9\u00a0kWh"
    assert formats.percent(-0.055, 1) == "\u22125,5\u00a0%"


@pytest.mark.parametrize("shown", [formats.kwh, formats.kw, formats.degrees, formats.percent])
@pytest.mark.parametrize("value", [None, NAN])
def test_the_unknown_is_a_dash_without_a_unit(shown, value):
    assert shown(value) == "–"


def test_english_dates():
    assert formats.day(TUESDAY) == "Tuesday, 22 September 2026"
    assert formats.day_short(TUESDAY) == "22 Sep"
    assert formats.day_medium(TUESDAY) == "22 Sep 2026"
    assert formats.weekday_day(TUESDAY) == "Tue 22 Sep"
    assert formats.month(TUESDAY) == "September 2026"
    assert formats.month_name(TUESDAY) == "September"
    assert formats.month_short(TUESDAY) == "Sep"


def test_german_dates(german):
    assert formats.day(TUESDAY) == "Dienstag, 22. September 2026"
    assert formats.day_short(TUESDAY) == "22. Sept."
    assert formats.day_medium(TUESDAY) == "22. Sept. 2026"
    assert formats.weekday_day(TUESDAY) == "Di 22. Sept."
    assert formats.month(date(2026, 3, 1)) == "März 2026"
    assert formats.weekday(TUESDAY) == "Dienstag"


def test_times_count_to_24():
    assert formats.clock(time(14, 5)) == "14:05"
    assert formats.clock(datetime(2026, 9, 22, 0, 35, tzinfo=UTC)) == "00:35"
    berlin = datetime(2026, 9, 22, 14, 35, tzinfo=ZoneInfo("Europe/Berlin"))
    assert formats.clock(berlin) == "14:35"  # on the wall, not 12:35 UTC
    assert formats.minute_of_day(875) == "14:35"  # 14 * 60 + 35


def test_ranges_use_an_en_dash():
    assert formats.date_range(date(2026, 8, 1), date(2026, 8, 31)) == "1 Aug – 31 Aug 2026"
    assert formats.date_range(date(2025, 8, 1), date(2026, 7, 31)) == "1 Aug 2025 – 31 Jul 2026"
    assert formats.date_range(TUESDAY, TUESDAY) == "22 Sep 2026"


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (PeriodKind.DAY, "22 Sep 2026"),
        (PeriodKind.WEEK, "21 Sep – 27 Sep 2026"),  # the 22nd is a Tuesday
        (PeriodKind.MONTH, "September 2026"),
        (PeriodKind.YEAR, "2026"),
    ],
)
def test_titles_of_periods(kind, title):
    assert formats.period_title(Period.of(kind, TUESDAY)) == title


def _as_babel(locale: str, value: float, digits: int) -> str:
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text: str = format_decimal(rounded, "#,##0" + ("." + "0" * digits if digits else ""), locale=locale)
    return text


MANY = [9.5, 99.949, 999.9995, 1000, 1234.5678, 123_456.789, 9_999_999.5, 1e12, 0.0005, 7]


@pytest.mark.parametrize("digits", [0, 1, 2, 3])
def test_english_numbers_are_written_as_babel_writes_them(digits):
    assert [formats.number(value, digits) for value in MANY] == [_as_babel("en", value, digits) for value in MANY]


@pytest.mark.parametrize("digits", [0, 1, 2, 3])
def test_german_numbers_are_written_as_babel_writes_them(german, digits):
    assert [formats.number(value, digits) for value in MANY] == [_as_babel("de", value, digits) for value in MANY]


def test_a_day_of_long_ago_has_its_year():
    day = date(2014, 1, 25)
    assert formats.day_near(day, 299) == "25 Jan"
    assert formats.day_near(day, 300) == "25 Jan 2014"


AMOUNTS = [
    (5_787, "EUR", "€57.87", "57,87\xa0€"),
    (-1_623, "EUR", "\u2212€16.23", "\u221216,23\xa0€"),
    (123_456_789, "EUR", "€1,234,567.89", "1.234.567,89\xa0€"),
    (0, "GBP", "£0.00", "0,00\xa0£"),
    (5_000, "JPY", "¥5,000", "5.000\xa0¥"),
    (218_363, "NPR", "NPR\xa02,183.63", "2.183,63\xa0NPR"),
    (None, "EUR", "–", "–"),
]


@pytest.mark.parametrize(("minor", "currency", "text"), [(minor, unit, english) for minor, unit, english, _ in AMOUNTS])
def test_money_is_exact(minor, currency, text):
    assert formats.money(minor, currency) == text


@pytest.mark.parametrize(("minor", "currency", "text"), [(minor, unit, words) for minor, unit, _, words in AMOUNTS])
def test_money_in_german(german, minor, currency, text):
    assert formats.money(minor, currency) == text


def test_a_difference_of_money_carries_its_sign():
    assert formats.money(250, "EUR", is_signed=True) == "+€2.50"
    assert formats.money(-250, "EUR", is_signed=True) == "\u2212€2.50"
    assert formats.money(0, "EUR", is_signed=True) == "€0.00"


def test_estimates_are_in_whole_units():
    assert [formats.money_near(value, "EUR") for value in (57.5, -57.4, -0.2, None, NAN)] == [
        "€58", "\u2212€57", "€0", "–", "–",
    ]  # fmt: skip


def test_estimates_in_german(german):
    assert formats.money_near(1_234.4, "EUR") == "1.234\xa0€"


def test_prices_of_energy_are_in_cents_where_there_are_cents():
    assert formats.energy_price(Decimal("0.28123"), "EUR") == "28.12\xa0ct/kWh"
    assert formats.energy_price(Decimal("-0.0031"), "EUR", 3) == "\u22120.310\xa0ct/kWh"
    assert formats.energy_price(Decimal("0.2345"), "GBP") == "23.45\xa0p/kWh"
    assert formats.energy_price(Decimal("9.5"), "NPR") == "9.50\xa0NPR/kWh"
    assert formats.energy_price(None, "EUR") == "–"
