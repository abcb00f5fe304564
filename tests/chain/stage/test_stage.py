"""`isnad.stage` on a real Kafka: nothing is lost, whatever happens to its workers."""

import asyncio
import json
import random
import signal
import socket

import pytest
from aiokafka import TopicPartition  # noqa: TID251  to delete what retention would
from aiokafka.admin import RecordsToDelete  # noqa: TID251
from tests.harness import foreign
from tests.harness.transactions import transactional

from isnad.kafka import Admin, Producer
from isnad.kafka.connect import admin_client
from isnad.messages import Reason
from isnad.outcomes import Outgoing

pytestmark = pytest.mark.real


async def test_nothing_is_lost_while_workers_are_killed_stopped_and_crash(new_trial):
    """Three workers, two topics, kill -9, SIGTERM, bugs: each record is passed on or dead, none is missing."""
    trial = new_trial()
    await trial.create_topics()
    trial.environ = {"ISNAD_BATCH_SIZE": "20"}
    values = [{"n": n, "pad": "x" * 500, **({"do": "die"} if n % 17 == 0 else {})} for n in range(2000)]
    topics = (trial.topics.raw, trial.topics.changes)
    portions = [values[start : start + 150] for start in range(0, 2000, 150)]
    chance = random.Random(7)
    trial.touch("bugs")
    async with asyncio.TaskGroup() as group:
        supervisor = group.create_task(trial.keep_alive(3))
        stopped: list[tuple[int, float]] = []
        while portions:
            await trial.send(chance.choice(topics), portions.pop())
            await asyncio.sleep(chance.uniform(0.3, 0.8))
            started = [worker for worker in trial.workers if worker.ended is None and worker.said("health pages")]
            if started and chance.random() < 0.7:
                worker = chance.choice(started)
                number = signal.SIGKILL if len(portions) % 3 == 0 else signal.SIGTERM
                seconds = await asyncio.to_thread(worker.stop, number)
                if number is signal.SIGTERM:
                    stopped.append((worker.ended, seconds))
        await trial.until(lambda: any(worker.ended == 70 for worker in trial.workers))
        trial.remove("bugs")
        await trial.drained()
        supervisor.cancel()

    dead = {n for n in range(2000) if n % 17 == 0}
    letters = await trial.letters()
    assert {json.loads(letter.value)["n"] for letter in letters} == dead
    assert set(await trial.passed()) == set(range(2000)) - dead
    assert stopped
    assert all(status in (0, 70) and seconds < 10 for status, seconds in stopped), stopped


async def test_a_broken_dependency_is_waited_for_and_nothing_is_committed(new_trial):
    """While Elasticsearch is away: not ready, with the reason; no commit; then all goes on; SIGTERM leaves at once."""
    trial = new_trial()
    await trial.create_topics()
    await trial.send(trial.topics.raw, [{"n": n} for n in range(50)])
    trial.touch("broken")
    worker = trial.start(ISNAD_WATCHDOG_SECONDS="1")
    await trial.until(lambda: worker.waits_for("elasticsearch"))
    assert "the file named broken is there" in worker.page("/readyz")[1]
    assert 'isnad_waiting{dependency="elasticsearch",stage="trial"} 1.0' in worker.page("/metrics")[1]
    await asyncio.sleep(4)
    assert worker.ended is None, "the watchdog took waiting for being stuck"
    assert worker.page("/healthz")[0] == 200
    assert await trial.lag() == 50
    assert len(worker.said("waiting")) == 1

    trial.remove("broken")
    await trial.drained()
    await trial.until(worker.ready)
    assert len(worker.said("goes on")) == 1
    assert sorted(await trial.passed()) == list(range(50))

    trial.touch("broken")
    await trial.send(trial.topics.changes, [{"n": n} for n in range(50, 60)])
    await trial.until(lambda: worker.waits_for("elasticsearch"))
    assert worker.stop() < 5
    assert worker.ended == 0
    assert await trial.lag() == 10


async def test_a_bug_ends_the_worker_before_it_commits(new_trial):
    """One outcome too few is a bug: exit status 70, with the traceback, and nothing is committed."""
    trial = new_trial(partitions=1)
    await trial.create_topics()
    await trial.send(trial.topics.raw, [{"n": n} for n in range(50)])
    trial.touch("short")
    worker = trial.start()
    await trial.until(lambda: worker.ended is not None)
    assert worker.ended == 70
    assert "ValueError" in worker.said("a bug")[0]["exception"]
    assert await trial.lag() == 50
    assert await trial.letters() == []


async def test_a_worker_that_cannot_even_log_ends_before_it_commits(new_trial):
    """Without memory, saying why fails too; what left the body of the agent would be acknowledged."""
    trial = new_trial(partitions=1)
    await trial.create_topics()
    await trial.send(trial.topics.raw, [{"n": n} for n in range(50)])
    trial.touch("speechless")
    worker = trial.start()
    await trial.until(lambda: worker.ended is not None)
    assert worker.ended == 70
    assert await trial.lag() == 50


async def test_what_runs_beside_the_batches_ends_before_what_is_done_at_the_end(new_trial):
    """The work at the end may take what is left of the time for stopping, and no more."""
    trial = new_trial(partitions=1)
    await trial.create_topics()
    trial.touch("dawdle")
    worker = trial.start()
    await trial.until(worker.ready)
    seconds = worker.stop()
    assert worker.ended == 0
    assert (trial.folder / "diary").read_text().split("\n") == ["began", "ended", "tidies up", "still tidies up", ""]
    assert 2.5 < seconds < 10


async def test_a_bug_beside_the_batches_ends_the_worker(new_trial):
    """With its traceback, and as any other bug."""
    trial = new_trial(partitions=1)
    await trial.create_topics()
    worker = trial.start()
    await trial.until(worker.ready)
    trial.touch("crumble")
    await trial.until(lambda: worker.ended is not None)
    assert worker.ended == 70
    assert "KeyError" in worker.said("a bug beside the batches")[0]["exception"]


async def test_a_wrong_set_up_beside_the_batches_is_no_bug(new_trial):
    """As one that a batch meets: the sentence that says what to do, and no traceback."""
    trial = new_trial(partitions=1)
    await trial.create_topics()
    worker = trial.start()
    await trial.until(worker.ready)
    trial.touch("misplace")
    await trial.until(lambda: worker.ended is not None)
    assert worker.ended == 78
    assert worker.said("can't go on")[0]["reason"] == "create the topics"


async def test_what_retention_took_is_told_and_the_rest_goes_on(new_trial):
    """A worker that was away too long: a line in the log, a metric, and on with the first message there is."""
    trial = new_trial(partitions=1)
    await trial.create_topics()
    await trial.send(trial.topics.raw, [{"n": n} for n in range(10)])
    worker = trial.start()
    await trial.drained()
    worker.stop()
    await trial.send(trial.topics.raw, [{"n": n} for n in range(10, 30)])
    async with admin_client(trial.kafka, timeout_seconds=10) as client:
        await client.delete_records({TopicPartition(trial.topics.raw, 0): RecordsToDelete(25)})
    worker = trial.start()
    await trial.drained()
    assert sorted(await trial.passed()) == [*range(10), *range(25, 30)]
    assert [line["missed"] for line in worker.said("were deleted")] == [15]
    reset = f'isnad_offset_resets_total{{stage="trial",topic="{trial.topics.raw}"}} 1.0'
    assert reset in worker.page("/metrics")[1]


async def test_a_worker_that_is_stuck_ends_and_one_that_stands_by_does_not(new_trial):
    """Three workers on two partitions: the one that hangs ends with 75, the one without any is well."""
    trial = new_trial(partitions=1)
    await trial.create_topics()
    trial.environ = {"ISNAD_WATCHDOG_SECONDS": "2"}
    workers = [trial.start() for _ in range(3)]
    await trial.until(lambda: all(worker.ready() for worker in workers))
    none = 'isnad_assigned_partitions{stage="trial"} 0.0'
    await trial.until(lambda: sum(none in worker.page("/metrics")[1] for worker in workers) == 1)
    trial.touch("hang")
    await trial.send(trial.topics.raw, [{"n": n} for n in range(5)])
    await trial.until(lambda: any(worker.ended is not None for worker in workers))
    trial.remove("hang")
    assert [worker.ended for worker in workers if worker.ended is not None] == [75]
    await trial.drained()
    assert [worker.ended for worker in workers].count(None) == 2
    assert sorted(await trial.passed()) == list(range(5))


async def test_wrong_topics_are_refused_with_the_command_that_mends_them(new_trial):
    """Missing topics, and one of two partitions for four: exit status 78, the sentence, and nothing was created."""
    trial = new_trial()
    worker = trial.start()
    await trial.until(lambda: worker.ended is not None)
    assert worker.ended == 78
    (refusal,) = worker.said("refuses to start")
    assert f"{trial.topics.raw} does not exist" in refusal["reason"]
    assert "isnad topics create" in refusal["reason"]
    assert len(await trial.admin.check(trial.topics.specs(4))) == 6

    await trial.admin.create(trial.topics.specs(2), replication=1)
    worker = trial.start()
    await trial.until(lambda: worker.ended is not None)
    assert worker.ended == 78
    assert f"{trial.topics.raw} has 2 partitions and must have 4" in worker.said("refuses to start")[-1]["reason"]


async def test_messages_too_large_and_without_value_go_to_the_dead_letters_and_the_rest_flows(new_trial):
    """What can't be sent on is a dead letter with the original; an original too large for a letter is referred to."""
    trial = new_trial(partitions=1)
    await trial.create_topics()
    grows = json.dumps({"n": 1, "do": "grow", "bytes": 9_000_000}).encode()
    huge = json.dumps({"n": 2, "do": "die", "pad": "x" * 7_000_000}).encode()
    async with Producer(trial.kafka) as producer:
        for value in (b'{"n": 0}', grows, huge, None, b'{"n": 4}'):
            await producer.send(Outgoing(trial.topics.raw, b"k", value))
    trial.start()
    await trial.drained()
    assert sorted(await trial.passed()) == [0, 4]
    too_large, referred, empty = sorted(await trial.letters(), key=lambda letter: letter.offset)
    assert (too_large.reason, too_large.value, too_large.offset) == (Reason.TOO_LARGE, grows, 1)
    assert (referred.reason, referred.value, referred.offset) == (Reason.NO_TEXT, None, 2)
    assert f"{trial.topics.raw}, partition 0, offset 2" in referred.detail
    assert (empty.reason, empty.value, empty.key, empty.offset) == (Reason.NO_TEXT, None, b"k", 3)


async def test_a_header_whose_name_is_no_text_keeps_nothing_from_flowing(new_trial):
    """Passed on or a dead letter, as the record is, however it was packed; who reads the topic later gets it too."""
    trial = new_trial(partitions=1)
    await trial.create_topics()
    values = [b'{"n": 0}', b'{"n": 1}', b'{"n": 2, "do": "die"}', b'{"n": 3}']
    packings = ("", "gzip", "snappy", "lz4", "zstd")
    await foreign.send(
        trial.kafka, trial.topics.raw, [foreign.batch(values, named=[1, 2], compression=one) for one in packings]
    )
    worker = trial.start()
    await trial.drained()
    assert (worker.ended, await trial.passed()) == (None, 5 * [0, 1, 3])
    letters = await trial.letters()
    assert [(letter.offset, letter.value) for letter in letters] == [(n, values[2]) for n in (2, 6, 10, 14, 18)]
    assert all((foreign.READ_AS, b"v") in letter.headers for letter in letters)
    assert [record.value for record in await trial.read(trial.topics.raw)] == 5 * values


async def test_what_was_sent_in_a_transaction_counts_once_it_is_committed(new_trial):
    """What was given up never arrives, what is open not yet; the lag ends at 0 and the stage is not taken for stuck."""
    trial = new_trial(partitions=1)
    await trial.create_topics()
    worker = trial.start(ISNAD_WATCHDOG_SECONDS="6")
    async with transactional(trial.kafka, trial.topics.raw) as upstream:
        await upstream.send([b'{"n": 0}', b'{"n": 1}'])
        await upstream.commit()
        await upstream.send([b'{"n": 100}', b'{"n": 101}'])
        await upstream.give_up()
        await upstream.send([b'{"n": 2}'])
        await upstream.commit()
        await upstream.send([b'{"n": 102}'])
        await upstream.give_up()
        await upstream.send([b'{"n": 3}'])
        await trial.until(trial.passed, lambda passed: passed == [0, 1, 2])
        await trial.drained()
        await asyncio.sleep(9)
        assert (worker.ended, await trial.passed()) == (None, [0, 1, 2])
        await upstream.commit()
        await trial.until(trial.passed, lambda passed: passed == [0, 1, 2, 3])
    await trial.drained()
    assert (worker.ended, await trial.letters()) == (None, [])


async def test_kafka_may_come_later_than_the_worker(new_trial, kafka):
    """With Kafka down at the start the worker says so, stops at once if asked, and starts when it comes."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port = place.getsockname()[1]
    trial = new_trial(address=f"127.0.0.1:{port}")
    early = trial.start()
    worker = trial.start()
    await trial.until(lambda: early.waits_for("kafka") and worker.waits_for("kafka"))
    assert early.stop() < 5
    assert early.ended == 0

    await Admin(kafka).create(trial.topics.specs(4), replication=1)
    host, kafka_port = kafka.split(":")

    async def forward(reader, writer):
        there, back = await asyncio.open_connection(host, int(kafka_port))
        async with asyncio.TaskGroup() as group:
            group.create_task(pump(reader, back))
            group.create_task(pump(there, writer))

    async def pump(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async with await asyncio.start_server(forward, "127.0.0.1", port):
        await trial.until(worker.ready)
        assert worker.ended is None
        await asyncio.to_thread(worker.stop)
