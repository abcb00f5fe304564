"""Settings of the entities service."""

from dataclasses import dataclass, field
from typing import Literal

from isnad.settings import CountOrNone, StageSettings

Device = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True, kw_only=True, slots=True)
class EntitiesModel:
    """Which model finds the names; what follows the first field concerns transformers models only."""

    name: str = ""
    """Empty is the model that ships, `fast` the quick one, else a folder or a hub id of a transformers model."""
    revision: str = ""
    """Of a hub id: a branch, a tag or a commit; empty is its main branch."""
    file: str = ""
    """The ONNX file in the model's folder; empty is `model.onnx` or `onnx/model.onnx`."""
    labels: str = ""
    """What its labels are to us where the table says otherwise: `NORP=MISC,EVENT=-`."""
    device: Device = "auto"
    threads: CountOrNone = 0
    """For one run of the model; 0 takes the cores."""


SHIPPED = EntitiesModel()
"""The model that ships with isnad."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EntitiesSettings(StageSettings):
    """What the entities service is told beside what every stage is."""

    entities_model: EntitiesModel = field(default_factory=EntitiesModel)
