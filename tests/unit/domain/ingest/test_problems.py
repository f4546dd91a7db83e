"""The log of problems counts all and keeps few; every code has its sentence."""

from __future__ import annotations

import numpy as np

from domain.ingest.problems import FILE_CODES, KEPT_PER_CODE, ROW_CODES, Problem, ProblemLog
from services.ingest_report import SENTENCES


def test_a_million_bad_lines_are_counted_and_twenty_kept():
    log = ProblemLog()
    log.add_lines("bad_time", np.arange(1_000_000), "time", ["x"])
    log.add_lines("bad_time", np.arange(10), "time")
    assert (log.total, len(log.problems)) == (1_000_010, KEPT_PER_CODE)
    assert log.problems[0] == Problem("bad_time", 0, "time", "x")


def test_one_by_one_as_many_are_kept():
    log = ProblemLog()
    for line in range(KEPT_PER_CODE + 5):
        log.add(Problem("negative", line))
    assert (log.total, len(log.problems)) == (KEPT_PER_CODE + 5, KEPT_PER_CODE)


def test_no_lines_are_no_problem_and_some_are_only_counted():
    log = ProblemLog()
    log.add_lines("bad_time", np.array([], dtype=np.int64), "time")
    assert (log.total, log.problems) == (0, ())
    log.add_count("bad_time", 7)
    assert (log.total, log.problems) == (7, ())


def test_a_problem_speaks_of_one_row_unless_it_says_of_how_many():
    assert (Problem("negative", 4).rows, Problem("negative", 4, params={"rows": 96}).rows) == (1, 96)


def test_problems_come_in_the_order_of_the_file():
    log = ProblemLog()
    log.add(Problem("negative", 9))
    log.add(Problem("bad_time", 3))
    assert [problem.line for problem in log.problems] == [3, 9]


def test_every_code_has_a_sentence_and_a_remedy():
    assert set(SENTENCES) == set(FILE_CODES) | set(ROW_CODES)
    assert all(what and remedy for what, remedy in SENTENCES.values())
