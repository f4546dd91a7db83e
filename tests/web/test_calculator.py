"""The page for an estimate without readings: what it asks, what it answers, what it refuses by field."""

from __future__ import annotations

from domain.contracts.household import Answers
from services import calculator, portal
from tests.web.test_contracts import text

PAGE = "/contracts/calculator"


def test_without_answers_nothing_is_estimated_and_nothing_is_wrong(sign_in):
    said = text(sign_in("consumer"), PAGE)
    assert "People in the household" in said
    assert "form-problem" not in said
    assert "What this assumes" not in said


def test_each_wrong_answer_has_a_sentence_at_its_field_and_nothing_is_computed(sign_in):
    said = text(sign_in("consumer"), PAGE, "?people=0&area=900&pv=-1&kwh=many&heating=coal")
    assert "Enter a number from 1 to 12." in said
    assert "Enter a number from 15 to 600." in said
    assert "Enter a number from 0 to 30." in said
    assert "Enter a whole number." in said
    assert "Choose one of the entries of the list." in said
    assert said.count('-problem"') >= 5
    assert "What this assumes" not in said
    assert "A battery is filled by a solar roof" in text(sign_in("consumer"), PAGE, "?people=2&area=80&battery=5")
    assert "Enter a number." in text(sign_in("consumer"), PAGE, "?people=2&area=80&pv=x")


def test_a_known_use_is_estimated_with_its_assumptions_and_stays_in_the_form(sign_in):
    said = text(sign_in("consumer"), PAGE, "?people=2&area=80&kwh=3500")
    assert "We reckon with 3,500\u00a0kWh from the grid in a year." in said
    assert "The range is for 5 percent less and more use." in said
    assert "This is an estimate, not an offer." in said
    assert '"value": "3500"' in said
    assert "VAT is included." in said
    assert "Without VAT." in text(sign_in("business"), PAGE, "?people=2&area=80&kwh=3500")


def test_a_roof_says_what_is_fed_in_and_not_paid(sign_in):
    said = text(sign_in("prosumer"), PAGE, "?people=2&area=80&pv=6")
    assert "what is paid for it is not counted" in said


def test_every_tariff_of_the_market_is_priced_cheapest_first_within_its_band(world, viewer_in):
    with portal.using(world):
        found = calculator.estimate(viewer_in("consumer"), Answers(2, 80, known_wh=3_500_000))
        again = calculator.estimate(viewer_in("consumer"), Answers(2, 80, known_wh=3_500_000))
    assert found == again
    assert found.imported_wh == 3_500_000
    assert len(found.costs) >= 3
    assert [one.year_minor for one in found.costs] == sorted(one.year_minor for one in found.costs)
    for one in found.costs:
        assert one.standing_minor < one.low_minor < one.year_minor < one.high_minor
        assert one.offered.customer_class in {"any", "household"}


def test_the_band_is_as_wide_below_as_above_where_the_price_is_flat(world, viewer_in):
    """Each of the three sums rounds every line and the VAT once: by half a cent each, with VAT on the lines."""
    with portal.using(world):
        found = calculator.estimate(viewer_in("consumer"), Answers(2, 80))
    flat = next(one for one in found.costs if one.offered.code == "fix")
    half_cents = 0.5 * 1.19 * len(flat.offered.tariff.charges) + 0.5
    assert abs(flat.high_minor + flat.low_minor - 2 * flat.year_minor) <= 4 * half_cents
    assert (found.spread_percent, flat.high_minor > flat.low_minor) == (25, True)
