"""Why a bill differs from the one before: causes that sum to the difference exactly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from domain.errors import InvalidInputError


@dataclass(frozen=True)
class Priced:
    """A quantity and its exact cost before rounding and tax. [quantity: the line's unit; amount: minor units]"""

    quantity: Fraction
    amount: Fraction

    @property
    def price(self) -> Fraction:
        return self.amount / self.quantity if self.quantity else Fraction(0)


@dataclass(frozen=True)
class Bill:
    """What of a bill explains its amount.

    use : by a name that means the same on both bills, such as "energy" or "standing"; corrections and feed-in apart
    net_minor : rounded, of `use` alone; with the others and the VAT it is the bill. [minor units]
    """

    days: int
    use: Mapping[str, Priced]
    net_minor: int
    tax_minor: int = 0
    corrections_minor: int = 0
    feed_in_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.tax_minor + self.corrections_minor + self.feed_in_minor


@dataclass(frozen=True)
class Step:
    """cause : days, weather, usage, prices, taxes, corrections or feed_in. [minor units]"""

    cause: str
    change_minor: int


@dataclass(frozen=True)
class Weather:
    """factor : use per day that the weather of the new bill makes of that of the old one; names : what it drives."""

    factor: Fraction
    names: frozenset[str] = field(default_factory=frozenset)


def explain(before: Bill, after: Bill, weather: Weather | None = None) -> tuple[Step, ...]:
    """One cause is changed after the other: days, weather where known, usage, prices; then taxes and the rest.

    The levels between causes are rounded, not the causes, so that these sum to `after - before` to the cent.
    What is on one bill alone is usage: it has no second price.
    """
    if before.days < 1 or after.days < 1:
        raise InvalidInputError("days", "not_positive")
    names = sorted({*before.use, *after.use})
    old = {name: before.use.get(name, Priced(Fraction(0), Fraction(0))) for name in names}
    new = {name: after.use.get(name, Priced(Fraction(0), Fraction(0))) for name in names}
    price = {name: old[name].price if old[name].quantity else new[name].price for name in names}
    longer = Fraction(after.days, before.days)
    rows = {name: one.quantity * longer for name, one in old.items()}
    levels = [("days", _cost(rows, price))]
    if weather is not None:
        driven = {name: rows[name] * (weather.factor if name in weather.names else 1) for name in names}
        levels.append(("weather", _cost(driven, price)))
    levels.append(("usage", _cost({name: one.quantity for name, one in new.items()}, price, new)))
    return (*_steps(before.net_minor, levels, after.net_minor), *_rest(before, after))


def _cost(
    quantities: Mapping[str, Fraction], price: Mapping[str, Fraction], new: Mapping[str, Priced] | None = None
) -> Fraction:
    # A cost without a quantity, such as a flat fee, is the new bill's own amount.
    own = sum((one.amount for one in (new or {}).values() if not one.quantity), Fraction(0))
    return own + sum((quantity * price[name] for name, quantity in quantities.items()), Fraction(0))


def _steps(first_minor: int, levels: Sequence[tuple[str, Fraction]], last_minor: int) -> list[Step]:
    found, level = [], first_minor
    for cause, exact in levels:
        rounded = round(exact)
        found.append(Step(cause, rounded - level))
        level = rounded
    return [*found, Step("prices", last_minor - level)]


def _rest(before: Bill, after: Bill) -> list[Step]:
    return [
        Step("taxes", after.tax_minor - before.tax_minor),
        Step("corrections", after.corrections_minor - before.corrections_minor),
        Step("feed_in", after.feed_in_minor - before.feed_in_minor),
    ]
