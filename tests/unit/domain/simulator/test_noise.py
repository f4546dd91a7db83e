import subprocess
import sys

import numpy as np
import pytest

from domain.simulator.noise import between, choice, normal, smooth, stream, uniform

N = np.arange(100_000, dtype=np.int64)


def test_uniform_numbers_fill_the_unit_interval_evenly():
    drawn = uniform(stream("a"), N)
    assert drawn.min() >= 0.0
    assert drawn.max() < 1.0
    # Of 100,000 numbers a tenth falls into each tenth; the standard deviation is sqrt(1e5 * 0.1 * 0.9) = 95.
    assert np.abs(np.histogram(drawn, 10, (0, 1))[0] - 10_000).max() < 5 * 95


def test_normal_numbers_have_mean_zero_and_variance_one():
    drawn = normal(stream("b"), N)
    assert abs(drawn.mean()) < 5 / np.sqrt(len(N))  # five standard errors of the mean
    assert drawn.std() == pytest.approx(1.0, abs=0.02)


def test_a_part_of_a_span_has_the_same_numbers():
    whole = normal(stream("c"), N)
    assert (normal(stream("c"), N[40_000:40_096]) == whole[40_000:40_096]).all()


def test_streams_are_independent():
    assert abs(np.corrcoef(uniform(stream("a"), N), uniform(stream("b"), N))[0, 1]) < 5 / np.sqrt(len(N))


def test_counters_before_1970_are_numbers_too():
    assert uniform(stream("a"), np.array([-1, -2])).tolist() == uniform(stream("a"), np.array([-1, -2])).tolist()


def test_a_stream_is_the_same_in_another_process():
    # Python's own hash() differs between processes; the demo must not.
    code = "from domain.simulator.noise import stream; print(stream('home', 7))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) == stream("home", 7)


def test_smooth_noise_is_continuous_with_variance_one():
    at_s = np.arange(0, 3600 * 20_000, 900, dtype=np.int64)
    drawn = smooth(stream("d"), at_s, 3600)
    assert drawn.std() == pytest.approx(1.0, abs=0.03)
    assert (
        np.abs(np.diff(smooth(stream("d"), np.arange(0, 36_000, 36, dtype=np.int64), 3600))).max() < 0.15
    )  # a hundredth of its scale


def test_smooth_noise_of_nothing_is_nothing():
    assert len(smooth(1, np.zeros(0, dtype=np.int64), 3600)) == 0


def test_choice_and_between_stay_in_their_ranges():
    assert {choice(stream("e"), n, 3) for n in range(50)} == {0, 1, 2}
    assert all(2.0 <= between(stream("e"), n, 2.0, 3.0) < 3.0 for n in range(50))
