"""`make bench`: run every benchmark, print the table, keep it in build/bench.md. `--full` takes the large sizes."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

MODULES = (
    "benchmarks.store",
    "benchmarks.ingest",
    "benchmarks.web",
    "benchmarks.signin",
    "benchmarks.rating",
    "benchmarks.billing",
    "benchmarks.comparison",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="10,000 registers x 1 year; needs 6 GB of disk and minutes")
    parser.add_argument("--only", choices=[name.rpartition(".")[2] for name in MODULES])
    arguments = parser.parse_args()
    lines = ["| what | ours | beside | ratio | aim |", "|---|---|---|---|---|"]
    for name in MODULES:
        if arguments.only and not name.endswith(f".{arguments.only}"):
            continue
        for row in importlib.import_module(name).run(full=arguments.full):
            lines.append("| " + " | ".join(row) + " |")
            print(lines[-1], flush=True)
    build = Path("build")
    build.mkdir(exist_ok=True)
    (build / "bench.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
