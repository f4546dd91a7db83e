"""The page of the history and its file: a customer's own, for owners and members, the same as the ledger, none of others."""

from __future__ import annotations

import csv
import io

import pytest

from components import formats
from services import billing_history
from services import portal as portals
from services.billing_history import Filter
from tests.web.test_access import visit
from tests.web.walk import draw, text_of

PAGE = "/billing/history"


@pytest.fixture
def told(world, viewer_in):
    """What the service tells somebody."""

    def ask(name: str):
        with portals.using(world):
            return billing_history.entries(viewer_in(name))

    return ask


def rows_of(client, address: str = f"{PAGE}.csv"):
    answer = client.get(address)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_the_file_ties_to_the_ledger(sign_in, told, world, viewer_in):
    rows, entries = rows_of(sign_in("business")), told("business")
    assert len(rows) == len(entries)
    with portals.using(world):
        balances = billing_history.history(viewer_in("business"), Filter()).balances
    booked = [row for row in rows if row["balance"]]
    assert sum(round(float(row["amount"]) * 100) for row in booked) == sum(balances.values())


def test_the_page_shows_what_the_service_tells(sign_in, told):
    entries = told("consumer")
    text = draw(sign_in("consumer"), PAGE).get_data(as_text=True)
    shown = entries[: billing_history.PAGE_ROWS]
    for each in shown:
        assert formats.day_medium(each.on) in text
    assert ("Nothing yet" in text) is not bool(entries)


def test_a_member_reads_the_same_history(sign_in, told):
    assert rows_of(sign_in("accountant")) == rows_of(sign_in("business"))
    assert told("accountant") == told("business")


def test_the_account_of_another_is_like_one_that_is_missing(sign_in, world, viewer_in):
    with portals.using(world):
        foreign = billing_history.accounts(viewer_in("business"))[0].public_id
    client = sign_in("consumer")
    for account in (foreign, "account-0000000000"):
        assert client.get(f"{PAGE}.csv?account={account}").status_code == 404
        # The page shows what is one's own, as if no account had been named.
        assert text_of(draw(client, PAGE, f"?account={account}")).replace(f"?account={account}", "") == text_of(
            draw(client, PAGE)
        )


def test_strangers_and_staff_take_nothing_along(stranger, sign_in, world):
    assert stranger.get(f"{PAGE}.csv").status_code in {303, 302, 401}
    agent = sign_in("agent")
    assert agent.get(f"{PAGE}.csv").status_code in {403, 404}
    assert visit(agent, world).status_code == 303
    assert agent.get(f"{PAGE}.csv").status_code == 403
