"""`python -m benchmarks.weights`: the tables of docs/performance.md from what the browser tests left in build/figures."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FIGURES = ROOT / "build" / "figures"
DOCUMENT = ROOT / "docs" / "performance.md"
PAGES = ("sign-in", "dashboard", "consumption")
SMALL_KB = 1.0


def _read(name: str) -> Any:
    return json.loads((FIGURES / f"{name}.json").read_text())


def weights() -> str:
    """What each page transfers, cold and warm."""
    lines = ["| page | cold, KB | warm, KB |", "|---|---|---|"]
    for page in PAGES:
        found = _read(f"weight-{page}")
        lines.append(f"| {page} | {found['cold_kb']} | {found.get('warm_kb', '-')} |")
    return "\n".join(lines)


def files() -> str:
    """Each file of the consumption page, largest first; what is below 1 KB together."""
    rows: dict[str, float] = _read("weight-consumption")["files_kb"]
    large = {name: size for name, size in rows.items() if size >= SMALL_KB}
    lines = ["| file | KB |", "|---|---|", *(f"| `{name}` | {size} |" for name, size in large.items())]
    rest = sum(rows.values()) - sum(large.values())
    return "\n".join([*lines, f"| {len(rows) - len(large)} smaller ones | {rest:.1f} |"])


def ratio() -> str:
    """The same page on plain Dash."""
    found = _read("plain-dash-ratio")
    kinds = sorted({*found["ours_kinds_kb"], *found["plain_kinds_kb"]})
    lines = ["| | ours, KB | plain Dash, KB |", "|---|---|---|"]
    ours, plain = found["ours_kinds_kb"], found["plain_kinds_kb"]
    lines += [f"| {kind} | {ours.get(kind, 0)} | {plain.get(kind, 0)} |" for kind in kinds]
    lines.append(f"| together, {found['charts']} figures | {found['ours_kb']} | {found['plain_kb']} |")
    lines.append(f"| requests | {found['ours_requests']} | {found['plain_requests']} |")
    return "\n".join([*lines, f"| ratio | | {found['ratio']}x |"])


def main() -> None:
    text = DOCUMENT.read_text()
    for name, make in {"weights": weights, "files": files, "ratio": ratio}.items():
        block = f"<!-- {name} -->\n{make()}\n<!-- /{name} -->"
        text = re.sub(rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _match, block=block: block, text, flags=re.DOTALL)  # type: ignore[misc]  # the block of this round
    DOCUMENT.write_text(text)


if __name__ == "__main__":
    main()
