"""Instalments over HTTP: the page and its chart, another amount tried and chosen, and what is refused."""

from __future__ import annotations

import pytest

from components import formats
from services import instalment_plans, portal
from tests.web.gate import csrf_of
from tests.web.test_switching import asked, page
from tests.web.walk import call, text_of

PAGE = "/billing/instalments"


@pytest.fixture
def own(world, viewer_in):
    """The outlook of the one contract that pays instalments: the gas of the consumer."""

    def ask(amount_minor: int | None = None):
        with portal.using(world):
            viewer = viewer_in("consumer")
            (row,) = instalment_plans.plans(viewer)
            return instalment_plans.outlook(viewer, row.public_id, amount_minor)

    return ask


def post(client, **data):
    return client.post(f"{PAGE}/change", data={"currency": "EUR", **data, "csrf_token": csrf_of(client)})


def callback(app, name):
    return next(output for output in app.callback_map if name in output)


def euros(minor):
    return formats.money(minor, "EUR")


def test_the_page_says_the_plan_where_it_leads_and_how_it_knows(sign_in, own):
    found, said = own(), page(sign_in("consumer"), PAGE)
    assert "Gas, Lindenweg 14 \u00b7 15 Feb 2026 \u2013 14 Feb 2027" in said
    for minor in (found.amount_minor, found.plan.expected_minor, found.lowest_minor, found.highest_minor):
        assert euros(minor) in said
    # The tiny world has readings of some months only: told, never made up.
    assert f"{found.missing} readings are missing so far." in said
    assert "Pay this from 15 Dec 2026 on" in said


def test_another_amount_is_tried_without_being_chosen(app, sign_in, own):
    client, before = sign_in("consumer"), own()
    held = {"contract": before.contract.public_id, "amount": before.amount_minor}
    values = {"instalments-slider.value": 160, "instalments-amount.value": "146.00", "instalments-tried.data": held}
    answer = call(client, app, callback(app, "instalments-between"), values)
    then = own(16_000)
    # Ten of twelve instalments are billed at 146; two more at 160 pay 28 more.
    assert then.end_minor == before.end_minor + 2 * 1_400
    said = text_of(answer)
    assert "With \u20ac160.00 a month, VAT included." in said
    assert euros(then.months[-1].balance_minor) in said
    assert own() == before


def test_what_cannot_be_chosen_or_is_somebody_elses_changes_nothing(app, sign_in, own):
    found, output = own(), callback(app, "instalments-between")
    held = {"contract": found.contract.public_id, "amount": found.amount_minor}
    cases = (("consumer", "9999", 204), ("consumer", "abc", 204), ("consumer", "", 204), ("prosumer", "160", 404))
    for name, typed, status in cases:
        values = {"instalments-slider.value": typed, "instalments-amount.value": typed, "instalments-tried.data": held}
        assert call(sign_in(name), app, output, values).status_code == status


def test_the_chart_is_the_table(app, sign_in, own):
    found = own()
    held = {"contract": found.contract.public_id, "amount": found.amount_minor}
    values = {"instalments-chart-seen.data": "light", "instalments-tried.data": held}
    figure = call(sign_in("consumer"), app, "instalments-chart.children", values)
    traces = figure.get_json()["response"]["instalments-chart"]["children"]["props"]["figure"]["data"]
    shown = [sum(value or 0 for value in pair) for pair in zip(*(trace["y"] for trace in traces), strict=True)]
    assert [round(value * 100) for value in shown] == [month.balance_minor for month in found.months]
    assert call(sign_in("prosumer"), app, "instalments-chart.children", values).status_code == 404


@pytest.mark.parametrize(("typed", "problem", "sentence"), [
    ("", "no_amount", "Amount: enter a number, such as \u20ac146.00."),
    ("ten", "no_amount", "Amount: enter a number, such as \u20ac146.00."),
    ("0", "out_of_range", "Amount: choose between \u20ac73.00 and \u20ac292.00 a month."),
    ("-5", "out_of_range", "Amount: choose between \u20ac73.00 and \u20ac292.00 a month."),
    ("292.01", "out_of_range", "Amount: choose between \u20ac73.00 and \u20ac292.00 a month."),
])  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_changes(sign_in, own, typed, problem, sentence):
    client, before = sign_in("consumer"), own()
    answer = post(client, contract=before.contract.public_id, amount=typed)
    assert asked(answer)["problem"] == problem
    said = page(client, answer.location)
    assert sentence in said
    assert not typed or f'"value": "{typed}"' in said
    assert own() == before


def test_a_foreign_contract_is_missing_and_without_the_token_nothing_is_done(sign_in, own):
    before = own()
    assert post(sign_in("prosumer"), contract=before.contract.public_id, amount="160").status_code == 404
    form = {"contract": before.contract.public_id, "amount": "160", "currency": "EUR"}
    assert sign_in("consumer").post(f"{PAGE}/change", data=form).status_code == 403
    assert own() == before


def test_somebody_without_a_plan_is_told_so(sign_in):
    assert "Your contracts are billed by the month" in page(sign_in("prosumer"), PAGE)


def test_an_owner_chooses_another_amount(sign_in, own):
    client, before = sign_in("consumer"), own()
    answer = post(client, contract=before.contract.public_id, amount="160")
    assert asked(answer) == {"contract": before.contract.public_id, "done": "1"}
    assert "From 15 Dec 2026 on you pay \u20ac160.00 a month." in page(client, answer.location)
    after = own()
    assert after.end_minor == before.end_minor + 2 * 1_400
    assert [month.paid_minor for month in after.months] == [14_600] * 10 + [16_000] * 2
    post(client, contract=before.contract.public_id, amount="146")  # the world is shared
    assert own().end_minor == before.end_minor
