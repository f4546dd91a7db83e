"""What PySAM billed, kept for machines without it. `python -m tests.oracle.golden` asks it again and writes it down."""

from __future__ import annotations

import json
from pathlib import Path

from tests.oracle.cases import STRUCTURES
from tests.oracle.pysam import monthly_bills

FILE = Path(__file__).with_name("bills.json")
WHEEL = "7.1.1.post1"


def kept() -> dict[str, list[float]]:
    """Twelve bills by structure."""
    found: dict[str, list[float]] = json.loads(FILE.read_text(encoding="utf-8"))["bills"]
    return found


def asked() -> dict[str, list[float]]:
    """The same from the program itself, to 1e-9, which leaves out what its floats add."""
    return {
        name: [round(bill, 9) for bill in monthly_bills(made.rates, *made.flows())]
        for name, made in STRUCTURES.items()
    }  # fmt: skip


def main() -> None:
    rows = [f"  {json.dumps(name)}: {json.dumps(bills)}" for name, bills in asked().items()]
    text = f'{{"made_with": "NREL-PySAM {WHEEL}, Utilityrate5", "bills": {{\n' + ",\n".join(rows) + "\n}}\n"
    FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
