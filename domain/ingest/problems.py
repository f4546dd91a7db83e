"""What can be wrong with a file of meter data: codes, where they were found, and how many of each."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from domain.errors import DomainError

KEPT_PER_CODE = 20

FILE_CODES = (
    "file_missing", "is_folder", "unreadable", "not_text", "empty_file", "no_rows", "not_utf8", "zero_byte", "line_ends",
    "unknown_encoding",
    "no_header", "layout_unknown", "delimiter_unknown", "columns_missing", "column_type", "time_unknown", "date_order_unknown",
    "unit_unknown", "unit_unfit", "zone_unknown", "interval_unknown",
    "interval_differs", "unknown_register", "register_needed", "register_shared", "damaged_file",
)  # fmt: skip
ROW_CODES = (
    "broken_row", "bad_time", "gap_time", "fold_time", "off_grid", "far_time", "bad_number", "wrong_decimal", "negative", "too_large",
    "unknown_unit", "unknown_quality", "contradiction", "missing_series",
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One refusal. `line` is the line of the file (of a Parquet file: the row, from 1); 0 means the whole file."""

    code: str
    line: int = 0
    column: str = ""
    value: str = ""
    params: dict[str, object] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows it speaks of."""
        return int(str(self.params.get("rows", 1)))


class IngestRefusedError(DomainError):
    """The file as a whole cannot be read; carries the one problem that says why."""

    code = "ingest_refused"

    def __init__(self, problem: Problem) -> None:
        super().__init__(code=problem.code, **problem.params)
        self.problem = problem


def refuse(code: str, *, line: int = 0, column: str = "", value: str = "", **params: object) -> IngestRefusedError:
    return IngestRefusedError(Problem(code, line, column, value, params))


class ProblemLog:
    """Counts every problem and keeps the first few of each kind: a file of 30 million bad rows must not fill memory."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._kept: list[Problem] = []
        self._guard = threading.Lock()  # a file is read in one thread and judged in another

    def add(self, problem: Problem, *, times: int = 1) -> None:
        """A problem, kept once however many readings it stands for."""
        with self._guard:
            if self.counts[problem.code] < KEPT_PER_CODE:
                self._kept.append(problem)
            self.counts[problem.code] += times

    def add_lines(self, code: str, lines: npt.NDArray[np.int64], column: str, values: Iterable[str] = ()) -> None:
        """The same problem on many lines; `values` (as written in the file) may be shorter."""
        if len(lines) == 0:
            return
        with self._guard:
            room = max(0, KEPT_PER_CODE - self.counts[code])
            shown = list(values)[:room]
            for index, line in enumerate(lines[:room]):
                self._kept.append(Problem(code, int(line), column, shown[index] if index < len(shown) else ""))
            self.counts[code] += len(lines)

    def add_count(self, code: str, times: int) -> None:
        """More of a kind whose first ones were added."""
        with self._guard:
            self.counts[code] += times

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Those kept, in the order of the file."""
        return tuple(sorted(self._kept, key=lambda problem: problem.line))
