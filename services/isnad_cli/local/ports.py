"""Chooses the ports of the local stack: the usual one where it is free, else the next free one. Loopback only."""

import socket

from isnad.errors import SetupError

HOST = "127.0.0.1"
_REACH = 100


def is_free(port: int) -> bool:
    """Tell whether nobody listens there, so that a server could."""
    with socket.socket() as probe:
        # As servers do: a port whose last connection is only fading away counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def choose(wanted: dict[str, int]) -> dict[str, int]:
    """Return a free port for each name, the wanted one or one of the hundred after it; no port is given twice.

    Raises:
        SetupError: all of a hundred are taken.
    """
    given: dict[str, int] = {}
    for name, first in wanted.items():
        for port in range(first, first + _REACH):
            if port not in given.values() and is_free(port):
                given[name] = port
                break
        else:
            raise SetupError(
                f"The ports {first} to {first + _REACH - 1} are all taken, so {name} can't start. "
                "End a program that uses one."
            )
    return given


def choose_any(names: tuple[str, ...]) -> dict[str, int]:
    """Return any free port for each name."""
    probes = [socket.socket() for _ in names]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return {name: probe.getsockname()[1] for name, probe in zip(names, probes, strict=True)}
    finally:
        for probe in probes:
            probe.close()
