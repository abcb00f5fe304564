"""A trivial stage for the tests of `isnad.stage`: passes records on, and misbehaves as its surroundings say.

Run as a program. A record's value is JSON: `{"n": 1}` passes, `{"n": 1, "do": "die"}` goes to the dead letters, and
`{"n": 1, "do": "grow", "bytes": 5}` is passed on as so many bytes. Misbehaviour is asked for by files in the folder
TRIAL_FOLDER: `broken` (a dependency is down), `hang`, `slow`, `short` (an outcome too few), `bugs` (now and then),
`speechless` (nothing can be logged), `crumble` (a bug beside the batches), `misplace` (a topic is gone, beside them),
`dawdle` (at the end). What it does beside the batches and at its end it writes into the file `diary`.
"""

import asyncio
import json
import logging
import os
import random
import sys
from pathlib import Path

from isnad import logs
from isnad.errors import RecordError, SearchUnavailable, SetupError
from isnad.messages import Reason
from isnad.outcomes import Outcome, Outgoing, Record
from isnad.settings import StageSettings, load
from isnad.stage import Stage

ENVIRON = os.environ  # noqa: TID251  a composition root


def forgetful(_: logging.LogRecord) -> bool:
    """Fail, as a log may where there is no memory."""
    raise MemoryError


def main() -> int:
    settings = load(StageSettings, ENVIRON)
    folder = Path(ENVIRON["TRIAL_FOLDER"])
    topics = settings.topics
    logs.configure(settings, "trial")

    def outcome(record: Record) -> Outcome:
        value = json.loads(record.value or b'{"do": "die"}')
        match value.get("do"):
            case "die":
                return Outcome.dead(RecordError(Reason.NO_TEXT, "it asked for it"))
            case "grow":
                return Outcome("passed", (Outgoing(topics.matched, record.key or b"", b"x" * value["bytes"]),))
            case _:
                return Outcome("passed", (Outgoing(topics.matched, record.key or b"", record.value or b""),))

    async def process(records: list[Record]) -> list[Outcome]:
        if (folder / "broken").exists():
            raise SearchUnavailable("the file named broken is there")
        if (folder / "slow").exists():
            await asyncio.sleep(0.5)
        if (folder / "hang").exists():
            await asyncio.sleep(3600)
        if (folder / "bugs").exists() and random.random() < 0.1:
            raise KeyError("a bug that the test asked for")
        if (folder / "speechless").exists():
            logging.getLogger().handlers[0].addFilter(forgetful)
            raise MemoryError
        outcomes = [outcome(record) for record in records]
        return outcomes[:-1] if (folder / "short").exists() else outcomes

    def write(line: str) -> None:
        with (folder / "diary").open("a") as diary:
            diary.write(f"{line}\n")

    async def live() -> None:
        write("began")
        try:
            while not (folder / "crumble").exists():
                if (folder / "misplace").exists():
                    raise SetupError("create the topics")
                await asyncio.sleep(0.1)
            raise KeyError("a bug that the test asked for")
        finally:
            write("ended")

    async def tidy_up() -> None:
        write("tidies up")
        if (folder / "dawdle").exists():
            await asyncio.sleep(2.5)
            write("still tidies up")
            await asyncio.sleep(30)
            write("tidied up for half a minute")

    stage = Stage("trial", (topics.raw, topics.changes), process, settings, background=(live,), shutdown=(tidy_up,))
    return stage.run()


if __name__ == "__main__":
    sys.exit(main())
