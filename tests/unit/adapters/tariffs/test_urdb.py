from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from adapters.tariffs.json_file import TariffFile, parse, to_json
from adapters.tariffs.problems import TariffFileError
from adapters.tariffs.urdb import import_urdb
from domain.tariffs.charges.demand import Ratchet
from domain.tariffs.rate import rate
from tests.factories.tariffs import amounts, make_use, month

ZONE = "America/Los_Angeles"
# Period 0 by night, 1 from 17:00 to 21:00 on weekdays; period 2 all day on weekends of July.
WEEKDAY = [[1 if 17 <= hour < 21 else 0 for hour in range(24)] for _ in range(12)]
WEEKEND = [[2 if month == 6 else 0] * 24 for month in range(12)]


def urdb(**changes: object) -> dict[str, object]:
    return {
        "label": "abc",
        "utility": "Utility",
        "name": "Rate",
        "startdate": 1746057600,  # 2025-05-01 00:00 UTC
        "energyratestructure": [
            [{"unit": "kWh", "rate": Decimal("0.10"), "adj": Decimal("0.01")}],
            [{"unit": "kWh", "rate": Decimal("0.30")}],
            [{"unit": "kWh", "rate": Decimal("0.05")}],
            [{"unit": "kWh", "rate": Decimal("9.99")}],  # never in the schedule
        ],
        "energyweekdayschedule": WEEKDAY,
        "energyweekendschedule": WEEKEND,
    } | changes


def june_bill(**changes: object) -> dict[str, int]:
    found = import_urdb(urdb(**changes), ZONE)
    use = make_use("2026-06-01", "2026-07-01", zone=ZONE)
    return amounts(rate(found.tariff, month("2026-06"), use))


def test_periods_become_bands():
    # June 2026 at 1 kW: 22 weekdays x 4 h = 88 kWh at 0.30, the other 632 at 0.10 + 0.01.
    assert june_bill() == {"energy energy 0, demand 0": 6_952, "energy energy 1, demand 0": 2_640}
    found = import_urdb({"items": [urdb()]}, ZONE)
    assert (found.unbilled, found.tariff.name) == ((), "Utility - Rate")
    assert (found.tariff.valid_from, found.tariff.valid_to) == (date(2025, 5, 1), None)
    assert parse(to_json(TariffFile(found.tariff))).tariff == found.tariff


def test_fixed_and_minimum_charges():
    assert june_bill(fixedchargefirstmeter=12, fixedchargeunits="$/month")["fixed"] == 1_200
    assert june_bill(fixedchargefirstmeter=Decimal("0.5"), fixedchargeunits="$/day")["fixed"] == 1_500
    assert june_bill(mincharge=100, minchargeunits="$/month")["minimum"] == 10_000 - 6_952 - 2_640


def test_flat_demand_by_month_with_steps():
    structure = [[{"max": Decimal("0.4"), "rate": 5}, {"rate": 8, "adj": 1}], [{"rate": 3}]]
    bill = june_bill(flatdemandstructure=structure, flatdemandmonths=[1] * 5 + [0] + [1] * 6)
    assert {key: value for key, value in bill.items() if "demand-" in key} == {
        "demand-flat-0 1": 200,  # 0.4 kW x 5
        "demand-flat-0 2": 540,  # 0.6 kW x 9
    }


def test_demand_with_its_own_schedule():
    afternoon = [[1 if hour == 14 else 0 for hour in range(24)] for _ in range(12)]
    bill = june_bill(
        demandratestructure=[[{"rate": 0}], [{"rate": Decimal("11.609")}]],
        demandweekdayschedule=afternoon,
        demandweekendschedule=[[0] * 24] * 12,
        demandwindow=30,
    )
    assert bill["demand-1 energy 0, demand 1"] == 1_161
    assert not any(key.startswith("demand-0") for key in bill)  # costs nothing


def test_blocks_of_seasons_with_other_limits_are_charges_of_their_own():
    summer = [[1 if month == 6 else 0] * 24 for month in range(12)]
    tiers = [
        [{"max": 300, "rate": Decimal("0.1")}, {"max": 9999, "rate": Decimal("0.2")}],
        [{"max": 500, "rate": Decimal("0.3")}, {"rate": Decimal("0.4")}],
    ]
    found = import_urdb(
        urdb(energyratestructure=tiers, energyweekdayschedule=summer, energyweekendschedule=summer), ZONE
    )
    assert found.unbilled == ()
    use = make_use("2026-06-01", "2026-08-01", zone=ZONE)
    assert amounts(rate(found.tariff, month("2026-06"), use)) == {
        "energy-1 energy 0, demand 0 1": 3_000,  # 300 x 0.1
        "energy-1 energy 0, demand 0 2": 8_400,  # 420 x 0.2; the last tier is open though it states a limit
    }
    assert amounts(rate(found.tariff, month("2026-07"), use))["energy-2 energy 1, demand 0 2"] == 9_760  # 244 x 0.4


@pytest.mark.parametrize(("unit", "limit"), [("kWh", 300), ("kWh daily", 10), ("kWh/kW", 300)])
def test_limits_in_the_units_of_urdb(unit, limit):
    none = [[0] * 24] * 12
    tiers = [[{"max": limit, "unit": unit, "rate": Decimal("0.1")}, {"unit": unit, "rate": Decimal("0.2")}]]
    bill = june_bill(energyratestructure=tiers, energyweekdayschedule=none, energyweekendschedule=none)
    assert list(bill.values()) == [3_000, 8_400]


def test_a_ratchet_over_the_months_before():
    bill = june_bill(flatdemandstructure=[[{"rate": 10}]], lookbackpercent=Decimal("0.8"), lookbackrange=11)
    assert bill["demand-flat-0"] == 1_000


@pytest.mark.parametrize(
    ("flags", "span", "expected"),
    [
        ([0] * 5 + [1] * 4 + [0] * 3, None, Ratchet(share=Decimal("0.8"), lookback_months=11, months=(6, 7, 8, 9))),
        ([1] * 12, 5, Ratchet(share=Decimal("0.8"), lookback_months=5)),
        (None, 3, Ratchet(share=Decimal("0.8"), lookback_months=3)),
    ],
)
def test_a_ratchet_over_chosen_months(flags, span, expected):
    changes = {"lookbackpercent": Decimal("0.8"), "lookbackmonths": flags, "lookbackrange": span}
    found = import_urdb(urdb(flatdemandstructure=[[{"rate": 10}]], **changes), ZONE)
    assert found.tariff.charges[-1].ratchet == expected
    assert found.unbilled == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"demandreactivepowercharge": Decimal("0.52")}, "demandreactivepowercharge"),
        ({"dgrules": "Net Metering"}, "dgrules"),
        ({"coincidentratestructure": [[{"rate": 1}]]}, "coincidentratestructure"),
        ({"fixedchargefirstmeter": 1, "fixedchargeunits": "$/moon"}, "fixedchargeunits"),
        ({"mincharge": 1, "minchargeunits": "$/moon"}, "minchargeunits"),
        ({"flatdemandstructure": [[{"rate": 1}]], "flatdemandunit": "kVA"}, "flatdemandstructure[0]"),
        ({"flatdemandstructure": [[{"rate": 1}]], "flatDemandUnits": "hp"}, "flatdemandstructure[0]"),
        ({"flatdemandstructure": [[{"rate": 1}]], "lookbackpercent": 1}, "lookbackpercent"),
    ],
)
def test_a_field_that_cannot_be_billed_is_named(changes, field):
    assert [row.field for row in import_urdb(urdb(**changes), ZONE).unbilled] == [field]


def test_energy_that_cannot_be_billed_is_named():
    tiers = urdb()["energyratestructure"]
    sold = [[tiers[0][0] | {"sell": 1}], *tiers[1:]]
    assert [row.field for row in import_urdb(urdb(energyratestructure=sold), ZONE).unbilled] == [
        "energyratestructure[0].sell"
    ]
    odd = [[{"max": 3, "unit": "kWh/kW daily", "rate": 1}, {"unit": "kWh/kW daily", "rate": 2}], *tiers[1:]]
    assert [row.field for row in import_urdb(urdb(energyratestructure=odd), ZONE).unbilled] == [
        "energyratestructure[0].unit"
    ]
    mixed = [[{"max": 3, "rate": 1}, {"rate": 2}], [{"max": 4, "rate": 1}, {"rate": 2}], tiers[2]]
    fields = [row.field for row in import_urdb(urdb(energyratestructure=mixed), ZONE).unbilled]
    assert set(fields) == {"energyratestructure"}


def test_what_is_no_rate_is_refused():
    with pytest.raises(TariffFileError):
        import_urdb({"name": "x"}, ZONE)
    falling = [[{"max": 5, "rate": 1}, {"max": 4, "rate": 2}, {"rate": 3}]]
    none = [[0] * 24] * 12
    with pytest.raises(TariffFileError, match="limits"):
        import_urdb(urdb(energyratestructure=falling, energyweekdayschedule=none, energyweekendschedule=none), ZONE)
