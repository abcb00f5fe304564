"""What a person decides: sending originals again, or leaving them; and the record of it in Kafka.

Nothing in `articles.dead` is changed or deleted: a decision is appended there, so everybody who reads the letters knows
it, the stages too. An original is sent first and the decision written when Kafka has it, so what is interrupted between
the two is sent once more by the next call: the same article again, which the chain recognises by its id.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal, Protocol

import msgspec

from isnad import codec, deaths
from isnad.burials import Log
from isnad.clock import Clock
from isnad.errors import RecordError, RequestError
from isnad.messages import DeadLetter, Resolution
from isnad.outcomes import Outgoing
from isnad.topics import Topics
from isnad_cli.dead.letters import Dead
from isnad_cli.dead.originals import original

_AT_ONCE = 250
"""So many are sent and written down together; an interruption repeats as many at most."""

_BYTES_AT_ONCE = 16 * 1024 * 1024
"""Of letters in memory."""


class Sender(Protocol):
    """What delivers messages: `isnad.kafka.Producer`."""

    async def send_all(self, messages: Sequence[Outgoing]) -> None:
        """Send messages in order; raise for the first that failed."""
        ...

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        """Send messages in order; return for each None, or why Kafka does not have it."""
        ...


@dataclass
class Done:
    """How far it has come.

    Attributes:
        number: how many are resolved.
        failures: of those that are not, the offset and why.
    """

    number: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Resolver:
    """Carries out what a person has decided.

    Attributes:
        log: where letters and originals are read.
        sender: where messages go.
        topics: the chain's; nothing is sent to any other one.
        clock: tells when it was decided.
        note: why, in the person's words.
    """

    log: Log
    sender: Sender
    topics: Topics
    clock: Clock
    note: str | None = None

    async def drop(self, dead: Sequence[Dead], progress: Callable[[int], None] = lambda _: None) -> Done:
        """Write down that these need no more attention.

        Raises:
            BrokerUnavailable: Kafka does not answer in time; those before it are done.
        """
        done = Done()
        for some in _in_parts(dead):
            await self._write_down("dropped", some)
            done.number += len(some)
            progress(len(some))
        return done

    async def replay(self, dead: Sequence[Dead], progress: Callable[[int], None] = lambda _: None) -> Done:
        """Send the originals again, each to the topic that it came from, and write that down.

        One that can't be sent stays open; the others go on.

        Args:
            dead: the records, at least one.
            progress: called with how many more are done.

        Raises:
            BrokerUnavailable: Kafka does not answer in time; those before it are done.
            SetupError: a topic is not as it must be; those before it are done.
        """
        done = Done()
        wanted = {one.offset: one for one in dead}
        part: list[tuple[Dead, DeadLetter]] = []
        size = 0
        first, last = min(wanted), max(wanted)
        async for record in self.log.read(self.topics.dead, 0, first, last + 1):
            if record.offset in wanted:
                part.append((wanted[record.offset], codec.decode(DeadLetter, record.value)))
                size += len(record.value or b"")
            if len(part) == _AT_ONCE or size >= _BYTES_AT_ONCE or record.offset == last:
                await self._replay(part, done)
                progress(len(part))
                part, size = [], 0
        return done

    async def _replay(self, part: Sequence[tuple[Dead, DeadLetter]], done: Done) -> None:
        ready: list[tuple[Dead, Outgoing]] = []
        for one, letter in part:
            try:
                ready.append((one, await self._again(letter)))
            except RequestError as exc:
                done.failures.append((one.offset, str(exc)))
        failures = await self.sender.deliver([message for _, message in ready])
        sent = [one for (one, _), failure in zip(ready, failures, strict=True) if failure is None]
        await self._write_down("replayed", sent)
        done.number += len(sent)
        for (one, _), failure in zip(ready, failures, strict=True):
            if isinstance(failure, RecordError):
                done.failures.append((one.offset, failure.detail))
            elif failure is not None:
                raise failure

    async def _again(self, letter: DeadLetter) -> Outgoing:
        if letter.topic not in {spec.name for spec in self.topics.specs()} - {self.topics.dead}:
            raise RequestError(f"It came from {letter.topic}, which is no topic of this chain.")
        found = await original(letter, self.log)
        return Outgoing(letter.topic, found.key, found.value, deaths.marked(found.headers, letter.deaths))

    async def _write_down(self, action: Literal["replayed", "dropped"], dead: Sequence[Dead]) -> None:
        now = self.clock.now()
        messages = []
        for one in dead:
            decision = Resolution(action=action, at=now, letter=one.offset, note=self.note)
            value = codec.encode(msgspec.structs.replace(one.letter, resolution=decision))
            messages.append(Outgoing(self.topics.dead, (one.letter.article_id or "").encode(), value))
        if messages:
            await self.sender.send_all(messages)


def _in_parts(dead: Sequence[Dead]) -> Iterator[list[Dead]]:
    left = iter(dead)
    while some := list(islice(left, _AT_ONCE)):
        yield some
