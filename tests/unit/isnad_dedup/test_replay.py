"""Same log, same answers: in whatever batches, after restarts, after redeliveries, with gaps, from a log read again."""

import asyncio
import dataclasses
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.unit.isnad_dedup.articles import TOPIC, prepared, record, text
from tests.unit.isnad_dedup.disk import no_room_on_disk
from tests.unit.memory_folder import IN_MEMORY

from isnad.errors import BrokerUnavailable, SetupError, StorageUnavailable
from isnad.health import Health
from isnad.outcomes import Outcome, Record
from isnad.similarity.snapshot import Captured, Json, Snapshots
from isnad.similarity.window import Window
from isnad.topics import Topics
from isnad_dedup.log.ledger import LastRecord, Ledger
from isnad_dedup.log.replay import Replay

WINDOW = Window(days=6)


@dataclass
class Log:
    """A log in memory, as `isnad.kafka.LogReader` reads it."""

    records: list[Record]
    first: int = 0
    reads: int = 0
    read_offsets: list[int] = field(default_factory=list)
    broken_after: int | None = None

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        assert (topic, partition) == (TOPIC, 0)
        return self.first, (self.records[-1].offset + 1 if self.records else 0)

    async def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        assert (topic, partition) == (TOPIC, 0)
        assert start >= self.first
        self.reads += 1
        for number, one in enumerate(one for one in self.records if start <= one.offset < end):
            if number == self.broken_after:
                raise BrokerUnavailable("Kafka went away")
            self.read_offsets.append(one.offset)
            yield one


def replay(
    log: Log,
    health: Health | None = None,
    still_working: Callable[[], None] = lambda: None,
    snapshots: Snapshots | None = None,
) -> Replay:
    return Replay(
        log, TOPIC, lambda: Ledger(Topics(), WINDOW, remembered=4), health or Health(), still_working, snapshots
    )


def straight(records: list[Record]) -> list[Outcome]:
    """The answers of one who takes the whole log at once, in one piece."""
    whole = Ledger(Topics(), WINDOW)
    outcomes = []
    for one in records:
        whole.skip_to(one.offset)
        outcomes += whole.answer([one])
    return outcomes


def visible(outcome: Outcome) -> tuple[object, ...]:
    return outcome.status, outcome.messages, outcome.article_id, str(outcome.error)


BODIES = [
    "",
    text((0, 3)),
    text((0, 10)),
    text((0, 104)),
    text((0, 60)),
    text((40, 104)),
    text((0, 54), (300, 350)),
    text((300, 404)),
    text((300, 360), (0, 60)),
]

values = st.one_of(
    st.just(b"no article"),
    st.builds(
        lambda key, body, title: prepared(key, body, title=title),
        st.sampled_from("abcdefghij"),
        st.sampled_from(BODIES),
        st.sampled_from(["", "عنوان"]),
    ),
)
# Each record: its value, the offsets skipped before it, the days since the one before.
logs = st.lists(st.tuples(values, st.sampled_from([0, 0, 0, 1, 5]), st.sampled_from([0, 0, 0, 0.5, 3, -1])), min_size=1)


def made(drawn: list[tuple[bytes, int, float]]) -> list[Record]:
    records, offset, day = [], 0, 0.0
    for value, skipped, days in drawn:
        offset, day = offset + skipped, day + days
        records.append(record(offset, value, days=day))
        offset += 1
    return records


# What happens next: a batch of so many records from where it was, from some records before, or after a restart; and
# whether a snapshot is written then.
steps = st.lists(
    st.tuples(
        st.integers(1, 6),
        st.sampled_from([0, 0, 0, 1, 3, 8, 100]),
        st.sampled_from(["", "", "", "snapshot", "restart", "snapshot, restart", "restart without snapshots"]),
    ),
    min_size=1,
)


@settings(max_examples=100, deadline=None)
@given(logs, steps)
async def test_the_same_log_gets_the_same_answers(
    drawn: list[tuple[bytes, int, float]], plan: list[tuple[int, int, str]]
):
    records = made(drawn)
    expected = [visible(outcome) for outcome in straight(records)]
    log = Log(records)
    with TemporaryDirectory(dir=IN_MEMORY) as folder, capture_logs():
        stage = replay(log, snapshots=Snapshots(Path(folder), {}))
        place = 0
        for size, back, event in [*plan, (len(records), 0, "restart")]:
            if "snapshot" in event.split(", ")[0]:
                await write(Snapshots(Path(folder), {}), stage)
            if "restart" in event:
                there = None if "without" in event else Snapshots(Path(folder), {})
                stage = replay(log, snapshots=there)
            place = max(0, place - back)
            batch = records[place : place + size]
            outcomes = await stage.process(batch)
            assert [visible(outcome) for outcome in outcomes] == expected[place : place + size]
            place += len(batch)
        outcomes = await stage.process(records)
        assert [visible(outcome) for outcome in outcomes] == expected


async def write(snapshots: Snapshots, stage: Replay) -> Path:
    captured = await stage.capture()
    assert captured is not None
    return snapshots.write(captured)


def articles(count: int) -> list[Record]:
    return [record(n, prepared(str(n), text((0, 104)))) for n in range(count)]


async def test_an_unbroken_log_is_never_read_again():
    records = articles(6)
    log = Log(records)
    stage = replay(log)
    for n in range(0, 6, 2):
        await stage.process(records[n : n + 2])
    await stage.process(records[4:])  # a redelivery that is still remembered
    assert log.reads == 0


async def test_before_the_first_batch_the_log_is_read_up_to_it():
    log = Log(articles(6))
    outcomes = await replay(log).process(log.records[4:])
    assert outcomes == straight(log.records)[4:]
    assert log.reads == 1


async def test_while_kafka_is_away_the_batch_can_be_tried_again():
    log = Log(articles(10), broken_after=3)
    stage = replay(log)
    with pytest.raises(BrokerUnavailable):
        await stage.process(log.records[8:])
    log.broken_after = None
    assert await stage.process(log.records[8:]) == straight(log.records)[8:]


async def test_a_log_whose_beginning_is_gone_is_read_from_what_is_there():
    records = articles(6)
    log = Log(records[3:], first=3)
    assert await replay(log).process(records[5:]) == straight(records[3:])[2:]


async def test_a_place_past_the_end_of_the_log_means_its_end():
    log = Log(articles(3))
    stage = replay(log)
    await stage.read_up_to(50)
    log.records += articles(4)[3:]
    assert await stage.process(log.records[3:]) == straight(log.records)[3:]


async def test_a_log_of_several_partitions_is_refused():
    stray = dataclasses.replace(articles(1)[0], partition=1)
    with pytest.raises(SetupError, match="isnad topics check"):
        await replay(Log([])).process([stray])


async def test_it_says_what_it_waits_for_and_that_it_is_well_again():
    health, seen = Health(), []
    health.well("start")
    log = Log([record(n, b"no article") for n in range(1500)])
    stage = replay(log, health, lambda: seen.append([waiting.reason for waiting in health.reasons()]))
    await stage.process(log.records[1400:])
    assert ["the index is made from articles.prepared: offset 400 of 1,400"] in seen
    assert health.ready()


async def test_reading_a_few_records_is_not_worth_a_word():
    health, seen = Health(), []
    health.well("start")
    log = Log([record(n, b"no article") for n in range(900)])
    with capture_logs() as logs:
        await replay(log, health, lambda: seen.append(health.ready())).process(log.records[890:])
    assert (seen, logs) == ([], [])


class TestSnapshots:
    """A log of which so many records are in a snapshot."""

    async def snapshot_after(self, folder: Path, count: int, records: list[Record]) -> Path:
        stage = replay(Log(records))
        await stage.read_up_to(count)
        return await write(Snapshots(folder, {"days": 6}), stage)

    def restarted(self, log: Log, folder: Path) -> Replay:
        return replay(log, snapshots=Snapshots(folder, {"days": 6}))

    async def test_only_what_comes_after_it_is_read(self, tmp_path: Path):
        log = Log(articles(10))
        await self.snapshot_after(tmp_path, 6, log.records)
        outcomes = await self.restarted(log, tmp_path).process(log.records[8:])
        assert outcomes == straight(log.records)[8:]
        # The snapshot's last record, to see that it is the same log, and those that follow it.
        assert log.read_offsets == [5, 6, 7]

    async def test_one_that_stands_after_what_was_committed_is_passed_over(self, tmp_path: Path):
        log = Log(articles(10))
        for count in (3, 7):
            await self.snapshot_after(tmp_path, count, log.records)
        with capture_logs() as logs:
            outcomes = await self.restarted(log, tmp_path).process(log.records[5:])
        assert outcomes == straight(log.records)[5:]
        assert log.read_offsets == [2, 3, 4]
        assert reasons(logs) == ["It stands at offset 7, and 5 has to be answered first."]

    async def test_the_exact_place_is_good(self, tmp_path: Path):
        log = Log(articles(10))
        await self.snapshot_after(tmp_path, 5, log.records)
        assert await self.restarted(log, tmp_path).process(log.records[5:]) == straight(log.records)[5:]
        assert log.read_offsets == [4]

    @pytest.mark.parametrize(
        "other",
        [
            lambda last: dataclasses.replace(last, value=prepared("other", text((0, 104)))),
            lambda last: dataclasses.replace(last, appended_at=last.appended_at + timedelta(milliseconds=1)),
        ],
        ids=["another article", "the same article at another time"],
    )
    async def test_one_of_another_log_is_not_used(self, tmp_path: Path, other: Callable[[Record], Record]):
        records = articles(10)
        await self.snapshot_after(tmp_path, 6, records)
        log = Log([*records[:5], other(records[5]), *records[6:]])
        with capture_logs() as logs:
            outcomes = await self.restarted(log, tmp_path).process(log.records[8:])
        assert outcomes == straight(log.records)[8:]
        assert reasons(logs) == ["It is of another log: at offset 5 stands another record than then."]

    async def test_one_of_a_longer_log_is_not_used(self, tmp_path: Path):
        await self.snapshot_after(tmp_path, 6, articles(6))
        log = Log(articles(4))
        with capture_logs():
            assert await self.restarted(log, tmp_path).process(log.records[3:]) == straight(log.records)[3:]

    async def test_without_the_records_that_would_prove_it_it_is_not_used(self, tmp_path: Path):
        records = articles(10)
        await self.snapshot_after(tmp_path, 4, records)
        log = Log(records[6:], first=6)
        with capture_logs() as logs:
            assert await self.restarted(log, tmp_path).process(records[8:]) == straight(records[6:])[2:]
        assert "The log begins at offset 6 now, after the snapshot's last record." in reasons(logs)
        (told,) = [one for one in logs if one["log_level"] == "error"]
        assert "the log's beginning is gone and no snapshot can be used" in told["event"]

    async def test_with_it_the_beginning_of_the_log_is_not_missed(self, tmp_path: Path):
        records = articles(10)
        await self.snapshot_after(tmp_path, 6, records)
        log = Log(records[5:], first=5)
        with capture_logs() as logs:
            assert await self.restarted(log, tmp_path).process(records[8:]) == straight(records)[8:]
        assert [one for one in logs if one["log_level"] == "error"] == []

    async def test_a_damaged_one_means_the_one_before_it_and_then_the_whole_log(self, tmp_path: Path):
        log = Log(articles(10))
        older, newer = [await self.snapshot_after(tmp_path, count, log.records) for count in (3, 6)]
        for damaged, read in [(newer, [2, 3, 4, 5, 6, 7]), (older, [0, 1, 2, 3, 4, 5, 6, 7])]:
            part = next(path for path in sorted(damaged.iterdir()) if path.name != "manifest" and path.stat().st_size)
            part.unlink()
            log.read_offsets.clear()
            with capture_logs() as logs:
                outcomes = await self.restarted(log, tmp_path).process(log.records[8:])
            assert outcomes == straight(log.records)[8:]
            assert log.read_offsets == read
            assert any(part.name in reason for reason in reasons(logs))

    async def test_one_that_can_not_be_taken_over_is_passed_over(self, tmp_path: Path):
        log = Log(articles(10))
        place = {"next_offset": 6, "last": msgspec.to_builtins(LastRecord.of(log.records[5]))}
        Snapshots(tmp_path, {"days": 6}).write(Captured({"ledger": place}, {}))
        with capture_logs() as logs:
            assert await self.restarted(log, tmp_path).process(log.records[8:]) == straight(log.records)[8:]
        (reason,) = reasons(logs)
        assert reason.startswith("It can't be taken over: ")

    @pytest.mark.parametrize("about", [{}, {"ledger": 7}, {"ledger": {"next_offset": 3, "last": None}}])
    async def test_one_that_does_not_say_where_it_stands_is_passed_over(self, tmp_path: Path, about: dict[str, Json]):
        log = Log(articles(5))
        Snapshots(tmp_path, {"days": 6}).write(Captured(about, {}))
        with capture_logs():
            assert await self.restarted(log, tmp_path).process(log.records[4:]) == straight(log.records)[4:]
        assert log.read_offsets == [0, 1, 2, 3]

    async def test_one_of_other_settings_means_the_whole_log(self, tmp_path: Path):
        log = Log(articles(10))
        await self.snapshot_after(tmp_path, 6, log.records)
        with capture_logs() as logs:
            stage = replay(log, snapshots=Snapshots(tmp_path, {"days": 7}))
            assert await stage.process(log.records[8:]) == straight(log.records)[8:]
        assert reasons(logs) == ["It is of other settings: days is 6 there and 7 here."]

    async def test_while_kafka_is_away_the_start_can_be_tried_again(self, tmp_path: Path):
        log = Log(articles(10), broken_after=0)
        await self.snapshot_after(tmp_path, 6, articles(10))
        stage = self.restarted(log, tmp_path)
        with pytest.raises(BrokerUnavailable):
            await stage.read_up_to(8)
        log.broken_after = None
        assert await stage.process(log.records[8:]) == straight(log.records)[8:]
        assert log.read_offsets == [5, 6, 7]

    async def test_it_can_be_stopped_while_one_is_checked(self, tmp_path: Path):
        """It ends as cancelled when the check has ended, which here waits for a pipe; then it goes on from there."""
        log = Log(articles(10))
        snapshot = await self.snapshot_after(tmp_path, 6, log.records)
        part = next(path for path in sorted(snapshot.iterdir()) if path.name != "manifest")
        part.unlink()
        os.mkfifo(part)
        stage = self.restarted(log, tmp_path)
        reading = asyncio.create_task(stage.read_up_to(8))
        with capture_logs():
            await asyncio.to_thread(wait_for_a_check)
            reading.cancel()
            await asyncio.to_thread(lambda: part.open("wb").close())
            with pytest.raises(asyncio.CancelledError):
                await reading
            part.unlink()
            assert await stage.process(log.records[8:]) == straight(log.records)[8:]

    async def test_what_is_taken_over_is_not_written_again(self, tmp_path: Path):
        log = Log([record(n, prepared(str(n), text((n, n + 104))), days=3 * n) for n in range(4)])
        first = await self.snapshot_after(tmp_path, 3, log.records)
        snapshots = Snapshots(tmp_path, {"days": 6})
        stage = replay(log, snapshots=snapshots)
        await stage.process(log.records[3:])
        second = await write(snapshots, stage)
        shared = {one.stat().st_ino for one in first.iterdir()} & {one.stat().st_ino for one in second.iterdir()}
        assert shared

    async def test_after_an_error_amid_a_batch_it_goes_on_from_the_snapshot(self, tmp_path: Path):
        log = Log(articles(10))
        work = tmp_path / "work"

        def new_ledger() -> Ledger:
            return Ledger(Topics(), WINDOW, folder=work / str(len(list(work.iterdir()))))

        work.mkdir()
        snapshots = Snapshots(tmp_path / "snapshots", {"days": 6})
        stage = Replay(log, TOPIC, new_ledger, Health(), snapshots=snapshots)
        await stage.process(log.records[:6])
        await write(snapshots, stage)
        with no_room_on_disk(), pytest.raises(StorageUnavailable):
            await stage.process([record(6, prepared("long", text((0, 100_000))))])
        log.read_offsets.clear()
        assert await stage.process(log.records[6:]) == straight(log.records)[6:]
        assert log.read_offsets == [5]


def wait_for_a_check() -> None:
    """Return when a snapshot is being checked, in threads that are called so."""
    while not any(one.name.startswith("checksums") for one in threading.enumerate()):
        time.sleep(0.005)


def reasons(logs: list[MutableMapping[str, Any]]) -> list[str]:
    return [one["reason"] for one in logs if one["event"] == "a snapshot is not used"]


class TestStandingBy:
    async def test_it_takes_over_without_reading_again(self):
        log = Log(articles(10))
        stage = replay(log)
        for committed in (3, 7):
            await stage.follow_up_to(committed)
        log.read_offsets.clear()
        assert await stage.process(log.records[7:]) == straight(log.records)[7:]
        assert log.read_offsets == []

    async def test_what_is_committed_later_than_taken_changes_nothing(self):
        log = Log(articles(10))
        stage = replay(log)
        await stage.process(log.records)
        reads = log.reads
        await stage.follow_up_to(4)
        assert stage.next_offset == 10
        assert log.reads == reads

    async def test_far_behind_it_goes_on_from_a_snapshot_that_another_wrote(self, tmp_path: Path):
        log = Log([record(n, b"no article") for n in range(20_100)])
        stage = replay(log, snapshots=Snapshots(tmp_path, {}))
        await stage.follow_up_to(10)
        other = replay(log)
        await other.read_up_to(20_050)
        await write(Snapshots(tmp_path, {}), other)
        log.read_offsets.clear()
        await stage.follow_up_to(20_080)
        # Is it the same log still? Is it the snapshot's? Then on from there.
        assert log.read_offsets == [9, 20_049, *range(20_050, 20_080)]

    async def test_a_log_that_was_set_up_anew_meanwhile_is_read_from_its_beginning(self):
        log = Log(articles(5))
        stage = replay(log)
        await stage.follow_up_to(4)
        log.records = [record(n, prepared(f"new {n}", text((0, 104)))) for n in range(10)]
        with capture_logs() as logs:
            await stage.follow_up_to(8)
        assert [one["event"] for one in logs] == ["what is in memory is not used"]
        assert await stage.process(log.records[8:]) == straight(log.records)[8:]

    async def test_what_retention_took_of_what_is_in_memory_is_not_missed(self):
        log = Log(articles(10))
        stage = replay(log)
        await stage.follow_up_to(6)
        log.first = 6
        log.records = log.records[6:]
        assert await stage.process(log.records[2:]) == straight(articles(10))[8:]

    async def test_a_batch_waits_until_the_following_is_done(self):
        log = Log(articles(10))
        stage = replay(log)
        _, outcomes = await asyncio.gather(stage.follow_up_to(8), stage.process(log.records[8:]))
        assert outcomes == straight(log.records)[8:]
        assert log.read_offsets == list(range(8))
