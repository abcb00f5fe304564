"""Ports: the usual one, else the next free one."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from isnad_cli.local.ports import Reservations, choose_any, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on, followed by a free one."""
    while True:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            port = server.getsockname()[1]
            if port < 65000 and is_free(port + 1) and is_free(port + 2):
                yield port
                return


@pytest.fixture
def reservations(tmp_path: Path) -> Iterator[Reservations]:
    made = Reservations(tmp_path / "ports")
    yield made
    made.release()


def test_a_taken_port_is_replaced_by_the_next_free_one(taken: int, reservations: Reservations) -> None:
    """The first port after the taken one."""
    assert reservations.reserve({"kafka": taken}) == {"kafka": taken + 1}


def test_a_free_port_is_taken_as_asked(taken: int, reservations: Reservations) -> None:
    """Nothing changes where nothing is in the way."""
    assert reservations.reserve({"kafka": taken + 2}) == {"kafka": taken + 2}


def test_no_port_is_given_twice(taken: int, reservations: Reservations) -> None:
    """Neither at once nor later, though nobody listens there yet."""
    assert reservations.reserve({"kafka": taken, "api": taken}) == {"kafka": taken + 1, "api": taken + 2}
    assert reservations.reserve({"index": taken})["index"] > taken + 2


def test_another_stack_passes_over_what_is_reserved(taken: int, reservations: Reservations, tmp_path: Path) -> None:
    """A server that is just starting, or starting again, finds its port as it left it."""
    reservations.reserve({"kafka": taken + 1})
    other = Reservations(tmp_path / "ports")
    assert other.reserve({"kafka": taken + 1}) == {"kafka": taken + 2}
    reservations.release()
    assert other.reserve({"api": taken + 1}) == {"api": taken + 1}
    other.release()


def _a_link(folder: Path, elsewhere: Path) -> None:
    folder.symlink_to(elsewhere)


def _open_to_others(folder: Path, elsewhere: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)


def _anothers(folder: Path, elsewhere: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    folder.mkdir(mode=0o700)
    os.chown(folder, 12345, 12345)


def _a_file(folder: Path, elsewhere: Path) -> None:
    folder.touch()


@pytest.mark.parametrize("trap", [_a_link, _open_to_others, _anothers, _a_file])
def test_nothing_is_written_in_a_folder_that_is_not_ours_alone(
    trap: Callable[[Path, Path], None], taken: int, tmp_path: Path
) -> None:
    """Ports are given all the same, without locks."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    trap(tmp_path / "ports", elsewhere)
    reservations = Reservations(tmp_path / "ports")
    assert reservations.reserve({"kafka": taken}) == {"kafka": taken + 1}
    reservations.release()
    assert list(elsewhere.iterdir()) == []
    assert not (tmp_path / "ports" / str(taken + 1)).exists()


def test_what_stands_in_the_place_of_a_lock_is_neither_emptied_nor_waited_for(taken: int, tmp_path: Path) -> None:
    """A link's target and a file keep what they hold; a pipe that nobody reads holds nothing up."""
    folder = tmp_path / "ports"
    folder.mkdir(mode=0o700)
    target = tmp_path / "shadow"
    target.write_text("secret")
    (folder / str(taken + 1)).symlink_to(target)
    (folder / str(taken + 2)).write_text("a note")
    os.mkfifo(folder / str(taken + 3))
    reservations = Reservations(folder)
    assert reservations.reserve({"kafka": taken})["kafka"] == taken + 1
    reservations.reserve({"api": taken + 2, "index": taken + 3})
    reservations.release()
    assert target.read_text() == "secret"
    assert (folder / str(taken + 2)).read_text() == "a note"


def test_a_port_taken_on_all_addresses_is_not_free_on_loopback() -> None:
    """A server on 0.0.0.0 would answer on loopback in the place of ours."""
    with socket.socket() as server:
        server.bind(("0.0.0.0", 0))
        server.listen()
        assert not is_free(server.getsockname()[1])


def test_any_ports_differ() -> None:
    """Each name gets its own."""
    given = choose_any(("a", "b", "c"))
    assert len(set(given.values())) == 3
