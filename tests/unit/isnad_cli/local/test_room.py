"""Memory and disk are looked at before anything is started."""

from pathlib import Path

import pytest

from isnad.errors import SetupError
from isnad_cli.local import room


def test_too_little_memory_is_a_sentence(tmp_path: Path) -> None:
    """How much there is, how much is needed, and what to do."""
    with pytest.raises(SetupError, match=r"^500 MiB of memory are free and the stack needs about 1700\. .*--only"):
        room.must_suffice(tmp_path, needed_mib=1700, free_mib=500)


def test_a_container_has_no_more_than_its_limit(tmp_path: Path) -> None:
    """The machine may have more: 300 MiB allowed and 100 in use, of which 40 are only files kept, leave 240."""
    (tmp_path / "memory.max").write_text(f"{300 << 20}\n")
    (tmp_path / "memory.current").write_text(f"{100 << 20}\n")
    (tmp_path / "memory.stat").write_text(f"anon {60 << 20}\ninactive_file {40 << 20}\n")
    assert room.free_memory_mib(tmp_path) == 240


def test_without_a_limit_the_machine_counts(tmp_path: Path) -> None:
    """`max` means no limit."""
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("1\n")
    assert room.free_memory_mib(tmp_path) > 0


def test_the_need_is_the_sum_of_the_parts() -> None:
    """Two servers and five services: 350 + 850 + 5 · 110."""
    assert room.memory_needed_mib(2, 5, elasticsearch=True) == 1750
    assert room.memory_needed_mib(1, 0, elasticsearch=False) == 350
