"""Where the local stack listens: `isnad up` writes it into its home, the other commands read it."""

import os
from pathlib import Path

import msgspec
import platformdirs

from isnad.errors import SetupError


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses as `host:port` for Kafka and as base URLs for the rest."""

    kafka: str = "127.0.0.1:9092"
    elasticsearch: str = "http://127.0.0.1:9200"
    api: str = "http://127.0.0.1:8400"
    services: dict[str, str] = {}
    """Base URL of each service's /healthz, /readyz and /metrics, by its short name."""


def default_home() -> Path:
    """Return where isnad keeps its data: the user's data folder by the platform's convention.

    Elasticsearch refuses to run as root and is then started as an unprivileged user, who can't enter root's own
    folders.

    Raises:
        SetupError: the user has no home, as in a container that runs as a number which no list of users has.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/isnad")
    try:
        return Path(platformdirs.user_data_dir("isnad"))
    except RuntimeError as exc:
        raise SetupError(
            "This user has no home folder. Set HOME, or say where isnad keeps its data: --home FOLDER"
        ) from exc


def addresses_file(home: Path) -> Path:
    """Return the file that holds the addresses of the stack running in `home`."""
    return home / "run" / "addresses.json"


def load(home: Path) -> Addresses:
    """Return the addresses of the stack in `home`; the defaults where none was started there.

    Raises:
        SetupError: the file is there and can't be read.
    """
    file = addresses_file(home)
    try:
        return msgspec.json.decode(file.read_bytes(), type=Addresses)
    except FileNotFoundError:
        return Addresses()
    except (OSError, msgspec.DecodeError, UnicodeError, RecursionError) as exc:
        raise SetupError(f"{file} can't be read ({exc}). Run `isnad up` again, it writes a new one.") from exc


def store(home: Path, addresses: Addresses) -> None:
    """Write the addresses, whole or not at all."""
    file = addresses_file(home)
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(addresses)))
    draft.replace(file)
