"""Memory is zero to begin with, and what is given back of it takes no room while the rest stays as it was."""

from pathlib import Path

import numpy as np
import pytest

from isnad.similarity.memory import Memory

MILLION = 1 << 20


def resident() -> int:
    """Bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096


def test_it_is_zero_and_can_be_written_to():
    memory = Memory.zeros(1_000)
    assert memory.words.tolist() == [0] * 1_000
    memory.words[999] = 2**64 - 1
    assert memory.words[999] == 2**64 - 1
    assert memory.bytes_held == 8_000


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells what is resident")
def test_what_is_given_back_takes_no_room_and_what_stands_behind_is_untouched():
    memory = Memory.zeros(8 * MILLION)  # 64 MiB
    memory.words[:] = np.arange(8 * MILLION, dtype=np.uint64)
    full = resident()
    for end in (1, MILLION, 5 * MILLION + 12_345, 2 * MILLION):  # the last was given back already
        memory.give_back(end)
    assert full - resident() > 36 << 20  # 5 * 8 MiB, less what the process may have taken meanwhile
    assert memory.bytes_held <= 28 << 20
    assert memory.words[5 * MILLION + 12_345 :].tolist() == list(range(5 * MILLION + 12_345, 8 * MILLION))


def test_where_there_is_none_it_is_said_as_python_says_it():
    with pytest.raises(MemoryError, match="no room"):
        Memory.zeros(1 << 58)


def test_of_an_array_of_somebody_else_nothing_is_given_back():
    array = np.arange(MILLION, dtype=np.uint64)
    memory = Memory.of(array)
    memory.give_back(MILLION)
    assert memory.bytes_held == 8 * MILLION
    assert array[5] == 5
