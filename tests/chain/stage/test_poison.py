"""A real stage on a real Kafka whose topic is full of what can't be processed, and a person who deals with it."""

import pytest

from isnad.clock import SystemClock
from isnad.kafka import LogReader, Producer
from isnad_cli.dead.choosing import Choice
from isnad_cli.dead.letters import collect
from isnad_cli.dead.resolving import Resolver

pytestmark = pytest.mark.real


async def test_too_much_poison_stops_the_stage_until_a_person_has_looked(new_trial):
    """Ten letters stand, also after a kill -9; with each ten that are dropped ten more; a replayed one dies twice."""
    trial = new_trial(partitions=1)
    await trial.create_topics()
    trial.environ = {"ISNAD_POISON_ROW": "10", "ISNAD_BATCH_SIZE": "7"}
    await trial.send(trial.topics.raw, [{"n": n, "do": "die"} for n in range(24)] + [{"n": 24}])

    async def buried():
        return {one.offset for one in await trial.letters() if one.resolution is None}

    async def resolve(action):
        log = LogReader(trial.kafka)
        letters = await collect(log, trial.topics.dead, Choice())
        async with Producer(trial.kafka) as producer:
            await action(Resolver(log, producer, trial.topics, SystemClock()), letters.found)

    for _ in range(2):
        worker = trial.start()
        await trial.until(lambda worker=worker: worker.waits_for("poison"))
        assert await buried() == set(range(10))
        assert await trial.lag() >= 15
        if worker is trial.workers[0]:
            worker.process.kill()
            worker.process.wait()
    assert 'isnad_waits_total{dependency="poison",stage="trial"} 1.0' in worker.page("/metrics")[1]

    await resolve(Resolver.drop)
    await trial.until(buried, lambda offsets: offsets == set(range(20)))
    await trial.until(lambda: worker.waits_for("poison"))
    assert [line["level"] for line in worker.said("waiting")] == ["error", "error"]
    assert len(worker.said("goes on")) == 1

    await resolve(Resolver.drop)
    await trial.drained()
    assert await buried() == set(range(24))
    assert await trial.passed() == [24]

    await resolve(Resolver.replay)
    await trial.drained()
    assert sorted((one.offset, one.deaths) for one in await trial.letters() if one.deaths > 1) == [
        (offset, 2) for offset in range(25, 29)
    ]
