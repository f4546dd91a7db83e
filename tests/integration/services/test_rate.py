"""`python -m cli rate`: a tariff from a terminal, with readings taken in as everywhere else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from adapters.tariffs.json_file import TariffFile, parse, to_json
from cli import main
from domain.tariffs.charges.capacity import Capacity
from domain.tariffs.charges.demand import Demand, Ratchet
from domain.tariffs.charges.spot import Spot
from domain.tariffs.errors import CODES
from services.rate_report import SENTENCES
from tests.factories.tariffs import DAY_NIGHT, make_energy, make_fixed, make_tariff

FEBRUARY = date(2026, 2, 1)
WINTER = datetime(2025, 12, 31, 23, tzinfo=UTC)  # midnight in Berlin


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """January to March 2026 at 1 kW, a tariff of 0.30 and 12.50 a month, and settings of a portal of its own."""
    monkeypatch.setenv("PORTAL_DATABASE_URL", f"sqlite:///{tmp_path / 'portal.sqlite'}")
    monkeypatch.setenv("PORTAL_STORE", str(tmp_path / "store"))
    write_readings(tmp_path / "readings.csv")
    (tmp_path / "tariff.json").write_text(to_json(TariffFile(make_tariff())), encoding="utf-8")
    return tmp_path


def write_readings(path, *, leave_out=(), head="time,kWh", row="{time},0.25"):
    numbers = set(range((31 + 28 + 31) * 96 - 4)) - set(leave_out)  # one hour less for the change of clocks
    times = (f"{WINTER + timedelta(minutes=15 * number):%Y-%m-%dT%H:%M:%SZ}" for number in sorted(numbers))
    path.write_text("\n".join([head, *(row.format(time=time) for time in times)]) + "\n", encoding="utf-8")


def run(folder, *more, tariff="tariff.json", readings="readings.csv", first="2026-01-01", end="2026-04-01"):
    chosen = ["--tariff", str(folder / tariff), "--from", first, "--to", end]
    given = ["--readings", f"{folder / readings}"] if readings else []
    return main(["rate", *chosen, *given, *more])


def test_lines_and_totals_of_each_month(folder, capsys):
    assert run(folder, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    # 744, 672 and 743 hours of 1 kWh x 0.30, and 12.50 each: 223.20, 201.60, 222.90.
    assert [bill["net"] for bill in said["bills"]] == ["235.70", "214.10", "235.40"]
    assert said["total"] == {"net": "685.20", "tax": "0.00", "gross": "685.20", "missing_intervals": 0}
    line = said["bills"][2]["lines"][0]
    assert (line["quantity"], line["unit_price"], line["amount_minor"]) == ("743", "0.30", 22_290)
    assert line["intervals"] == {"flow": "import", "count": 2972, "missing": 0, "estimated": 0}


def test_one_bill_for_the_whole_period_as_text(folder, capsys):
    assert run(folder, "--whole") == 0
    said = capsys.readouterr().out
    assert "2026-01-01 to 2026-04-01" in said
    assert "2159 kWh" in said  # 744 + 672 + 743
    assert "net 685.20  VAT 0.00  gross 685.20" in said


def test_gaps_are_told_and_change_the_exit_code(folder, capsys):
    write_readings(folder / "readings.csv", leave_out=range(100, 108))
    assert run(folder, end="2026-02-01") == 3
    said = capsys.readouterr().out
    assert "import: 8 of 2976 intervals missing and not priced, 0 estimated" in said
    assert "742 kWh" in said


def test_named_series_are_found(folder, capsys):
    write_readings(folder / "readings.csv", head="series,time,kWh", row="meter-7,{time},0.25")
    assert run(folder, end="2026-02-01") == 0  # the only one
    assert run(folder, "--series", "import=meter-7", end="2026-02-01") == 0
    assert run(folder, "--series", "import=meter-8", end="2026-02-01") == 1
    assert "meter-7 -> write import=NAME" in capsys.readouterr().err


def test_prices_of_the_market_come_from_a_file(folder, capsys):
    charge = Spot(code="spot", label="Spot", cost_group="energy", series="hourly", adder=Decimal("0.01"))
    text = to_json(TariffFile(make_tariff(charge)))
    (folder / "spot.json").write_text(text, encoding="utf-8")
    rows = [f"{WINTER + timedelta(hours=n):%Y-%m-%dT%H:%M},0.09" for n in range(31 * 24)]
    prices = folder / "prices.csv"
    prices.write_text("start_utc,price\n" + "\n".join(rows) + "\n", encoding="utf-8")
    given = ("--prices", f"hourly={prices}")
    assert run(folder, *given, tariff="spot.json", end="2026-02-01") == 0
    assert "gross 74.40" in capsys.readouterr().out  # 744 x (0.09 + 0.01)
    assert run(folder, *given, tariff="spot.json", end="2026-03-01") == 1
    assert "'hourly' has no price at 2026-01-31T23:00:00 UTC (672 missing in all)" in capsys.readouterr().err
    assert run(folder, tariff="spot.json") == 1
    assert "give --prices hourly=FILE" in capsys.readouterr().err


def test_the_prices_of_a_day_may_be_used_for_another_time(folder, capsys):
    charges = (make_energy("0.30", valid_to=FEBRUARY), make_energy("0.40", valid_from=FEBRUARY))
    (folder / "two.json").write_text(to_json(TariffFile(make_tariff(*charges))), encoding="utf-8")
    assert run(folder, "--prices-of", "2026-02-01", "--json", tariff="two.json", end="2026-02-01") == 0
    assert json.loads(capsys.readouterr().out)["total"]["net"] == "297.60"  # 744 x 0.40


def test_a_rate_of_urdb_is_rated_and_says_what_it_cannot_bill(folder, capsys):
    rate = {
        "label": "u", "name": "U", "energyratestructure": [[{"rate": 0.1}]], "demandreactivepowercharge": 0.5,
        "energyweekdayschedule": [[0] * 24] * 12, "energyweekendschedule": [[0] * 24] * 12,
    }  # fmt: skip
    (folder / "urdb.json").write_text(json.dumps(rate), encoding="utf-8")
    assert run(folder, "--zone", "Europe/Berlin", tariff="urdb.json", end="2026-02-01") == 0
    said = capsys.readouterr().out
    assert "not billed: demandreactivepowercharge" in said
    assert "net 74.40" in said
    assert run(folder, "--export", tariff="urdb.json") == 0
    assert parse(capsys.readouterr().out).tariff.id == "u"


def test_holidays_are_those_of_the_region(folder, capsys):
    from dataclasses import replace

    from domain.tariffs.bands import Rule
    from domain.tariffs.blocks import BandRate

    calendar = replace(DAY_NIGHT, rules=(Rule(band="holiday", holiday="yes"), Rule(band="rest")), holidays="DE-BW")
    rates = (BandRate(band="holiday", price=Decimal("0.1")), BandRate(band="rest", price=Decimal("0.2")))
    text = to_json(TariffFile(make_tariff(make_energy(None, rates=rates), calendar=calendar)))
    (folder / "holiday.json").write_text(text, encoding="utf-8")
    assert run(folder, tariff="holiday.json", end="2026-02-01") == 0
    assert "48 kWh" in capsys.readouterr().out  # 1 and 6 January


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--prices", "x"), "--prices: write NAME=VALUE, not 'x'"),
        (("--capacity", "kVA=many"), "--capacity: 'many' is no size -> write a number such as 9.9"),
        (("--installed-kw", "-1"), "--installed-kw: '-1' is no size"),
        (("--commissioned", "soon"), "--commissioned: 'soon' is no date -> write it as 2026-01-01"),
        (("--from", "2026-13-01"), "--from: '2026-13-01' is no date"),
        (("--from", ""), "--from is missing"),
        (("--to", "2026-01-01"), "the period from 2026-01-01 to 2026-01-01 has no day"),
        (("--tariff", "nowhere.json"), "--tariff: there is no file nowhere.json"),
        (("--tariff", ""), "--tariff is missing"),
        (("--readings", "export=nowhere.csv"), "there is no file nowhere.csv"),
        (("--prices", "spot=nowhere.csv"), "--prices: there is no file nowhere.csv"),
    ],
)
def test_wrong_words_are_answered_with_one_line(folder, capsys, more, said):
    assert run(folder, *more) == 1
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_what_the_connection_is_may_be_said(folder, capsys):
    charges = (
        Capacity(code="c", label="Capacity", cost_group="network", price=Decimal(2), unit="kVA"),
        Demand(code="d", label="Demand", cost_group="network", price=Decimal(5), ratchet=Ratchet(min_kw=Decimal(3))),
    )
    (folder / "kva.json").write_text(to_json(TariffFile(make_tariff(*charges))), encoding="utf-8")
    assert run(folder, "--capacity", "kVA=6", tariff="kva.json", end="2026-02-01") == 0
    said = capsys.readouterr().out
    assert "net 27.00" in said  # 6 x 2.00 and 3 x 5.00
    assert "note: d: readings from 2025-02-01 on would be needed, they begin on 2026-01-01" in said


def test_a_tariff_that_needs_more_says_what(folder, capsys):
    (folder / "export.json").write_text(to_json(TariffFile(make_tariff(make_energy(flow="export")))), encoding="utf-8")
    assert run(folder, tariff="export.json") == 1
    assert "the tariff prices export" in capsys.readouterr().err
    (folder / "bad.json").write_text(to_json(TariffFile(make_tariff(make_fixed(code="")))), encoding="utf-8")
    assert run(folder, tariff="bad.json") == 1
    assert "tariff.charges[0].code is empty -> fill it in" in capsys.readouterr().err


def test_the_schema_is_printed(folder, capsys):
    assert main(["rate", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Tariff"


def test_every_refusal_has_its_sentence():
    assert set(SENTENCES) == set(CODES)
