"""Numbers, energies, dates and times as text in the reader's language."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import isnan

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency, get_currency_symbol, get_decimal_symbol, get_group_symbol

from domain.calendar import Period, PeriodKind
from domain.money import from_minor
from domain.text import current_locale

DAYS_WITHOUT_YEAR = 300
NBSP = "\u00a0"
MINUS = "\u2212"
UNKNOWN = "–"
LETTERS_THEN_FIGURE = re.compile(r"([A-Z])(\d)")
HUNDREDTHS = {"EUR": "ct", "GBP": "p", "USD": "ct"}
MWH_FROM_WH = 10_000_000


def number(value: float | None, digits: int = 0) -> str:
    """`1,148.2`, rounded half away from zero as sums are; unknown is a dash."""
    if value is None or isnan(value):
        return UNKNOWN
    rounded = Decimal(str(value)).quantize(_step(digits), ROUND_HALF_UP)
    text = f"{rounded:,f}".translate(_signs(current_locale()))
    return text if rounded else text.removeprefix(MINUS)  # rounded to nothing it has no sign


@lru_cache(maxsize=16)
def _step(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


@lru_cache(maxsize=16)
def _signs(locale: str) -> dict[int, str]:
    """What a language writes for Python's signs; Babel looks them up for every number, which takes ten times as long."""
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale), "-": MINUS})


def energy_parts(wh: float | None, digits: int = 1) -> tuple[str, str]:
    """Figure and unit: kWh, from 10,000 kWh on MWh with two decimals."""
    if wh is None or isnan(wh):
        return UNKNOWN, "kWh"
    if abs(wh) >= MWH_FROM_WH:
        return number(wh / 1e6, 2), "MWh"
    return number(wh / 1000, digits), "kWh"


def money(minor: int | None, currency: str, *, is_signed: bool = False) -> str:
    """`€57.87`, `57,87 €`: exact, from minor units. [minor units]; is_signed : a plus before what is more than nothing"""
    if minor is None:
        return UNKNOWN
    amount = from_minor(abs(minor), currency)
    sign = MINUS if minor < 0 else "+" if is_signed and minor else ""
    return sign + _plain_spaces(format_currency(amount, currency, locale=current_locale()))


def currency_sign(currency: str) -> str:
    """`€`, or the letters where the language has no sign."""
    return str(get_currency_symbol(currency, locale=current_locale()))


def money_near(amount: float | None, currency: str) -> str:
    """`€58`: in whole units, for estimates. [currency]"""
    if amount is None or isnan(amount):
        return UNKNOWN
    whole = Decimal(str(abs(amount))).quantize(Decimal(1), ROUND_HALF_UP)
    text = format_currency(
        whole, currency, locale=current_locale(), currency_digits=False, format=_whole_units(current_locale())
    )
    return (MINUS if amount < 0 and whole else "") + _plain_spaces(text)


@lru_cache(maxsize=4)
def _whole_units(locale: str) -> str:
    """The pattern of amounts without decimals: the currency stands where the language puts it."""
    return str(Locale.parse(locale).currency_formats["standard"].pattern).replace(".00", "")


def energy_price(per_kwh: Decimal | float | None, currency: str, digits: int = 2) -> str:
    """`28.12 ct/kWh`, `24.50 p/kWh`; in whole units where the currency has no everyday hundredth. [currency / kWh]"""
    if per_kwh is None:
        return UNKNOWN
    small = HUNDREDTHS.get(currency)
    if small:
        return f"{number(float(Decimal(str(per_kwh)) * 100), digits)}{NBSP}{small}/kWh"
    return f"{number(float(per_kwh), digits)}{NBSP}{currency}/kWh"


def _plain_spaces(text: str) -> str:
    """Between figure and sign a line never breaks; letters stand apart from figures, as CLDR wants it."""
    return LETTERS_THEN_FIGURE.sub(rf"\1{NBSP}\2", text.replace("\u202f", NBSP).replace(" ", NBSP))


def kwh(wh: float | None, digits: int = 1) -> str:
    figure, unit = energy_parts(wh, digits)
    return figure if figure == UNKNOWN else f"{figure}{NBSP}{unit}"


def kw(power_w: float | None, digits: int = 2) -> str:
    return UNKNOWN if power_w is None or isnan(power_w) else f"{number(power_w / 1000, digits)}{NBSP}kW"


def degrees(celsius: float | None, digits: int = 1) -> str:
    return UNKNOWN if celsius is None or isnan(celsius) else f"{number(celsius, digits)}{NBSP}°C"


def percent(ratio: float | None, digits: int = 0) -> str:
    """`12 %` of 0.12, with a no-break space in every language."""
    if ratio is None or isnan(ratio):
        return UNKNOWN
    return f"{number(ratio * 100, digits)}{NBSP}%"


def day(value: date) -> str:
    """`Tuesday, 22 September 2026`"""
    pattern = {"en": "EEEE, d MMMM y"}.get(current_locale(), "full")
    return format_date(value, pattern, locale=current_locale())


def day_short(value: date) -> str:
    """`22 Sep`"""
    if current_locale() == "en":
        return format_date(value, "d MMM", locale="en")
    return format_skeleton("MMMd", value, locale=current_locale())


def day_medium(value: date) -> str:
    """`22 Sep 2026`"""
    if current_locale() == "en":
        return format_date(value, "d MMM y", locale="en")
    return format_skeleton("yMMMd", value, locale=current_locale())


def day_near(value: date, days_ago: int) -> str:
    """`22 Sep`, and with its year where it could be taken for a day of another one: `22 Sep 2014`."""
    return day_short(value) if days_ago < DAYS_WITHOUT_YEAR else day_medium(value)


def weekday(value: date) -> str:
    return format_date(value, "EEEE", locale=current_locale())


def weekday_short(value: date) -> str:
    return format_date(value, "EEE", locale=current_locale()).rstrip(".")


def weekday_day(value: date) -> str:
    """`Tue 22 Sep`"""
    return f"{weekday_short(value)} {day_short(value)}"


def month(value: date) -> str:
    """`August 2026`"""
    return format_date(value, "LLLL y", locale=current_locale())


def month_name(value: date) -> str:
    return format_date(value, "LLLL", locale=current_locale())


def month_short(value: date) -> str:
    return format_date(value, "LLL", locale=current_locale()).rstrip(".")


def clock(value: datetime | time) -> str:
    """`14:35`"""
    return format_time(value, "HH:mm", locale=current_locale())


def minute_of_day(minutes: int) -> str:
    """`14:35` of 875 minutes after local midnight."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def date_range(first: date, last: date) -> str:
    """`1–31 Aug 2026`, with an en dash."""
    if first == last:
        return day_medium(first)
    return f"{(day_short if first.year == last.year else day_medium)(first)} – {day_medium(last)}"


def period_title(period: Period) -> str:
    """What the period bar calls a period."""
    if period.kind is PeriodKind.DAY:
        return day_medium(period.first)
    if period.kind is PeriodKind.MONTH:
        return month(period.first)
    if period.kind is PeriodKind.YEAR:
        return str(period.first.year)
    if period.kind is PeriodKind.ALL:
        return " – ".join(dict.fromkeys((str(period.first.year), str(period.last.year))))
    return date_range(period.first, period.last)
