"""Sending: what counts as accepted, waiting for Kafka, giving up, pipes and rates."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from isnad.clock import SystemClock
from isnad.errors import BrokerUnavailable, RecordError, SetupError
from isnad.messages import Reason
from isnad.outcomes import Outgoing
from isnad_feeder.events import Input
from isnad_feeder.pace import Pace
from isnad_feeder.places import Place, Refusal
from isnad_feeder.sending import Feeding
from isnad_feeder.tally import Tally


class Log:
    """A broker that may be down for the first deliveries, or refuse some messages."""

    def __init__(self, *, down: int = 0, refuses: bytes = b"\0never", error: Exception | None = None) -> None:
        self.received: list[Outgoing] = []
        self.second = asyncio.Event()
        self.down = down
        self.refuses = refuses
        self.error = error

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Exception | None]:
        await asyncio.sleep(0)
        if self.error:
            return [self.error] * len(messages)
        if self.down:
            self.down -= 1
            return [BrokerUnavailable("Kafka does not answer")] * len(messages)
        return [self._take(message) for message in messages]

    def _take(self, message: Outgoing) -> Exception | None:
        if self.refuses in message.value:
            return RecordError(Reason.TOO_LARGE, "too large for the topic")
        self.received.append(message)
        if len(self.received) == 2:
            self.second.set()
        return None


class Watched:
    """Remembers what a user would see."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def opened(self, file: str) -> None:
        self.seen.append("opened")

    def advanced(self, tally: Tally, read_bytes: int) -> None:
        self.read_bytes = read_bytes

    def refused(self, refusal: Refusal) -> None:
        self.seen.append(f"refused {refusal.reason}")

    def remarked(self, place: Place, text: str) -> None:
        self.seen.append(f"remarked {text}")

    def waiting(self, reason: str, timeout_seconds: float) -> None:
        self.seen.append(f"waiting {reason}")

    def well(self) -> None:
        self.seen.append("well")


def feeding(given: Input, display: Watched, rate: float | None = None, timeout_seconds: float = 60) -> Feeding:
    return Feeding(given, display, SystemClock(), pace=Pace(rate), timeout_seconds=timeout_seconds)


def lines(path: Path, count: int) -> Input:
    path.write_text("".join(json.dumps({"source": "o", "id": f"o:{n}", "body": "نص"}) + "\n" for n in range(count)))
    return Input((path,), "articles.raw")


async def test_everything_is_sent_once_and_counted(tmp_path: Path) -> None:
    """Five thousand articles arrive once each, under their ids, whatever the batches."""
    log, run = Log(), feeding(lines(tmp_path / "a.jsonl", 5000), Watched())
    await run.run(log)
    assert sorted(message.key for message in log.received) == sorted(f"o:{n}".encode() for n in range(5000))
    assert (run.tally.files, run.tally.accepted, len(run.tally.keys), run.tally.refused) == (1, 5000, 5000, 0)


async def test_versions_of_an_article_arrive_in_order(tmp_path: Path) -> None:
    """Of two thousand versions the last one is the last, although Kafka was away for a while."""
    path, log = tmp_path / "a.jsonl", Log(down=1)
    path.write_text("".join(json.dumps({"source": "o", "id": "o:1", "body": f"v{n}"}) + "\n" for n in range(2000)))
    await feeding(Input((path,), "articles.raw"), Watched()).run(log)
    assert [json.loads(message.value)["body"] for message in log.received] == [f"v{n}" for n in range(2000)]


async def test_the_same_article_twice_is_accepted_twice_and_distinct_once(tmp_path: Path) -> None:
    """A corpus may hold an address twice; the counts tell."""
    given, log = lines(tmp_path / "a.jsonl", 10), Log()
    (tmp_path / "b.jsonl").write_text((tmp_path / "a.jsonl").read_text())
    run = feeding(Input((tmp_path,), given.topic), Watched())
    await run.run(log)
    assert (run.tally.files, run.tally.accepted, len(run.tally.keys)) == (2, 20, 10)


async def test_an_outage_is_waited_for(tmp_path: Path) -> None:
    """What was not acknowledged is sent again, the user is told once that it waits and once that it goes on."""
    display, log = Watched(), Log(down=1)
    run = feeding(lines(tmp_path / "a.jsonl", 3), display)
    await run.run(log)
    assert (len(log.received), run.tally.accepted) == (3, 3)
    assert display.seen == ["opened", "waiting Kafka does not answer", "well"]


async def test_after_the_timeout_it_gives_up_and_says_how_far_it_came(tmp_path: Path) -> None:
    """Nothing acknowledged for the whole timeout ends the run with the count."""
    run = feeding(lines(tmp_path / "a.jsonl", 3), Watched(), timeout_seconds=0.1)
    with pytest.raises(BrokerUnavailable, match=r"took nothing for 0.1 s, 0 articles were acknowledged"):
        await run.run(Log(down=1000))


async def test_what_kafka_refuses_for_good_is_a_refusal(tmp_path: Path) -> None:
    """One message that is too large does not hold up the others."""
    display, log = Watched(), Log(refuses=b'"o:1"')
    run = feeding(lines(tmp_path / "a.jsonl", 3), display)
    await run.run(log)
    assert (run.tally.accepted, run.tally.refused) == (2, 1)
    assert run.tally.refusals == [Refusal(Place(str(tmp_path / "a.jsonl"), line=2), "too large for the topic")]


async def test_a_wrong_set_up_ends_the_run(tmp_path: Path) -> None:
    """A missing topic is not waited for."""
    run = feeding(lines(tmp_path / "a.jsonl", 3), Watched())
    with pytest.raises(SetupError, match="isnad topics"):
        await run.run(Log(error=SetupError("create it: isnad topics create")))


async def test_a_silent_pipe_does_not_hold_back_what_came(tmp_path: Path) -> None:
    """Lines from a pipe are sent when they come, not when the pipe ends."""
    reads, writes = os.pipe()
    log = Log()
    with os.fdopen(reads, "rb") as pipe, os.fdopen(writes, "wb", buffering=0) as end:
        run = feeding(Input((), "articles.raw", source="live", pipe=pipe.read1), Watched())
        task = asyncio.create_task(run.run(log))
        end.write(b'{"body":"first"}\n{"body":"second"}\n{"bo')
        async with asyncio.timeout(5):
            await log.second.wait()
        end.write(b'dy":"third"}\n')
        end.close()
        await task
    assert [json.loads(message.value)["body"] for message in log.received] == ["first", "second", "third"]


async def test_the_rate_is_kept(tmp_path: Path) -> None:
    """Thirty articles at 100/s take about 0.3 s, less what the first batch of twenty does not wait for."""
    clock = SystemClock()
    started = clock.monotonic()
    await feeding(lines(tmp_path / "a.jsonl", 60), Watched(), rate=100).run(Log())
    assert 0.35 < clock.monotonic() - started < 1.5


def test_the_summary_lists_a_bounded_number_of_refusals() -> None:
    """All are counted; beyond ten thousand the list stops and says how many are left out."""
    tally = Tally(files=1)
    for line in range(1, 10_004):
        tally.refuse(Refusal(Place("a.zip", "b.jsonl", line), "not JSON"))
    summary = tally.summary(2.5)
    assert (summary["refused"], len(summary["refusals"]), summary["refusals_left_out"]) == (10_003, 10_000, 3)
    assert summary["refusals"][0] == {"file": "a.zip", "member": "b.jsonl", "line": 1, "reason": "not JSON"}
