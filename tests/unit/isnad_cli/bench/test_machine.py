"""Times and memory of the process."""

import json
import os
import subprocess
import sys
import time

import pytest

from isnad_cli.bench import machine
from isnad_cli.bench.machine import Timing


def test_rates_are_told_best_and_median_by_cpu_and_by_the_clock():
    """100 articles in 1, 2 and 4 seconds of CPU, and in twice that by the clock."""
    timings = [Timing(8.0, 4.0), Timing(2.0, 1.0), Timing(4.0, 2.0)]
    assert machine.rates(timings, 100) == {
        "cpu": {"best": 100.0, "median": 50.0},
        "clock": {"best": 50.0, "median": 25.0},
    }


def test_waiting_takes_time_of_the_clock_only():
    """And the result is handed through."""
    measured = machine.timed(lambda: time.sleep(0.1) or "done")
    assert measured.result == "done"
    assert measured.timing.clock_seconds >= 0.1
    assert measured.timing.cpu_seconds < 0.1


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="a process can't be kept on a core here")
def test_one_core_is_used_and_given_back():
    """Programs started meanwhile are on the same core, with one thread for Rust's libraries."""
    before = os.sched_getaffinity(0)
    program = "import os; print(len(os.sched_getaffinity(0)), os.environ['RAYON_NUM_THREADS'])"
    with machine.one_core():
        shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert shown == "1 1\n"
    assert os.sched_getaffinity(0) == before


HELD = """
import json, sys
import numpy as np
from isnad_cli.bench import machine
before = machine.resident()
held = np.ones(50_000_000, np.uint8)
mapped = np.memmap(sys.argv[1], np.uint8, "r")
assert (held.sum(), mapped.sum()) == (50_000_000, 0)
print(json.dumps(machine.bytes_each(before, machine.resident(), 1000)))
"""


@pytest.mark.skipif(machine.resident() is None, reason="the system does not tell")
def test_memory_of_its_own_is_told_apart_from_that_of_mapped_files(tmp_path):
    """50 MB held, and 20 MB of a file looked at, in a process where nothing else is let go meanwhile."""
    (tmp_path / "mapped").write_bytes(bytes(20_000_000))
    command = [sys.executable, "-c", HELD, str(tmp_path / "mapped")]
    grown = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert 49_000 < grown["anonymous"] < 60_000
    assert 19_000 < grown["file"] < 25_000


def test_a_file_with_two_names_takes_its_room_once(tmp_path):
    """As those that two snapshots share."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one").write_bytes(bytes(1000))
    (tmp_path / "two").hardlink_to(tmp_path / "deep" / "one")
    (tmp_path / "three").write_bytes(bytes(10))
    assert machine.bytes_on_disk(tmp_path) == 1010
