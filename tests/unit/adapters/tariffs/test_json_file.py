from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.tariffs.json_file import TariffFile, loads, parse, read, to_json
from adapters.tariffs.problems import SENTENCES, TariffFileError, TariffProblem
from adapters.tariffs.schema import json_schema
from domain.tariffs.bands import Calendar, Rule
from domain.tariffs.base import CHARGES
from domain.tariffs.blocks import BandRate, Block
from domain.tariffs.charges.capacity import Capacity
from domain.tariffs.charges.demand import Demand, Ratchet
from domain.tariffs.charges.feed_in import FeedIn, Vintage
from domain.tariffs.charges.levy import Levy
from domain.tariffs.charges.minimum import Minimum
from domain.tariffs.charges.netting import Netting
from domain.tariffs.charges.percent import Percent
from domain.tariffs.charges.spot import BandAdder, Spot
from domain.tariffs.taxes import LevyRate, TaxRule, TaxTable
from tests.factories.tariffs import DAY_NIGHT, make_energy, make_fixed, make_tariff

D = Decimal
ONE_OF_EACH = (
    make_fixed("9.90", vat_code="std", per="year"),
    make_energy(None, rates=(BandRate(band="day", price=D("0.3210")), BandRate(band="night", price=D("0.25")))),
    make_energy(
        None, code="blocks", blocks=(Block(price=D("0.2"), up_to=D(300)), Block(price=D("0.3"))), limit_per="day"
    ),
    Levy(code="levy", label="Levy", cost_group="tax_levy", levy="tax"),
    Spot(code="s", label="Spot", cost_group="energy", series="x", band_adders=(BandAdder(band="day", adder=D("0.1")),)),
    Demand(code="d", label="D", cost_group="network", price=D("5"), when=("day",), ratchet=Ratchet(share=D("0.8"))),
    Capacity(code="c", label="C", cost_group="network", price=D("8"), unit="A", valid_from=date(2026, 2, 1)),
    Netting(code="n", label="N", cost_group="energy", mode="period_kwh", buy=(BandRate(price=D("0.3")),)),
    FeedIn(code="f", label="F", cost_group="feed_in", vintages=(Vintage(tiers=(Block(price=D("0.0794")),)),)),
    Percent(code="p", label="P", cost_group="discount", share=D("-0.05"), cost_groups=("energy",)),
    Minimum(code="m", label="M", cost_group="service", amount=D("100"), codes=("energy",)),
)
TAXES = TaxTable(
    (TaxRule(vat_code="std", rate=D("0.19"), valid_from=date(2021, 1, 1)),), (LevyRate(levy="tax", price=D("0.0205")),)
)
WHOLE = TariffFile(make_tariff(*ONE_OF_EACH, calendar=DAY_NIGHT, valid_from=date(2026, 1, 1)), TAXES)


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(TariffFileError) as caught:
        parse(text)
    assert all(" -> " in str(problem) for problem in caught.value.problems)  # each says what to do
    return [(problem.path, problem.code) for problem in caught.value.problems]


def changed(**changes: object) -> str:
    """A sound file with some fields of the tariff replaced; None takes one out."""
    plain = json.loads(to_json(TariffFile(make_tariff())))
    plain["tariff"] = {key: value for key, value in (plain["tariff"] | changes).items() if value is not None}
    return json.dumps(plain)


def test_every_kind_comes_back_as_it_was():
    assert {charge.kind for charge in ONE_OF_EACH} == set(CHARGES)
    back = parse(to_json(WHOLE))
    assert back == WHOLE
    assert back.tariff.digest == WHOLE.tariff.digest


def test_the_file_is_read_from_disk(tmp_path):
    path = tmp_path / "tariff.json"
    path.write_text(to_json(WHOLE), encoding="utf-8")
    assert read(path) == WHOLE


def test_numbers_may_be_written_as_numbers_and_stay_exact():
    back = parse(changed(charges=[{"kind": "fixed", "code": "a", "label": "A", "cost_group": "service", "amount": 0}]))
    assert back.tariff.charges[0].amount == 0
    text = to_json(TariffFile(make_tariff(make_energy("0.3")))).replace('"0.3"', "0.30000000001")
    assert parse(text).tariff.charges[0].price == D("0.30000000001")


def test_times_are_written_as_clocks():
    plain = json.loads(to_json(WHOLE))
    assert plain["tariff"]["calendar"]["rules"][0] == {"band": "day", "from": "06:00", "to": "22:00"}


@settings(max_examples=50, deadline=None)
@given(
    st.decimals(-(10**6), 10**6, places=8),
    st.text(min_size=1, max_size=20),
    st.lists(st.sampled_from([0, 6 * 60, 1425]), min_size=1, max_size=3),
)
def test_law_what_is_written_is_read_again(price, label, edges):
    rules = (*(Rule(band="a", months=(1, 12), from_min=edge, to_min=(edge + 15)) for edge in edges), Rule(band="b"))
    tariff = make_tariff(make_energy(str(price), label=label), calendar=Calendar(rules=rules))
    assert parse(to_json(TariffFile(tariff))) == TariffFile(tariff)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", [("", "not_json")]),
        ('{"format": 1, "format": 2}', [("", "key_twice")]),
        ("[]", [("", "not_an_object")]),
        (
            '{"format": "x", "tarif": {}}',
            [("format", "unknown_format"), ("tarif", "unknown_key"), ("tariff", "missing")],
        ),
        ('{"format": "tariff/1", "tariff": 5}', [("tariff", "not_an_object")]),
        ('{"format": "tariff/1", "tariff": null, "taxes": 1}', [("taxes", "wrong_value"), ("tariff", "missing")]),
        (changed(charges=None), [("tariff.charges", "missing")]),
        (changed(charges="x"), [("tariff.charges", "wrong_value")]),
        (changed(charges=[]), [("tariff.charges", "empty")]),
        (changed(charges=[5]), [("tariff.charges[0]", "not_an_object")]),
        (changed(charges=[{"kind": "flat"}]), [("tariff.charges[0].kind", "unknown_kind")]),
        (changed(name=None), [("tariff.name", "missing")]),
        (changed(valid_from="2026-02-30"), [("tariff.valid_from", "wrong_value")]),
        (changed(colour="red"), [("tariff.colour", "unknown_key")]),
        (changed(currency="eur"), [("tariff.currency", "not_iso_4217")]),
        (changed(calendar={"rules": 5}), [("tariff.calendar.rules", "wrong_value")]),
        (changed(calendar={"rules": [5]}), [("tariff.calendar.rules[0]", "wrong_value")]),
        (changed(calendar=[]), [("tariff.calendar", "wrong_value")]),
        (changed(calendar={"rules": [{"band": "a", "from": "6:00"}]}), [("tariff.calendar.rules[0].from", "bad_time")]),
        (changed(calendar={"rules": [{"band": "a", "to": "25:00"}]}), [("tariff.calendar.rules[0].to", "bad_time")]),
        (
            changed(charges=[{"kind": "fixed", "code": "a", "label": "A", "cost_group": "service", "amount": "1e40"}]),
            [("tariff.charges[0].amount", "number_too_large")],
        ),
        (
            changed(charges=[{"kind": "fixed", "code": "a", "label": "A", "cost_group": "service", "amount": "NaN"}]),
            [("tariff.charges[0].amount", "wrong_value")],
        ),
    ],
)
def test_each_mistake_is_named_with_its_place(text, expected):
    assert problems(text) == expected


def test_a_mistake_deep_inside_is_named_to_the_field():
    charge = {"kind": "energy", "code": "e", "label": "E", "cost_group": "energy"}
    text = changed(charges=[charge | {"blocks": [{"price": "0.2", "up_to": "many"}, {"prise": 1}]}])
    assert problems(text) == [
        ("tariff.charges[0].blocks[0].up_to", "wrong_value"),
        ("tariff.charges[0].blocks[1].price", "missing"),
        ("tariff.charges[0].blocks[1].prise", "unknown_key"),
    ]


def test_a_mistyped_field_is_answered_with_the_right_one():
    with pytest.raises(TariffFileError) as caught:
        parse(changed(charges=[{"kind": "fixed", "code": "a", "label": "A", "cost_group": "service", "amuont": 1}]))
    assert [str(problem) for problem in caught.value.problems] == [
        "tariff.charges[0].amount is missing -> add it",
        "tariff.charges[0].amuont is not known here -> remove it, or did you mean 'amount'?",
    ]


def test_tax_rows_are_checked_too():
    plain = json.loads(to_json(WHOLE))
    plain["taxes"] = [plain["taxes"][0], {"vat_code": "std", "rate": "0.16"}]
    assert problems(json.dumps(plain)) == [("taxes[1].valid_from", "overlaps")]
    plain["taxes"] = [{"vat_code": "std", "rate": "1e-30"}]
    assert problems(json.dumps(plain)) == [("taxes[0].rate", "number_too_large")]


def test_every_problem_has_its_sentence():
    filled = dict.fromkeys(
        ("line", "column", "why", "key", "found", "known", "hint", "name", "code", "band", "most"), "x"
    )
    filled |= dict.fromkeys(("at", "weekday", "month"), "x")
    for code in SENTENCES:
        assert " -> " in str(TariffProblem("a.b", code, filled))


def test_loads_keeps_decimals():
    assert loads('{"a": 0.1}') == {"a": D("0.1")}


def test_the_schema_knows_every_kind_and_writes_times_as_clocks():
    schema = json_schema()
    kinds = schema["properties"]["tariff"]["properties"]["charges"]["items"]["oneOf"]
    assert {kind["properties"]["kind"]["const"] for kind in kinds} == set(CHARGES)
    assert {"band", "from", "to"} <= set(schema["$defs"]["Rule"]["properties"])
    assert all(kind["additionalProperties"] is False for kind in kinds)


def test_a_tariff_without_dates_is_written_without_them():
    assert "valid_from" not in to_json(TariffFile(replace(WHOLE.tariff, valid_from=None, charges=(make_fixed(),))))
