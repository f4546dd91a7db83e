from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from adapters.tariffs.price_files import read_prices
from domain.errors import InvalidInputError

HEAD = "start_utc,price\n"


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_prices_are_exact(tmp_path):
    rows = "2026-01-01T01:00:00Z,0.0851\n2026-01-01T00:00:00Z,-0.01\n2026-01-01T02:00,0.1\n"
    found = read_prices(write(tmp_path / "p.csv", HEAD + rows), "spot", "EUR")
    assert (found.interval_s, found.scale, found.price.tolist()) == (3600, 10_000, [-100, 851, 1000])
    assert str(found.start_utc[0]) == "2026-01-01T00:00:00"
    assert found.source == "p.csv"


def test_parquet_prices_are_those_of_one_zone(tmp_path):
    hours = [datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in (0, 1, 0, 1)]
    columns = {
        "zone": ["DE", "DE", "DK", "DK"],
        "ts_utc": pa.array(hours, pa.timestamp("ms", "UTC")),
        "price_eur_mwh": [85.12, -3.4, 1.0, 2.0],
    }
    path = tmp_path / "p.parquet"
    pq.write_table(pa.table(columns), path)
    found = read_prices(path, "DE", "EUR")
    assert (found.scale, found.price.tolist(), found.source) == (100_000, [8512, -340], "p.parquet")
    pq.write_table(pa.table(columns | {"source": ["a", "b", "c", "c"]}), path)
    assert read_prices(path, "DE", "EUR").source == "a, b"
    with pytest.raises(InvalidInputError) as caught:
        read_prices(path, "FR", "EUR")
    assert caught.value.params["remedy"] == "too_few_rows"


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("time,price\n", "columns_start_utc_and_price"),
        ("", "columns_start_utc_and_price"),
        (HEAD + "2026-01-01T00:00,abc\n", "bad_row"),
        (HEAD + "yesterday,1\n", "bad_row"),
        (HEAD + "2026-01-01T00:00\n", "bad_row"),
        (HEAD + "2026-01-01T00:00,NaN\n2026-01-01T01:00,1\n", "bad_row"),
        (HEAD + "2026-01-01T00:00,1\n", "too_few_rows"),
        (HEAD + "2026-01-01T00:00,1\n2026-01-01T00:00,1\n", "start_twice"),
        (HEAD + "2026-01-01T00:00,0.12345678\n2026-01-01T01:00,1\n", "too_many_decimals"),
    ],
)
def test_a_file_that_is_no_price_series_is_refused(tmp_path, text, remedy):
    with pytest.raises(InvalidInputError) as caught:
        read_prices(write(tmp_path / "p.csv", text), "spot", "EUR")
    assert caught.value.params["remedy"] == remedy


def test_missing_files_and_columns_are_named(tmp_path):
    with pytest.raises(InvalidInputError) as caught:
        read_prices(tmp_path / "none.csv", "spot", "EUR")
    assert caught.value.params["remedy"] == "file_missing"
    pq.write_table(pa.table({"zone": ["DE"]}), tmp_path / "p.parquet")
    with pytest.raises(InvalidInputError) as caught:
        read_prices(tmp_path / "p.parquet", "DE", "EUR")
    assert caught.value.params["remedy"] == "columns_zone_ts_utc_price_eur_mwh"
