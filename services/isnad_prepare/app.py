"""The prepare service: raw records in, clean articles out (wiring only)."""

import asyncio

from isnad.health import Health
from isnad.outcomes import Outcome, Process, Record
from isnad.stage import Stage
from isnad_prepare.language import detect
from isnad_prepare.pages import prepare_record
from isnad_prepare.settings import PrepareSettings

NAME = "prepare"


def preparing(topic: str) -> Process:
    """Return the stage's work: raw records in, their articles as messages for `topic` out."""

    def prepare_batch(records: list[Record]) -> list[Outcome]:
        return [prepare_record(record, topic) for record in records]

    async def process(records: list[Record]) -> list[Outcome]:
        return await asyncio.to_thread(prepare_batch, records)

    return process


def build(settings: PrepareSettings, health: Health) -> Stage:
    """Return the stage, ready to run."""

    async def load_model() -> None:
        await asyncio.to_thread(detect, "The model is read now, and not while a batch waits.")

    topics = settings.topics
    return Stage(NAME, (topics.raw,), preparing(topics.prepared), settings, startup=(load_model,), health=health)
