"""Sends articles at a rate from a thread of its own, each until Kafka has acknowledged it, as a feeder does."""

import asyncio
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from threading import Event, Thread

from tests.harness.articles import Article

from isnad.errors import TransientError
from isnad.kafka import Producer
from isnad.outcomes import Outgoing

_PAUSE_SECONDS = 0.2
_TICK_SECONDS = 0.1


@dataclass
class Feeding:
    """Articles on their way in.

    Attributes:
        acknowledged: ids that Kafka has, with how many records each.
        repeated: how many sends were tried again.
    """

    kafka: str
    topic: str
    articles: Iterable[Article]
    per_second: float
    acknowledged: dict[str, int] = field(default_factory=dict)
    repeated: int = 0

    def __post_init__(self) -> None:
        self._ended = Event()
        self._trouble: BaseException | None = None
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Send no further article; return when Kafka has those that were begun."""
        self.give_up()
        self.wait()

    def give_up(self) -> None:
        """Send no further article."""
        self._ended.set()

    def wait(self) -> None:
        """Return when Kafka has all articles."""
        self._thread.join()
        if self._trouble is not None:
            raise self._trouble

    def _run(self) -> None:
        try:
            asyncio.run(self._send_all())
        except BaseException as exc:  # noqa: BLE001  raised again in `wait`
            self._trouble = exc

    async def _send_all(self) -> None:
        began, sent = time.monotonic(), 0
        rest = iter(self.articles)
        async with Producer(self.kafka) as producer:
            while not self._ended.is_set():
                due = int((time.monotonic() - began) * self.per_second) + 1 - sent
                # After an outage it catches up in steps, not with all at once.
                some = list(_first(rest, min(due, 500)))
                if not some and due > 0:
                    return
                await self._send(producer, some)
                sent += len(some)
                await asyncio.sleep(_TICK_SECONDS)

    async def _send(self, producer: Producer, articles: list[Article]) -> None:
        left = [(str(one["id"]), _message(self.topic, one)) for one in articles]
        while left:
            failures = await producer.deliver([message for _, message in left])
            again = []
            for (id_, message), failure in zip(left, failures, strict=True):
                if failure is None:
                    self.acknowledged[id_] = self.acknowledged.get(id_, 0) + 1
                elif isinstance(failure, TransientError):
                    again.append((id_, message))
                else:
                    raise failure
            if again:
                self.repeated += len(again)
                await asyncio.sleep(_PAUSE_SECONDS)
            left = again


def _first(rest: Iterator[Article], count: int) -> Iterator[Article]:
    for _, article in zip(range(count), rest):  # noqa: B905  the articles may end sooner
        yield article


def _message(topic: str, article: Article) -> Outgoing:
    return Outgoing(topic, str(article["id"]).encode(), json.dumps(article, ensure_ascii=False).encode())
