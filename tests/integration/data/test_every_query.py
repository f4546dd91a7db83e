"""What every query gets tested for free: on empty stores it answers with what it promises, and says it is nothing."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib import import_module
from pkgutil import iter_modules

import pandas as pd
import pytest

import data.queries
from data.readings import ReadingsStore
from data.rollups import rollup
from services.portal import Portal
from tests.factories.databases import BOTH, current_database
from tests.factories.readings import KNOWN, make_batch, make_series, make_starts
from tests.factories.world import tiny_portal

NOW = datetime(2026, 11, 20, 11, 7, tzinfo=UTC)
# What arguments of these names are asked with; a new name is added here.
ASKED = {
    "account_id": 7, "account_number": "x", "account_ids": [7], "actions": ["a:b"], "before": NOW, "counters": [("user:x", 10)], "column": "kind",
    "contract_ids": [7], "supply_point_ids": [7], "draft_id": 7, "digest": "x", "document_public_ids": ["x"], "known_at": NOW, "revision": 0,
    "contract_id": 7, "code": "x", "supply_point_id": 7, "start_s": 0, "end_s": 9, "tariff_version_ids": [7], "customer_id": 7, "day": date(2026, 5, 4), "email": "nobody@example.com", "end": date(2026, 5, 5), "end_utc": datetime(2026, 5, 5, tzinfo=UTC),
    "first": date(2026, 5, 4), "id_hash": "x", "key": "x", "kind": "export", "letter_id": "msg-7", "limit": 5, "membership": "owner",
    "document_id": 7, "document_ids": [7], "event_id": "x", "mandate_id": 7, "method_id": 7, "method_ids": [7], "payment_id": 7, "provider": "sandbox", "provider_id": "x",
    "name": "x", "names": ["x"], "now": NOW, "offset": 0, "public_id": "x-0000000000", "register_groups": {7: [(7, 1)]},
    "register_id": 7, "register_ids": [7], "since": NOW, "site_id": 7, "site_ids": [7],
    "start_utc": datetime(2026, 5, 4, tzinfo=UTC), "state": "dead", "text": "nobody", "user_id": 7,
    "route": "sandbox", "payment_keys": ["x"], "codes": ["bank"], "direction": "supply", "issue_key": "x", "states": ["asked"], "currency": "EUR",
}  # fmt: skip
# Of nothing these still say how much it is, for each thing that was asked for.
NEVER_EMPTY = {
    "customers.totals", "customers.work_counts", "queues.states", "customers.register_ids_at",
    "identity.nth_recent_failures", "customers.find", "identity.memberships", "consumption.intervals",
    "consumption.intervals_of_many", "consumption.stamp", "attention.silent_devices", "contracts.taxes", "fleet.store_facts",
}  # fmt: skip


def queries() -> Iterator[tuple[str, typing.Callable]]:
    for module in iter_modules(data.queries.__path__):
        found = import_module(f"data.queries.{module.name}")
        for name, function in vars(found).items():
            if inspect.isfunction(function) and function.__module__ == found.__name__ and not name.startswith("_"):
                yield f"{module.name}.{name}", function


QUERIES = dict(queries())


@pytest.fixture(scope="module", params=BOTH)
def empty(request, tmp_path_factory) -> Iterator[Portal]:
    folder = tmp_path_factory.mktemp("queries")
    with current_database(request.param, folder) as url:
        made = tiny_portal(folder, database_url=url)
        yield made
        made.readings.close()
        made.records.dispose()


def answer(function: typing.Callable, made: Portal) -> object:
    needed = [name for name, p in inspect.signature(function).parameters.items() if p.default is p.empty]
    asked = {name: ASKED[name] for name in needed[1:]}
    assert needed[0] in {"db", "store"}, "a query begins with what it asks"
    if needed[0] == "store":
        return function(made.readings, **asked)
    with made.records.reading() as db:
        return function(db, **asked)


def kinds(hint: object) -> tuple[type, ...]:
    """The classes a result may be of."""
    is_union = isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union
    options = typing.get_args(hint) if is_union else (hint,)
    return tuple(typing.get_origin(option) or option for option in options)


@pytest.mark.parametrize("name", QUERIES)
def test_on_empty_stores_a_query_answers_as_it_promises(empty, name):
    function = QUERIES[name]
    found = answer(function, empty)
    assert isinstance(found, kinds(typing.get_type_hints(function)["return"]))
    if name not in NEVER_EMPTY:
        assert len(found) == 0 if hasattr(found, "__len__") else not found


def frames() -> list[str]:
    return [name for name, function in QUERIES.items() if typing.get_type_hints(function)["return"] is pd.DataFrame]


@pytest.mark.parametrize("name", frames())
def test_a_frame_has_the_same_columns_with_and_without_rows(empty, store: ReadingsStore, name):
    nothing = answer(QUERIES[name], empty)
    store.declare([make_series(7)])
    store.append(make_batch(7, make_starts("2026-05-01", "2026-06-01")), known_at=KNOWN)
    rollup(store)
    whole = {**ASKED, "first": date(2026, 5, 1), "end": date(2026, 6, 1)}
    needed = list(inspect.signature(QUERIES[name]).parameters)[1:]
    something = QUERIES[name](store, **{argument: whole[argument] for argument in needed})
    assert len(something) > 0
    assert list(nothing.columns) == list(something.columns)
    assert nothing.dtypes.astype(str)["local_date"] == something.dtypes.astype(str)["local_date"] == "datetime64[s]"


def test_there_are_queries():
    assert len(QUERIES) >= 40
    assert len(frames()) >= 4
