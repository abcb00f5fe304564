"""What a process of the local stack is: command, environment, user (pure)."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """How one process is started, whoever supervises it."""

    name: str
    command: tuple[str, ...]
    directory: Path
    environment: dict[str, str] = field(default_factory=dict)
    """Set on top of what the supervisor passes on."""
    user: str | None = None
    """The user it runs as; None for the caller."""
    inherits: bool = False
    """Whether it also sees the environment of `isnad up`, as the services do and the servers must not."""
    stop_seconds: int = 15
    """So long it may take to stop in order before it is killed."""
