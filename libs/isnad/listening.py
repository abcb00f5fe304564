"""Where a service listens: which kind of address it is, how it is written, and what to say when it can't be had."""

import errno
import socket

from isnad.errors import SetupError

_OF_THE_PORT = (errno.EADDRINUSE, errno.EACCES)


def family(host: str) -> socket.AddressFamily:
    """Return the kind of address that a host is: IPv6 is written with colons, and nothing else is."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def written(host: str, port: int) -> str:
    """Return the two as they stand in an address, IPv6 in brackets (RFC 3986)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def refused(who: str, variables: str, host: str, port: int, error: OSError) -> SetupError:
    """Return the error of a service that can't listen there; it names the setting that is wrong.

    Args:
        who: what wanted to listen, as a sentence begins.
        variables: what the environment variables of its host and port begin with.
        host: as it was set.
        port: as it was set.
        error: what the system said.
    """
    advice = (
        f"Set {variables}_PORT to a free port, or to 0."
        if error.errno in _OF_THE_PORT
        else f"Set {variables}_HOST to an address of this machine, as 127.0.0.1 or ::1."
    )
    return SetupError(f"{who} can't listen on {written(host, port)} ({error.strerror}). {advice}")
