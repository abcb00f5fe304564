"""What the local stack is made of: Maven coordinates with sizes and checksums, read from `artifacts.lock.toml` (pure).

The lock names no host: where artifacts come from is the business of jgo and its configuration.
"""

import tomllib
from importlib import resources
from pathlib import PurePosixPath
from typing import Literal

import msgspec

Part = Literal["kafka", "elasticsearch", "compiler"]


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """One file, pinned."""

    part: Part
    group: str
    name: str
    version: str
    packaging: str = "jar"
    size: int
    """In bytes."""
    sha256: str

    @property
    def coordinate(self) -> str:
        """Group, name and version, as people write them."""
        return f"{self.group}:{self.name}:{self.version}"

    @property
    def path(self) -> PurePosixPath:
        """Place in a folder laid out as Maven does."""
        return PurePosixPath(
            *self.group.split("."), self.name, self.version, f"{self.name}-{self.version}.{self.packaging}"
        )


class _Lock(msgspec.Struct, frozen=True):
    artifact: tuple[Artifact, ...]


def parse(text: str) -> tuple[Artifact, ...]:
    """Return the artifacts that a lock file lists, in its order."""
    return msgspec.convert(tomllib.loads(text), type=_Lock).artifact


def locked() -> tuple[Artifact, ...]:
    """Return the artifacts that this version of isnad uses."""
    return parse(resources.files(__package__).joinpath("artifacts.lock.toml").read_text(encoding="utf-8"))


def render(artifacts: tuple[Artifact, ...]) -> str:
    """Return the text of a lock file; `parse` reads it."""
    blocks = ["# Written by `python -m isnad_cli.local.relock`; don't edit by hand."]
    for artifact in artifacts:
        lines = ["[[artifact]]"]
        lines += [f"{key} = {value!r}".replace("'", '"') for key, value in msgspec.to_builtins(artifact).items()]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"
