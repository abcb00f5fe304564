"""Addresses as users write them, checked before anything is opened with them (pure)."""

import ipaddress
import re
from urllib.parse import urlsplit

_SERVER = re.compile(r"(?P<host>\[[^\[\]]+\]|[^\s:/@?#,\[\]]+):(?P<port>[0-9]{1,5})")
_MAX_PORT = 65535


def kafka_servers(text: str) -> str:
    """Return Kafka's bootstrap servers without the spaces around them.

    Raises:
        ValueError: they are not written as `host:port[,host:port]`; the text is a sentence for the user.
    """
    servers = [server.strip() for server in text.split(",")]
    if not all(map(_is_server, servers)):
        raise ValueError(f"{shown(text)!r} is no address of Kafka; write host:port[,host:port], as in 127.0.0.1:9092")
    return ",".join(servers)


def base_url(text: str) -> str:
    """Return the URL of a server.

    Raises:
        ValueError: it is not written as `http://host:port` or `https://host:port`, a path after it or none; the text is
            a sentence for the user.
    """
    url = text.strip()
    if not _is_base_url(url):
        raise ValueError(f"{shown(text)!r} is no URL of a server; write http://host:port, as in http://127.0.0.1:8400")
    return url


def shown(text: str) -> str:
    """Return an address fit for a message, whatever else it is: what stands before an `@` may be a password."""
    before, at, after = text.rpartition("@")
    return f"…@{after}" if at and before else text


def _is_server(text: str) -> bool:
    parts = _SERVER.fullmatch(text)
    if parts is None or not 0 < int(parts["port"]) <= _MAX_PORT:
        return False
    host = parts["host"]
    return host.isprintable() and (_is_ipv6(host[1:-1]) if host.startswith("[") else _is_host(host))


def _is_host(text: str) -> bool:
    """Whether this could be looked up: `a..b` has an empty label."""
    try:
        return bool(text.encode("idna"))
    except UnicodeError:
        return False


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _is_base_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        usable = parts.hostname is not None and _is_host(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket that is not closed, a port that is no number
        return False
    # urlsplit passes over line ends and tabs; a client does not.
    written = url.isprintable() and not any(map(str.isspace, url))
    return usable and written and parts.scheme in ("http", "https") and not (parts.query or parts.fragment)
