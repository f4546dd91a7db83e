"""`python -m cli ingest` of a long CSV beside a bare DuckDB read of the same file, ordered, to zstd Parquet v2; in turn."""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 3
Row = tuple[str, str, str, str, str]


def run(*, full: bool = False, rows: int | None = None) -> Iterator[Row]:
    rows = rows or (30_000_000 if full else 4_000_000)
    for order in ("by register", "by time"):
        folder = Path(tempfile.mkdtemp(prefix="bench-ingest-"))
        try:
            path, registers = folder / "readings.csv", max(50, rows // 35_040)
            count = write_csv(path, rows, registers, by_time=order == "by time")
            pairs = [(_bare(path, folder), _ours(path, folder / f"ours-{n}")) for n in range(1 if full else ROUNDS)]
            bare = statistics.median(seconds for seconds, _ in pairs)
            ours = statistics.median(seconds for _, (seconds, _) in pairs)
            peak_mb = max(peak for _, (_, peak) in pairs)
            yield (
                f"ingest {count / 1e6:.0f} M rows of CSV, file ordered {order}",
                f"{count / ours:,.0f} rows/s, {peak_mb:,.0f} MB at most",
                f"bare DuckDB {count / bare:,.0f} rows/s",
                f"{bare / ours:.2f}",
                ">= 0.50",
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def write_csv(path: Path, rows: int, registers: int, *, by_time: bool = False) -> int:
    """Quarter-hours of many registers, `series,time,kwh`; how many rows were written."""
    slots = rows // registers
    order = "i, r" if by_time else "r, i"
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.execute(
        "COPY (SELECT 's' || r AS series, strftime(TIMESTAMP '2024-01-01' + to_seconds(i * 900), '%Y-%m-%dT%H:%M:%SZ')"
        " AS time, ((r * 7919 + i * 104729) % 2000) / 1000.0 AS kwh"
        f" FROM range({registers}) a(r), range({slots}) b(i) ORDER BY {order}) TO '{path}' (HEADER)"
    )
    return slots * registers


def _bare(path: Path, folder: Path) -> float:
    """Both sides in a process of their own, both without rounding, versions, checks or manifest on this one."""
    script = (
        "import duckdb, time; c = duckdb.connect(config={'threads': 2}); c.execute('SET enable_progress_bar = false'); t = time.perf_counter(); "
        f"c.execute(\"COPY (SELECT * FROM read_csv('{path}') ORDER BY series, time) TO '{folder / 'bare.parquet'}' "
        '(FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880)"); print(time.perf_counter() - t)'
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def _ours(path: Path, folder: Path) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ingest", str(path), str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, peak_mb = done.stdout.split()[-2:]
    return float(seconds), float(peak_mb)


def ingest_once(path: Path, folder: Path) -> tuple[float, float]:
    """Ingest into a new portal under `folder`: seconds, and the process's largest resident memory. [MB]"""
    from adapters.cache import make_cache
    from adapters.clock import make_clock
    from config import Config
    from data.migrate import upgrade
    from data.readings import ReadingsStore
    from data.session import Records
    from domain.ingest.options import IngestOptions
    from services import portal
    from services.ingest import ingest
    from services.ingest_report import text

    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'portal.sqlite'}"
    config = Config(database_url=url, store=str(folder / "store"), cache_url=f"disk://{folder / 'cache'}")
    upgrade(url)
    store = ReadingsStore(config.store, config.manifest_url)
    clock = make_clock(datetime(2026, 11, 20, tzinfo=UTC))
    here = portal.Portal(config, Records(url), store, make_cache(config.cache_url), clock)
    with portal.using(here):
        begun = time.perf_counter()
        report = ingest(path, IngestOptions(create_site=True, zone="Europe/Berlin"))
        spent = time.perf_counter() - begun
    if not report.is_accepted:
        raise SystemExit(text(report))
    return spent, _peak_mb()


def _peak_mb() -> float:
    """The kernel's high-water mark of this program; `ru_maxrss` would count what the parent held before the fork."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    print(*ingest_once(Path(sys.argv[1]), Path(sys.argv[2])))
