"""PySAM's Utilityrate5 asked for twelve monthly bills. Imported where it is called: the wheel is large and may be away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

OPEN = 1e38  # the limit of a last tier
ALWAYS = [[1] * 24 for _ in range(12)]
# Utilityrate5 wants every table, used or not.
UNUSED = {
    "en_electricity_rates": 1,
    "ur_metering_option": 2,
    "ur_ec_tou_mat": [[1, 1, OPEN, 0, 0, 0]],
    "ur_ec_sched_weekday": ALWAYS,
    "ur_ec_sched_weekend": ALWAYS,
    "ur_dc_enable": 0,
    "ur_dc_flat_mat": [[month, 1, OPEN, 0] for month in range(12)],
    "ur_dc_tou_mat": [[1, 1, OPEN, 0]],
    "ur_dc_sched_weekday": ALWAYS,
    "ur_dc_sched_weekend": ALWAYS,
    "rate_escalation": [0],
}


def model(
    rates: Mapping[str, Any], load_wh: npt.NDArray[np.int64], made_wh: npt.NDArray[np.int64] | None = None
) -> Any:
    """A Utilityrate5 of one year, ready for `execute()`; energy by the hour or the quarter-hour, power in kW inside."""
    import PySAM.Utilityrate5

    found = PySAM.Utilityrate5.new()
    found.assign({"Lifetime": {"analysis_period": 1, "inflation_rate": 0, "system_use_lifetime_output": 0}})
    steps = len(load_wh) // 8760
    made = np.zeros(len(load_wh)) if made_wh is None else made_wh
    found.assign({"Load": {"load": [int(wh) * steps / 1000 for wh in load_wh], "load_escalation": [0]}})
    found.assign({"SystemOutput": {"gen": [int(wh) * steps / 1000 for wh in made], "degradation": [0]}})
    found.assign({"ElectricityRates": UNUSED | dict(rates)})
    return found


def monthly_bills(
    rates: Mapping[str, Any], load_wh: npt.NDArray[np.int64], made_wh: npt.NDArray[np.int64] | None = None
) -> list[float]:
    """The bill of each month, unrounded."""
    found = model(rates, load_wh, made_wh)
    found.execute()
    table: Sequence[Sequence[float]] = (
        found.Outputs.utility_bill_wo_sys_ym if made_wh is None else found.Outputs.utility_bill_w_sys_ym
    )
    return list(table[1])
