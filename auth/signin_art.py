"""The drawing beside the sign-in form: one invented sunny day as three curves."""

from __future__ import annotations

import math
from dataclasses import dataclass

STEPS = 64  # enough for a smooth line at 750 px, few enough for a light page


@dataclass(frozen=True)
class Frame:
    """Where a curve is drawn: width, the y of zero and the height of one."""

    width: int
    base_y: int
    height: int


@dataclass(frozen=True)
class Art:
    """Path data and marks of one size of the drawing."""

    solar: str
    solar_area: str
    home: str
    peak_x: int
    peak_y: int
    bars: tuple[tuple[float, float, float], ...] = ()  # x, height, opacity


def solar_power(hour: float) -> float:
    """Share of the day's highest production at an hour of the day, sunrise 5:30 to sunset 20:30."""
    height = math.sin(math.pi * (hour - 5.5) / 15)
    return max(0.0, height) ** 1.7 if 5.5 < hour < 20.5 else 0.0


def home_power(hour: float) -> float:
    """Base load with a morning, a noon and an evening hump, in shares of the solar peak."""
    humps = ((7.1, 0.9, 0.21), (13.1, 0.8, 0.31), (19.3, 1.3, 0.42))
    ripple = 0.006 * math.sin(hour * 9)
    return 0.09 + ripple + sum(size * math.exp(-(((hour - at) / width) ** 2)) for at, width, size in humps)


def battery_level(hour: int) -> float:
    """How full the battery is: fills with the surplus, feeds the evening."""
    level = 0.35
    for step in range(hour + 1):
        level = min(1.0, max(0.16, level + 0.28 * (solar_power(step + 0.5) - home_power(step + 0.5))))
    return level


def _points(share: object, frame: Frame) -> list[tuple[float, float]]:
    assert callable(share)
    hours = [24 * step / STEPS for step in range(STEPS + 1)]
    return [(frame.width * hour / 24, frame.base_y - frame.height * share(hour)) for hour in hours]


def _line(points: list[tuple[float, float]]) -> str:
    """A Catmull-Rom spline through the points, as cubic Béziers."""
    path = [f"M{points[0][0]:.0f} {points[0][1]:.1f}"]
    for i in range(len(points) - 1):
        before, start, end = points[max(i - 1, 0)], points[i], points[i + 1]
        after = points[min(i + 2, len(points) - 1)]
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        path.append("C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in (first, second, end)))
    return "".join(path)


def draw(frame: Frame, *, bars: bool = False) -> Art:
    solar = _line(_points(solar_power, frame))
    columns = []
    if bars:
        pitch = frame.width / 24
        for hour in range(24):
            level = battery_level(hour)
            columns.append((round(pitch * (hour + 0.22), 1), round(100 * level, 1), round(0.22 + 0.63 * level, 2)))
    return Art(
        solar=solar,
        solar_area=f"{solar}V{frame.base_y}H0z",
        home=_line(_points(home_power, frame)),
        peak_x=round(frame.width * 13 / 24),
        peak_y=round(frame.base_y - frame.height),
        bars=tuple(columns),
    )


LARGE = draw(Frame(640, 700, 250), bars=True)
SMALL = draw(Frame(360, 118, 91))
HOUR_MARKS = tuple((round(640 * hour / 24), f"{hour:02d}:00") for hour in range(3, 24, 3))
