"""The structures that are compared, by name: the usual ones, their mixtures, and loads without any habit."""

from __future__ import annotations

from tests.factories.tariffs import make_fixed
from tests.oracle import years
from tests.oracle.pysam import OPEN
from tests.oracle.structures import (
    DAY_NIGHT,
    DAY_NIGHT_BLOCKS,
    DAY_NIGHT_TABLE,
    DAY_NIGHT_TIMES,
    MARKET,
    NIGHT_PRICES,
    NIGHT_TABLE,
    NIGHT_TIMES,
    NIGHTS,
    PEAK_TABLES,
    QUARTERLY,
    SEASON_PRICES,
    SEASON_TABLE,
    SEASON_TIMES,
    SEASONS,
    WINDOW,
    Structure,
    blocks,
    by_band,
    demand,
    energy,
    minimum,
    netting,
    peaks,
    prices,
    quarterly,
    ratchet,
    ratcheted,
    spot,
    stepwise,
)  # fmt: skip
from tests.oracle.structures import d as dec

FLAT_TABLE = [[1, 1, OPEN, 0, 0.30, 0]]
SOLD_TABLE = [[1, 1, OPEN, 0, 0.30, 0.082]]
SOLD_BY_SEASON = by_band({"summer peak": "0.11", "summer": "0.05", "winter peak": "0.2", "winter": "0.03"})
SEASON_SOLD_TABLE = [
    [*row[:5], float(sold.price)] for row, sold in zip(SEASON_TABLE, SOLD_BY_SEASON, strict=True)
]  # fmt: skip
BOUGHT, SOLD = {"": "0.30"}, by_band({"": "0.082"})

FLAT = {
    "flat": Structure(
        (energy(), make_fixed("12.50")), {"ur_ec_tou_mat": FLAT_TABLE, "ur_monthly_fixed_charge": 12.5}
    ),
    "flat, monthly minimum": Structure(
        (energy(), make_fixed("5"), minimum("150", "month")),
        {"ur_ec_tou_mat": FLAT_TABLE, "ur_monthly_fixed_charge": 5, "ur_monthly_min_charge": 150},
    ),
    "flat, yearly minimum": Structure(
        (energy(), make_fixed("12.50"), minimum("2600", "year")),
        {"ur_ec_tou_mat": FLAT_TABLE, "ur_monthly_fixed_charge": 12.5, "ur_annual_min_charge": 2600},
    ),
}  # fmt: skip
BANDS = {
    "bands of two seasons": Structure(
        (energy(None, rates=by_band(SEASON_PRICES)), make_fixed("9.90")),
        {"ur_ec_tou_mat": SEASON_TABLE, "ur_monthly_fixed_charge": 9.9} | SEASON_TIMES,
        calendar=SEASONS,
    ),
    "bands across midnight, bakery": Structure(
        (energy(None, rates=by_band(NIGHT_PRICES)),),
        {"ur_ec_tou_mat": NIGHT_TABLE} | NIGHT_TIMES,
        years.bakery,
        calendar=NIGHTS,
    ),
    "bands across midnight, quarter-hours of the workshop": Structure(
        (energy(None, rates=by_band(NIGHT_PRICES)),),
        {"ur_ec_tou_mat": NIGHT_TABLE} | NIGHT_TIMES,
        quarterly(years.workshop),
        calendar=NIGHTS,
    ),
}
BLOCKS = {
    "monthly blocks": Structure(
        (energy(None, blocks=blocks(("350", "0.22"), ("700", "0.27"), (None, "0.35"))),),
        {"ur_ec_tou_mat": [[1, 1, 350, 0, 0.22, 0], [1, 2, 700, 0, 0.27, 0], [1, 3, OPEN, 0, 0.35, 0]]},
    ),
    "daily blocks": Structure(
        (energy(None, blocks=blocks(("22.2", "0.20"), (None, "0.35")), limit_per="day"),),
        {"ur_ec_tou_mat": [[1, 1, 22.2, 2, 0.20, 0], [1, 2, OPEN, 2, 0.35, 0]]},
    ),
    "falling blocks per kW of the month's peak, workshop": Structure(
        (energy(None, blocks=blocks(("60", "0.19"), ("110", "0.16"), (None, "0.11")), limit_per="kw"),),
        {"ur_ec_tou_mat": [[1, 1, 60, 1, 0.19, 0], [1, 2, 110, 1, 0.16, 0], [1, 3, OPEN, 1, 0.11, 0]]},
        years.workshop,
    ),
    "blocks shared by bands in proportion": Structure(
        (energy(None, rates=DAY_NIGHT_BLOCKS),),
        {"ur_ec_tou_mat": DAY_NIGHT_TABLE, "ur_metering_option": 0} | DAY_NIGHT_TIMES,
        calendar=DAY_NIGHT,
    ),
    "blocks filled as the month goes": Structure(
        (energy(None, rates=DAY_NIGHT_BLOCKS, block_mode="chronological"),),
        {"ur_ec_tou_mat": DAY_NIGHT_TABLE, "ur_metering_option": 2} | DAY_NIGHT_TIMES,
        calendar=DAY_NIGHT,
    ),
    "blocks filled as the month goes, quarter-hours without habit": Structure(
        (energy(None, rates=DAY_NIGHT_BLOCKS, block_mode="chronological"),),
        {"ur_ec_tou_mat": DAY_NIGHT_TABLE, "ur_metering_option": 2} | DAY_NIGHT_TIMES,
        quarterly(years.restless),
        calendar=DAY_NIGHT,
    ),
}
DEMAND = {
    "demand by the hour": Structure(peaks(60), PEAK_TABLES, calendar=WINDOW),
    "demand by the quarter-hour": Structure(peaks(15), PEAK_TABLES, quarterly(years.household), calendar=WINDOW),
    "demand by the quarter-hour, workshop": Structure(
        peaks(15), PEAK_TABLES, quarterly(years.workshop), calendar=WINDOW
    ),
    "ratchet": Structure(ratcheted(share=dec("0.8")), ratchet(80, 11)),
    "ratchet that binds": Structure(ratcheted(share=dec("0.8")), ratchet(80, 11), years.spiked),
    "ratchet on the peaks of summer, workshop": Structure(
        ratcheted(share=dec("0.95"), months=(6, 7, 8)), ratchet(95, 11, 0, (5, 6, 7)), years.workshop
    ),
    "ratchet of three months with a least demand, workshop": Structure(
        ratcheted(share=dec("0.9"), lookback_months=3, min_kw=dec(34)), ratchet(90, 3, 34), years.workshop
    ),
}
NETTED = {
    "net billing": Structure(
        (netting("interval", BOUGHT, sell=SOLD),),
        {"ur_ec_tou_mat": SOLD_TABLE, "ur_metering_option": 2},
        made=years.solar,
    ),
    "net billing in bands, restless": Structure(
        (netting("interval", SEASON_PRICES, sell=by_band({"summer peak": "0.11", "winter": "0.03"})), make_fixed("7")),
        {
            "ur_ec_tou_mat": [
                [*row[:5], {1: 0.11, 4: 0.03}.get(int(row[0]), 0)] for row in SEASON_TABLE
            ],
            "ur_metering_option": 2,
            "ur_monthly_fixed_charge": 7,
        } | SEASON_TIMES,
        years.restless,
        years.large_solar,
        calendar=SEASONS,
    ),
    "net metering, paid at the end of the year": Structure(
        (netting("period_kwh", BOUGHT, year_end_price=dec("0.04")), make_fixed("10")),
        {
            "ur_ec_tou_mat": FLAT_TABLE,
            "ur_metering_option": 0,
            "ur_nm_yearend_sell_rate": 0.04,
            "ur_monthly_fixed_charge": 10,
        },
        made=years.solar,
    ),
    "net metering, large plant, paid in March": Structure(
        (netting("period_kwh", BOUGHT, year_end_price=dec("0.04"), true_up_month=3),),
        {
            "ur_ec_tou_mat": FLAT_TABLE,
            "ur_metering_option": 0,
            "ur_nm_yearend_sell_rate": 0.04,
            "ur_nm_credit_month": 2,
        },
        made=years.large_solar,
    ),
    "buy all, sell all": Structure(
        (netting("buy_all_sell_all", BOUGHT, sell=SOLD), make_fixed("10")),
        {"ur_ec_tou_mat": SOLD_TABLE, "ur_metering_option": 4, "ur_monthly_fixed_charge": 10},
        made=years.solar,
    ),
}  # fmt: skip
CARRIED = {
    "net billing, credit pays the month and then later ones": Structure(
        (netting("interval", BOUGHT, sell=SOLD, surplus="carried"), make_fixed("5")),
        {
            "ur_ec_tou_mat": SOLD_TABLE,
            "ur_metering_option": 3,
            "ur_nb_apply_credit_current_month": 1,
            "ur_monthly_fixed_charge": 5,
        },
        made=years.large_solar,
    ),
    "net billing in bands, credit pays later months, the rest at the end of the year": Structure(
        (netting("interval", SEASON_PRICES, sell=SOLD_BY_SEASON, surplus="next_month"),),
        {"ur_ec_tou_mat": SEASON_SOLD_TABLE, "ur_metering_option": 3} | SEASON_TIMES,
        made=lambda: years.solar() * 5,
        calendar=SEASONS,
    ),
    "net billing, credit pays later months, the rest is lost": Structure(
        (netting("interval", BOUGHT, sell=SOLD, surplus="next_month", credit_payout=dec(0)),),
        {"ur_ec_tou_mat": SOLD_TABLE, "ur_metering_option": 3, "ur_nb_credit_expire": 1},
        made=lambda: years.solar() * 3,
    ),
    "net metering in bands, credit in money": Structure(
        (netting("month", SEASON_PRICES, sell=SOLD_BY_SEASON, surplus="carried"),),
        {"ur_ec_tou_mat": SEASON_SOLD_TABLE, "ur_metering_option": 1} | SEASON_TIMES,
        made=years.large_solar,
        calendar=SEASONS,
    ),
    "net metering, credit in money, quarter-hours of the restless": Structure(
        (netting("month", BOUGHT, sell=SOLD, surplus="carried"),),
        {"ur_ec_tou_mat": SOLD_TABLE, "ur_metering_option": 1},
        quarterly(lambda: years.restless() // 20),
        quarterly(years.solar),
    ),
}
DYNAMIC = {
    "market price and an adder, surplus at the market": Structure(
        (
            spot(flow="import", adder=dec("0.18")),
            spot(code="sold", flow="export", adder=dec("-0.015"), floor=dec(0), is_credit=True),
        ),
        stepwise(MARKET + 180, (MARKET - 15).clip(0)) | {"ur_metering_option": 2},
        made=years.solar,
        prices=(prices("market", MARKET),),
    ),
    "market price with negative hours": Structure(
        (spot(),), stepwise(MARKET - 40), prices=(prices("market", MARKET - 40),)
    ),
    "market price by the quarter-hour with a floor and a cap, bakery": Structure(
        (spot(resolution_min=15, multiplier=dec(2), cap=dec("0.3"), floor=dec("-0.02")),),
        stepwise((2 * QUARTERLY).clip(-20, 300)),
        quarterly(years.bakery),
        prices=(prices("market", QUARTERLY),),
    ),
}
MIXED = {
    "everything a workshop pays": Structure(
        (
            energy(None, rates=DAY_NIGHT_BLOCKS, block_mode="chronological"),
            demand("flat", "6.5"),
            make_fixed("45"),
            minimum("1000", "month"),
        ),
        {
            "ur_ec_tou_mat": DAY_NIGHT_TABLE,
            "ur_metering_option": 2,
            "ur_dc_enable": 1,
            "ur_dc_flat_mat": [[month, 1, OPEN, 6.5] for month in range(12)],
            "ur_monthly_fixed_charge": 45,
            "ur_monthly_min_charge": 1000,
        } | DAY_NIGHT_TIMES,
        years.workshop,
        calendar=DAY_NIGHT,
    ),
}  # fmt: skip
STRUCTURES = FLAT | BANDS | BLOCKS | DEMAND | NETTED | CARRIED | DYNAMIC | MIXED
