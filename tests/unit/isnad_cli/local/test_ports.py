"""Ports: the usual one, else the next free one."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from isnad_cli.local.ports import choose_any, is_free, reserved


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


def test_a_taken_port_is_replaced_by_the_next_free_one(taken: int, tmp_path: Path) -> None:
    """The first port after the taken one."""
    with reserved({"kafka": taken}, tmp_path) as given:
        assert given == {"kafka": taken + 1}


def test_a_free_port_is_taken_as_asked(taken: int, tmp_path: Path) -> None:
    """Nothing changes where nothing is in the way."""
    with reserved({"kafka": taken + 2}, tmp_path) as given:
        assert given == {"kafka": taken + 2}


def test_no_port_is_given_twice(taken: int, tmp_path: Path) -> None:
    """Two that ask for the same taken port get the two after it."""
    with reserved({"kafka": taken, "api": taken}, tmp_path) as given:
        assert given == {"kafka": taken + 1, "api": taken + 2}


def test_a_stack_that_goes_up_meanwhile_passes_over_reserved_ports(taken: int, tmp_path: Path) -> None:
    """Its server does not listen yet, and the port is already spoken for; afterwards it is free again."""
    with reserved({"kafka": taken + 1}, tmp_path), reserved({"kafka": taken + 1}, tmp_path) as other:
        assert other == {"kafka": taken + 2}
    with reserved({"kafka": taken + 1}, tmp_path) as later:
        assert later == {"kafka": taken + 1}


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
