"""Market prices from files: CSV `start_utc,price` per kWh, or Parquet `zone, ts_utc, price_eur_mwh[, source]`."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from domain.errors import InvalidInputError
from domain.tariffs.exact import decimals, scaled
from domain.tariffs.prices import PriceSeries

MWH_PER_KWH = Decimal("0.001")
MOST_DECIMALS = 6


def read_prices(path: Path, name: str, currency: str) -> PriceSeries:
    """The series `name`; of a Parquet file with several zones the zone of that name."""
    if not path.is_file():
        raise InvalidInputError("prices", "file_missing", path=str(path))
    return _parquet(path, name, currency) if path.suffix == ".parquet" else _csv(path, name, currency)


def _csv(path: Path, name: str, currency: str) -> PriceSeries:
    starts, prices = [], []
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if not {"start_utc", "price"} <= set(rows.fieldnames or ()):
            raise InvalidInputError("prices", "columns_start_utc_and_price", path=path.name)
        for row in rows:
            try:
                starts.append(np.datetime64(datetime.fromisoformat(row["start_utc"].removesuffix("Z")), "s"))
                prices.append(_price(row["price"]))
            except (ValueError, InvalidOperation, TypeError):
                raise InvalidInputError("prices", "bad_row", path=path.name, line=rows.line_num) from None
    return series(name, currency, np.array(starts, dtype="datetime64[s]"), prices, path.name)


def _price(text: str) -> Decimal:
    found = Decimal(text)
    if not found.is_finite():
        raise InvalidOperation(text)
    return found


def _parquet(path: Path, name: str, currency: str) -> PriceSeries:
    table = pq.read_table(path)
    if not {"zone", "ts_utc", "price_eur_mwh"} <= set(table.column_names):
        raise InvalidInputError("prices", "columns_zone_ts_utc_price_eur_mwh", path=path.name)
    table = table.filter(pc.equal(table["zone"], name)).sort_by("ts_utc")
    starts = table["ts_utc"].to_numpy().astype("datetime64[s]")
    # A double prints as the shortest decimal that is it: the published price.
    prices = [Decimal(repr(value)) * MWH_PER_KWH for value in table["price_eur_mwh"].to_pylist()]
    origin = sorted(set(table["source"].to_pylist())) if "source" in table.column_names else []
    return series(name, currency, starts, prices, ", ".join(origin) or path.name)


def series(name: str, currency: str, starts: np.ndarray, prices: Sequence[Decimal], source: str) -> PriceSeries:
    """A series from published numbers, exact; the interval is the commonest step."""
    if len(prices) < 2:
        raise InvalidInputError("prices", "too_few_rows", series=name)
    order = np.argsort(starts, kind="stable")
    starts = starts[order]
    steps, counts = np.unique(np.diff(starts.astype(np.int64)), return_counts=True)
    if steps[0] <= 0:
        raise InvalidInputError("prices", "start_twice", series=name)
    if decimals(*prices) > MOST_DECIMALS:
        raise InvalidInputError("prices", "too_many_decimals", series=name, most=MOST_DECIMALS)
    scale = 10 ** decimals(*prices)
    whole = np.array([scaled(prices[int(place)], scale) for place in order], dtype=np.int64)
    return PriceSeries(name, currency, int(steps[np.argmax(counts)]), scale, starts, whole, source)
