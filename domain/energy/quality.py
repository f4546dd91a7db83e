"""How a reading is known: the quality codes and what they mean to a reader."""

from __future__ import annotations

from enum import IntEnum


class Quality(IntEnum):
    """Stored as a small integer with every reading. A missing interval is a missing row, not a code."""

    MEASURED = 0
    ESTIMATED = 1  # computed by the grid operator, the retailer or a publisher's interpolation
    CUSTOMER = 2  # read off and sent by the customer
    CORRECTED = 3  # a later version replaced an earlier value
    SUSPECT = 4  # implausible: a jump after an outage, a negative derived load, an hour built from fragments


ORDER = (Quality.MEASURED, Quality.ESTIMATED, Quality.CUSTOMER, Quality.CORRECTED, Quality.SUSPECT)
CODES = {q.name.lower(): q for q in Quality}
