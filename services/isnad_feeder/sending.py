"""Sends what is read to `articles.raw`, batch after batch, each awaited before the next.

So two versions of an article that stand in one input arrive in that order, also when a batch has to be sent again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from isnad.clock import Clock
from isnad.errors import BrokerUnavailable, RecordError
from isnad.outcomes import Outgoing
from isnad_feeder.ahead import Batch, ReadAhead
from isnad_feeder.events import Input, Opened, Ready, Remark, events
from isnad_feeder.pace import Pace
from isnad_feeder.places import Place, Refusal
from isnad_feeder.tally import Tally

_BATCH = 1000
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 5.0


class Delivery(Protocol):
    """Where messages go; `isnad.kafka.Producer` is one."""

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        """Send the messages; return for each None when it is acknowledged, else why not."""
        ...


class Nowhere:
    """Takes every message and forgets it."""

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        """Accept all."""
        return [None] * len(messages)


class Display(Protocol):
    """What a person sees while it runs."""

    def opened(self, file: str) -> None:
        """A file is being read."""

    def advanced(self, tally: Tally, read_bytes: int) -> None:
        """Something was sent; so much of the input has been read."""

    def refused(self, refusal: Refusal) -> None:
        """Something will not be sent."""

    def remarked(self, place: Place, text: str) -> None:
        """Something was read, with a doubt."""

    def waiting(self, reason: str, timeout_seconds: float) -> None:
        """Kafka takes nothing for now; after so long without success the feeder gives up."""

    def well(self) -> None:
        """Kafka takes it again."""


class Feeding:
    """One run of the feeder. `tally` holds the counts at every moment, also after an interruption."""

    def __init__(self, given: Input, display: Display, clock: Clock, *, pace: Pace, timeout_seconds: float) -> None:
        self.tally = Tally()
        self._given = given
        self._display = display
        self._clock = clock
        self._pace = pace
        self._timeout_seconds = timeout_seconds
        self._failing_since: float | None = None

    async def run(self, delivery: Delivery) -> None:
        """Read and send everything.

        Raises:
            BrokerUnavailable: Kafka acknowledged nothing for `timeout_seconds`.
            SetupError: Kafka is not set up for isnad.
        """
        ahead = self._read_ahead()
        ahead.start()
        try:
            while (batch := await ahead.take()) is not None:
                self._tell(batch)
                if ready := [event for event in batch if isinstance(event, Ready)]:
                    await asyncio.sleep(self._pace.delay(len(ready), self._clock.monotonic()))
                    await self._send(ready, delivery)
                    self._display.advanced(self.tally, ready[-1].read_bytes)
        finally:
            ahead.stop()

    def _read_ahead(self) -> ReadAhead:
        pipe = self._given.pipe

        def read(size: int) -> bytes:
            ahead.flush()
            return pipe(size) if pipe else b""

        given = replace(self._given, pipe=read) if pipe else self._given
        ahead = ReadAhead(events(given), self._pace.batch_size(_BATCH))
        return ahead

    def _tell(self, batch: Batch) -> None:
        for event in batch:
            if isinstance(event, Opened):
                self.tally.files += 1
                self._display.opened(event.file)
            elif isinstance(event, Remark):
                self._display.remarked(event.place, event.text)
            elif isinstance(event, Refusal):
                self._refuse(event)

    def _refuse(self, refusal: Refusal) -> None:
        self.tally.refuse(refusal)
        self._display.refused(refusal)

    async def _send(self, left: list[Ready], delivery: Delivery) -> None:
        """Send until Kafka has acknowledged all, or refused them for good."""
        pause = _FIRST_WAIT_SECONDS
        while True:
            failures = await delivery.deliver([ready.message for ready in left])
            again: list[Ready] = []
            for ready, failure in zip(left, failures, strict=True):
                if failure is None:
                    self.tally.accept(ready.message.key or b"")
                elif isinstance(failure, RecordError):
                    self._refuse(Refusal(ready.place, failure.detail))
                elif isinstance(failure, BrokerUnavailable):
                    again.append(ready)
                    reason = failure
                else:
                    raise failure
            if len(again) < len(left):
                self._recovered()
            if not again:
                return
            self._note_failure(reason)
            await asyncio.sleep(pause)
            left, pause = again, min(2 * pause, _LONGEST_WAIT_SECONDS)

    def _recovered(self) -> None:
        if self._failing_since is not None:
            self._failing_since = None
            self._display.well()

    def _note_failure(self, reason: BrokerUnavailable) -> None:
        now = self._clock.monotonic()
        if self._failing_since is None:
            self._failing_since = now
            self._display.waiting(str(reason), self._timeout_seconds)
        elif now - self._failing_since > self._timeout_seconds:
            raise BrokerUnavailable(
                f"Gave up: Kafka took nothing for {self._timeout_seconds:g} s, {self.tally.accepted:,} articles were "
                "acknowledged before. When it runs again, feed the same once more; nothing is stored twice."
            ) from reason
