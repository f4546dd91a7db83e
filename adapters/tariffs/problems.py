"""What is wrong with a tariff file: where, what, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.errors import DomainError, Issue

# Problem code: what is wrong, and the remedy. Placeholders are the problem's params.
SENTENCES: dict[str, tuple[str, str]] = {
    "not_json": ("is not JSON (line {line}, column {column}: {why})", "mend the file there"),
    "key_twice": ("has the key {key!r} twice", "keep one of the two"),
    "not_an_object": ("is not an object", "write it as {{...}}"),
    "unknown_format": ("is {found!r}", 'write "format": "{known}"'),
    "unknown_kind": ("is {found!r}", "use one of {known}"),
    "unknown_key": ("is not known here", "remove it{hint}"),
    "missing": ("is missing", "add it"),
    "wrong_value": ("is {found}: {why}", "write a value of that form"),
    "number_too_large": ("is {found}, larger than any price", "check the unit; at most 9 digits before the point, 12 behind"),
    "bad_time": ("is {found!r}", 'write a time such as "06:00"; a day ends at "24:00"'),
    "empty": ("is empty", "fill it in"),
    "not_iso_4217": ("is no currency code", "write three capitals such as EUR"),
    "not_positive": ("is less than 1", "write 1 or more"),
    "ends_before_it_begins": ("is not after the beginning", "write the first day that is no longer in it"),
    "overlaps": ("overlaps an earlier row of {name!r}", "end the earlier row where this one begins"),
    "code_twice": ("is {code!r} like an earlier charge of the same days", "give it another code, or other dates"),
    "region_needed": ("is missing, but a rule asks for holidays", "name the region, such as DE-BW"),
    "time_not_covered": ("leave open {at} on weekday {weekday} of month {month}", "end with a rule without conditions"),
    "not_a_month": ("is no month", "use 1 to 12"),
    "not_a_weekday": ("is no weekday", "use 1 (Monday) to 7 (Sunday)"),
    "not_a_quarter_hour": ("is no quarter-hour", "use a time such as 06:00 or 06:15"),
    "no_time_between": ("is the same as the beginning", "leave both out for the whole day"),
    "one_of_price_blocks_rates": ("is not clear", "give exactly one of price, blocks and rates"),
    "price_or_blocks": ("has no price or two", "give either price or blocks"),
    "unknown_band": ("is {band!r}, which the calendar does not have", "use one of: {known}"),
    "band_twice": ("is {band!r} again", "give each band once; a rate without a band must be the only one"),
    "last_block_open": ("is wrong", "give every block but the last a limit"),
    "limits_must_rise": ("is not above the block before", "order the blocks by their limits"),
    "shared_blocks_differ": ("have different limits", 'use the same limits in every band, or "block_scope": "band"'),
    "too_many_decimals": ("has too many decimals", "round to at most {most}"),
    "below_floor": ("is below the floor", "swap them"),
    "out_of_range": ("is out of range", "see docs/tariffs.md"),
    "not_in_this_mode": ("has no meaning in this mode", "remove it"),
    "netted_bands_differ": ("has a band that buy has not", "net within the same bands, or sell in one without a band"),
    "no_blocks_here": ("has blocks", "give one price per band"),
}  # fmt: skip


@dataclass(frozen=True)
class TariffProblem:
    """One problem; `path` is its place in the file, such as `tariff.charges[2].blocks[0].up_to`."""

    path: str
    code: str
    params: dict[str, object]

    def __str__(self) -> str:
        what, remedy = SENTENCES[self.code]
        return f"{self.path or 'file'} {what.format(**self.params)} -> {remedy.format(**self.params)}"


def of_issue(prefix: str, issue: Issue) -> TariffProblem:
    return TariffProblem(f"{prefix}{issue.field}", issue.code, issue.params)


class TariffFileError(DomainError):
    """The file is no tariff; carries everything found, not the first thing only."""

    code = "tariff_file"

    def __init__(self, problems: Sequence[TariffProblem]) -> None:
        super().__init__(problems=[str(problem) for problem in problems])
        self.problems = tuple(problems)
