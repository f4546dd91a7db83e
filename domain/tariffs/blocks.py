"""Block prices: how much energy of a month falls into which block, in two conventions that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from domain.errors import Issue

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Block:
    """A price up to a limit; the last block has none."""

    __pydantic_config__ = {"extra": "forbid"}

    price: Decimal
    up_to: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class BandRate:
    """The price of one band, or its blocks. An empty band means all of them."""

    __pydantic_config__ = {"extra": "forbid"}

    band: str = ""
    price: Decimal | None = None
    blocks: tuple[Block, ...] = ()

    @property
    def table(self) -> tuple[Block, ...]:
        return (Block(price=self.price),) if self.price is not None else self.blocks


def rate_issues(rates: Sequence[BandRate], bands: Sequence[str], path: str = "rates") -> list[Issue]:
    """What is wrong with the rates of a charge in a tariff of these bands."""
    found = [] if rates else [Issue(path, "empty")]
    names = [rate.band for rate in rates]
    for place, rate in enumerate(rates):
        where = f"{path}[{place}]"
        if rate.band and rate.band not in bands:
            found.append(Issue(f"{where}.band", "unknown_band", {"band": rate.band, "known": ", ".join(bands)}))
        if rate.band in names[:place] or (not rate.band and len(rates) > 1):
            found.append(Issue(f"{where}.band", "band_twice", {"band": rate.band}))
        if (rate.price is None) == (not rate.blocks):
            found.append(Issue(where, "price_or_blocks"))
        found += block_issues(rate.blocks, f"{where}.blocks")
    return found


def block_issues(blocks: Sequence[Block], path: str) -> list[Issue]:
    """Limits rise, and only the last block has none."""
    found = []
    before = Decimal(0)
    for place, block in enumerate(blocks):
        is_last = place == len(blocks) - 1
        if (block.up_to is None) != is_last:
            found.append(Issue(f"{path}[{place}].up_to", "last_block_open"))
        elif block.up_to is not None and block.up_to <= before:
            found.append(Issue(f"{path}[{place}].up_to", "limits_must_rise"))
        before = block.up_to if block.up_to is not None else before
    return found


def split_total(total: Fraction, limits: Sequence[Fraction]) -> list[Fraction]:
    """How much of a total falls into each block: 850 over limits 250 and 750 -> 250, 500, 100."""
    edges = [Fraction(0), *limits]
    upper = [*limits, max(total, edges[-1])]
    return [max(Fraction(0), min(total, high) - low) for low, high in zip(edges, upper, strict=True)]


def proportional(by_band: Sequence[int], limits: Sequence[Fraction]) -> list[list[Fraction]]:
    """Energy by band and block: every band has the same shares of the blocks.

    by_band : energy of the month in each band. [Wh]
    limits : rising limits of the month, one less than blocks. [Wh]
    """
    total = sum(by_band)
    tiers = split_total(Fraction(total), limits)
    if total == 0:
        return [[Fraction(0)] * len(tiers) for _ in by_band]
    return [[energy * tier / total for tier in tiers] for energy in by_band]


def chronological(
    energy_wh: Int64s, masks: Sequence[npt.NDArray[np.bool_]], limits: Sequence[Fraction]
) -> list[list[Fraction]]:
    """Energy by band and block: blocks fill up as the month goes, an interval may be split between two.

    energy_wh : the intervals of one month, in order
    masks : which of them belong to each band
    """
    scale = lcm(*(limit.denominator for limit in limits)) if limits else 1
    edges = [0, *(int(limit * scale) for limit in limits)]
    after = np.cumsum(energy_wh) * scale
    before = after - energy_wh * scale
    whole = int(after[-1]) if len(after) else 0
    upper = [*edges[1:], max(whole, edges[-1])]
    tiers = [np.clip(after, low, high) - np.clip(before, low, high) for low, high in zip(edges, upper, strict=True)]
    return [[Fraction(int(tier[mask].sum()), scale) for tier in tiers] for mask in masks]
