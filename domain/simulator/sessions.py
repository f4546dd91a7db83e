"""Appliance runs with a start, a length and a power, turned into exact energy per quarter-hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from domain.simulator.grid import STEP_S, Grid
from domain.simulator.noise import Floats, Ints


@dataclass(frozen=True)
class Sessions:
    """Arrays of equal length, any order, overlaps allowed.

    start_s : begin, seconds since 1970 UTC. [s]
    duration_s : length. [s]
    power_w : mean power while it runs. [W]
    """

    start_s: Ints
    duration_s: Ints
    power_w: Ints


def daily_sessions(grid: Grid, start_min: Floats, duration_min: Floats | float, power_w: Floats | float) -> Sessions:
    """At most one run a day at a minute of the local day; a duration of 0 is a day without."""
    count = len(grid.days)
    start_s = grid.day_start_s + np.rint(np.broadcast_to(start_min, count) * 60.0).astype(np.int64)
    duration_s = np.rint(np.broadcast_to(duration_min, count) * 60.0).astype(np.int64)
    power = np.rint(np.broadcast_to(power_w, count)).astype(np.int64)
    runs = duration_s > 0
    return Sessions(start_s[runs], duration_s[runs], power[runs])


def after(sessions: Sessions, delay_min: float, duration_min: float, power_w: float) -> Sessions:
    """A later step of each run's programme, such as the rinse after the wash."""
    count = len(sessions.start_s)
    return Sessions(
        sessions.start_s + int(delay_min * 60),
        np.full(count, int(duration_min * 60), dtype=np.int64),
        np.full(count, int(power_w), dtype=np.int64),
    )


def join(parts: Sequence[Sessions]) -> Sessions:
    return Sessions(
        np.concatenate([part.start_s for part in parts]),
        np.concatenate([part.duration_s for part in parts]),
        np.concatenate([part.power_w for part in parts]),
    )


def energy_wh(grid: Grid, sessions: Sessions) -> Ints:
    """Energy of the runs in each quarter-hour, rounded once per quarter-hour. [Wh]

    The energy since the beginning of time is piecewise linear in time; in whole watts and seconds it is an exact
    integer, so the difference between two instants is the same whatever span it is computed in.
    """
    steps_s = np.concatenate([sessions.start_s, sessions.start_s + sessions.duration_s])
    order = np.argsort(steps_s, kind="stable")
    steps_s = steps_s[order]
    origin_s = int(grid.start_s[0]) if len(grid.start_s) else 0
    change_w = np.concatenate([sessions.power_w, -sessions.power_w])[order]
    power_w = np.concatenate([[0], np.cumsum(change_w)])
    offset_ws = np.concatenate([[0], np.cumsum(change_w * (steps_s - origin_s))])

    def until_ws(at_s: Ints) -> Ints:
        position = np.searchsorted(steps_s, at_s, side="right")
        used: Ints = power_w[position] * (at_s - origin_s) - offset_ws[position]
        return used

    used_ws = until_ws(grid.start_s + STEP_S) - until_ws(grid.start_s)
    return (used_ws + 1800) // 3600


def quarter_wh(power_w: Floats) -> Ints:
    """Mean power of each quarter-hour as whole energy. [Wh]"""
    return np.rint(np.maximum(power_w, 0.0) * (STEP_S / 3600.0)).astype(np.int64)
