"""A tariff: an ordered list of charges and a calendar, as data that never changes once it was used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

from domain.errors import Issue
from domain.tariffs import charges as _kinds  # importing the kinds registers them
from domain.tariffs.bands import Calendar
from domain.tariffs.base import Charge
from domain.tariffs.taxes import overlap

assert _kinds


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """One version of a tariff. A change of a price is a new version, or a charge with dates.

    id, version : together they name it for good
    currency : ISO 4217
    zone : IANA zone of its market, for tools that know no site; a bill uses the site's own zone
    valid_from, valid_to : when the version is on offer, `[from, to)` in local dates
    """

    __pydantic_config__ = {"extra": "forbid"}

    id: str
    version: int
    name: str
    currency: str
    zone: str
    charges: tuple[Charge, ...]
    calendar: Calendar | None = None
    market: str = ""
    customer_class: Literal["household", "business", "any"] = "any"
    valid_from: date | None = None
    valid_to: date | None = None
    price_guarantee_until: date | None = None
    source: str = ""

    @property
    def bands(self) -> tuple[str, ...]:
        return self.calendar.bands if self.calendar else ()

    @cached_property
    def flows(self) -> tuple[str, ...]:
        """The flows the tariff needs readings of."""
        return tuple(dict.fromkeys(flow for charge in self.charges for flow in charge.flows))

    @property
    def reach_back_months(self) -> int:
        """How long before a bill begins readings may count in it: ratchets, banks and what is due by the year."""
        return max((charge.reach_back_months for charge in self.charges), default=0)

    @property
    def digest(self) -> str:
        """SHA-256 of everything in it: two versions with the same digest charge the same."""
        return hashlib.sha256(canonical(self).encode()).hexdigest()

    def as_of(self, day: date) -> Tariff:
        """Only the prices in force on a day, made timeless: what another year would cost at the prices of that day."""
        kept = tuple(
            replace(charge, valid_from=None, valid_to=None) for charge in self.charges if is_in_force(charge, day)
        )
        return replace(self, charges=kept)

    def issues(self) -> list[Issue]:
        """Everything that is wrong with the tariff, each with the path of its field."""
        found = [] if self.charges else [Issue("charges", "empty")]
        if len(self.currency) != 3 or not self.currency.isupper():
            found.append(Issue("currency", "not_iso_4217"))
        if self.version < 1:
            found.append(Issue("version", "not_positive"))
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            found.append(Issue("valid_to", "ends_before_it_begins"))
        found += _under("calendar", self.calendar.issues()) if self.calendar else []
        for place, charge in enumerate(self.charges):
            own = [*_common_issues(charge, self.charges[:place]), *charge.issues(self.bands)]
            found += _under(f"charges[{place}]", own)
        return found


def is_in_force(charge: Charge, day: date) -> bool:
    return (charge.valid_from is None or charge.valid_from <= day) and (
        charge.valid_to is None or day < charge.valid_to
    )


def canonical(tariff: Tariff) -> str:
    """One text per tariff: keys in order, numbers as they are written."""
    plain = asdict(tariff)
    for row, charge in zip(plain["charges"], tariff.charges, strict=True):
        row["kind"] = charge.kind
    return json.dumps(plain, sort_keys=True, default=str, separators=(",", ":"))


def _under(path: str, issues: Sequence[Issue]) -> list[Issue]:
    return [replace(issue, field=f"{path}.{issue.field}") for issue in issues]


def _common_issues(charge: Charge, earlier: Sequence[Charge]) -> list[Issue]:
    found = [] if charge.code else [Issue("code", "empty")]
    span = (charge.valid_from, charge.valid_to)
    if charge.valid_from and charge.valid_to and charge.valid_from >= charge.valid_to:
        found.append(Issue("valid_to", "ends_before_it_begins"))
    if any(other.code == charge.code and overlap((other.valid_from, other.valid_to), span) for other in earlier):
        found.append(Issue("code", "code_twice", {"code": charge.code}))
    return found
