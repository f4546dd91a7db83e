"""Headlines: who, how much, when, compared with what."""

from __future__ import annotations

from components import formats
from domain.calendar import Period, PeriodKind
from domain.energy.comparison import Comparison, is_other_season
from domain.text import gettext as _


def when(period: Period) -> str:
    """`in August 2026`, `on Tuesday, 22 September 2026`, `from 1 to 7 Sep`: a phrase after "You used ... ."""
    if period.kind is PeriodKind.DAY:
        return _("on {day}", day=formats.day(period.first))
    if period.kind is PeriodKind.MONTH:
        return _("in {month}", month=formats.month(period.first))
    if period.kind is PeriodKind.YEAR:
        return _("in {year}", year=str(period.first.year))
    if period.kind is PeriodKind.ALL:
        return _("from {first} to {last}", first=str(period.first.year), last=str(period.last.year))
    first = formats.day_short if period.first.year == period.last.year else formats.day_medium
    return _("from {first} to {last}", first=first(period.first), last=formats.day_medium(period.last))


def used(total_wh: int | None, period: Period, *, is_running: bool) -> str:
    """The first sentence; nothing known is said, never zero."""
    if total_wh is None:
        return _("There are no readings {when}.", when=when(period))
    if is_running:
        return _("You have used {energy} so far {when}.", energy=formats.kwh(total_wh), when=when(period))
    return _("You used {energy} {when}.", energy=formats.kwh(total_wh), when=when(period))


def used_and_compared(total_wh: int | None, period: Period, compared: Comparison | None, *, is_running: bool) -> str:
    """With the comparison when it is a fair one of the whole period."""
    if total_wh is None or compared is None or compared.ratio is None or is_running or not compared.is_whole:
        return used(total_wh, period, is_running=is_running)
    change, than = change_text(compared.ratio), when(compared.then)
    if abs(compared.ratio) < 0.005:
        return _(
            "You used {energy} {when}, as much as {then}.", energy=formats.kwh(total_wh), when=when(period), then=than
        )
    return _(
        "You used {energy} {when}, {change} than {then}.",
        energy=formats.kwh(total_wh), when=when(period), change=change, then=than,
    )  # fmt: skip


def change_text(ratio: float) -> str:
    """`12 % less`, `6 % more`."""
    if ratio < 0:
        return _("{percent} less", percent=formats.percent(-ratio))
    return _("{percent} more", percent=formats.percent(ratio))


def fair_comparison(compared: Comparison | None, elapsed: Period, *, is_running: bool) -> str:
    """The sub-sentence: what exactly is compared with what, and what was left out."""
    if compared is None or compared.ratio is None:
        return ""
    words = {"now": formats.kwh(compared.now_wh), "then": formats.kwh(compared.then_wh), "when": when(compared.then),
             "change": change_text(compared.ratio)}  # fmt: skip
    if compared.per_day:
        said = _(
            "{now} a day, {then} a day {when}: {change}. The periods differ in length, so days are compared.", **words
        )
        return f"{said}{_averaged(compared)}"
    if compared.until_s is not None and not is_running:
        return _("At the times known on both days: {now}, {change} than the {then} {when}.", **words)
    if compared.until_s is not None:
        clock = formats.minute_of_day(compared.until_s // 60)
        return _("Up to {clock}: {now}, {change} than the {then} by then {when}.", clock=clock, **words)
    if compared.days is not None:
        return _(
            "{n} pairs of days are compared: {now}, {change} than {then} {when}. Days without a partner or with gaps are left out on both sides.",
            n=formats.number(compared.days), **words,
        )  # fmt: skip
    if is_running:
        return _(
            "Up to {last}: {now}, {change} than the {then} of the same part {when}.",
            last=formats.day_short(elapsed.last), **words,
        )  # fmt: skip
    return ""


def season(commodity: str, period: Period, compared: Comparison | None) -> str:
    """Said where heat is compared with another season; such a difference belongs in no headline."""
    if compared is None or not is_other_season(commodity, period, compared.then):
        return ""
    return _("Heating follows the season: the same days a year ago say more about you.")


def _averaged(compared: Comparison) -> str:
    """Over how many days, when some were left out."""
    if compared.days is None or compared.then_days is None:
        return ""
    said = _(
        "Averages of {n} and {m} complete days; days with gaps are left out.",
        n=formats.number(compared.days), m=formats.number(compared.then_days),
    )  # fmt: skip
    return f" {said}"
