"""The order of readings is the same in memory, in a file, and sorted outside of memory."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.reading_sorter import Judged, ReadingSorter


def judged(slot, start_s):
    count = len(slot)
    line = np.arange(count, dtype=np.int64)
    return Judged(np.array(slot, np.int32), np.array(start_s, np.int64), line * 10, np.zeros(count, np.uint8), line)


@pytest.mark.parametrize("memory_rows", [10**6, 50], ids=["in memory", "spilled"])
@pytest.mark.parametrize("is_sorted", [True, False])
def test_any_order_comes_out_by_register_and_start(memory_rows, is_sorted):
    # 10 registers x 40 starts; the 400 rows are added in 8 parts, so 50 in memory spill.
    rows = judged(np.repeat(np.arange(10), 40), np.tile(np.arange(40), 10) * 900)
    if not is_sorted:
        rows = rows.pick(np.random.default_rng(7).permutation(400))
    with ReadingSorter(memory_rows) as sorter:
        for part in range(8):
            sorter.add(rows.pick(slice(part * 50, part * 50 + 50)))
        for _again in range(2):
            found = Judged.join(list(sorter.batches()))
            assert found.line.tolist() == list(range(400))
            assert found.slot.tolist() == np.repeat(np.arange(10), 40).tolist()
            assert found.amount.tolist() == [10 * n for n in range(400)]


def test_nothing_in_nothing_out():
    with ReadingSorter() as sorter:
        assert list(sorter.batches()) == []
