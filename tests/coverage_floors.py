"""`python -m tests.coverage_floors`: lines and branches by layer from build/coverage, and a failure below a floor."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import coverage

# The browser tests run apart, so what only they reach does not count. Percent of lines and of branches.
FLOORS = {
    "domain": (100, 100), "services": (93, 85), "data": (97, 90), "adapters": (96, 94), "auth": (97, 94),
    "components": (96, 93), "pages": (90, 70),
}  # fmt: skip
REPORT = Path("build/coverage/coverage.json")


@dataclass
class Count:
    """Of one layer: what ran, and what there is."""

    lines: int = 0
    all_lines: int = 0
    branches: int = 0
    all_branches: int = 0

    def add(self, summary: dict[str, int]) -> None:
        self.lines += summary["covered_lines"]
        self.all_lines += summary["num_statements"]
        self.branches += summary["covered_branches"]
        self.all_branches += summary["num_branches"]

    @property
    def percent(self) -> tuple[float, float]:
        return _percent(self.lines, self.all_lines), _percent(self.branches, self.all_branches)


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


def layers(report: dict) -> dict[str, Count]:
    """The counts of a coverage report in JSON, by the first folder of each file."""
    found: dict[str, Count] = defaultdict(Count)
    for name, file in report["files"].items():
        found[Path(name).parts[0]].add(file["summary"])
    return dict(found)


def below(found: dict[str, Count]) -> list[str]:
    """A sentence per layer that misses a floor, or that nobody measured."""
    problems = []
    for layer, floors in FLOORS.items():
        for what, least, percent in zip(("lines", "branches"), floors, found.get(layer, Count()).percent, strict=True):
            if layer not in found or percent < least:
                problems.append(f"{layer}: {percent:.1f} % of {what}, at least {least} % are wanted")
    return problems


def main() -> int:
    measured = coverage.Coverage()
    measured.combine(strict=False)
    measured.load()
    measured.json_report(outfile=str(REPORT))
    found = layers(json.loads(REPORT.read_text()))
    print(f"{'layer':<12}{'lines':>9}{'floor':>7}{'branches':>11}{'floor':>7}")
    for layer, floors in FLOORS.items():
        lines, branches = found.get(layer, Count()).percent
        print(f"{layer:<12}{lines:>7.1f} %{floors[0]:>5} %{branches:>9.1f} %{floors[1]:>5} %")
    problems = below(found)
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main())
