"""The prepare service: raw records in, clean articles out (wiring only)."""

import asyncio
from collections.abc import Callable

from isnad.health import Health
from isnad.outcomes import Outcome, Process, Record
from isnad.stage import Stage
from isnad_prepare.language import detect
from isnad_prepare.pages import prepare_record
from isnad_prepare.settings import PrepareSettings

NAME = "prepare"


def preparing(topic: str, still_working: Callable[[], None] = lambda: None) -> Process:
    """Return the stage's work: raw records in, their articles as messages for `topic` out.

    `still_working` is called after each record: a batch of very large ones may take minutes.
    """

    def prepare_batch(records: list[Record]) -> list[Outcome]:
        outcomes = []
        for record in records:
            outcomes.append(prepare_record(record, topic))
            still_working()
        return outcomes

    async def process(records: list[Record]) -> list[Outcome]:
        return await asyncio.to_thread(prepare_batch, records)

    return process


def build(settings: PrepareSettings, health: Health) -> Stage:
    """Return the stage, ready to run."""

    async def load_model() -> None:
        await asyncio.to_thread(detect, "The model is read now, and not while a batch waits.")

    def still_working() -> None:
        stage.still_working()

    topics = settings.topics
    process = preparing(topics.prepared, still_working)
    stage = Stage(NAME, (topics.raw,), process, settings, startup=(load_model,), health=health)
    return stage
