"""Settings of the entities service."""

from dataclasses import dataclass

from isnad.settings import StageSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class EntitiesSettings(StageSettings):
    """What the entities service is told: what every stage is told."""
