"""Settings of the prepare service."""

from dataclasses import dataclass

from isnad.settings import StageSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class PrepareSettings(StageSettings):
    """What the prepare service is told: what every stage is told."""
