"""Bills that somebody should look at before they leave: far dearer than a year ago, negative, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass

FACTOR = 3


@dataclass(frozen=True)
class Cost:
    """What a period cost, VAT included and before instalments. [minor units]"""

    gross_minor: int
    days: int


@dataclass(frozen=True)
class Anomaly:
    """code : `over_three_times`, `negative` or `zero`; figures : what it was seen from. [minor units, days]"""

    code: str
    figures: dict[str, int]


def anomalies(now: Cost, before: Cost | None = None) -> list[Anomaly]:
    """What is unusual about a cost, also beside `before`, the same period a year earlier; compared by the day."""
    figures = {"gross_minor": now.gross_minor, "days": now.days}
    if now.gross_minor < 0:
        return [Anomaly("negative", figures)]
    if now.gross_minor == 0:
        return [Anomaly("zero", figures)]
    if before is not None and now.gross_minor * before.days > FACTOR * before.gross_minor * now.days > 0:
        return [
            Anomaly(
                "over_three_times", figures | {"before_minor": before.gross_minor, "before_days": before.days}
            )
        ]  # fmt: skip
    return []
