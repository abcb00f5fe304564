"""A long run under load with a random fault each minute: nothing is lost, nothing doubled, and nothing grows."""

import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest
from tests.conftest import Process
from tests.harness.chain import Chain
from tests.harness.sampling import Sample, Sampler
from tests.harness.servers import down_for, ended, go_on, pause
from tests.harness.workers import Worker

pytestmark = pytest.mark.real

PER_SECOND = 20.0
"""Articles; twice what the demo's feeder is given in its live mode."""

WORKERS = ("prepare", "prepare", "dedup", "dedup", "entities", "entities", "index", "index")
SETTLED_MINUTES = 1.0
"""A process so old has loaded all that it needs."""

HALF_A_MINUTE = 0.5

BYTES_AN_ARTICLE = 2048
"""What dedup may take for each article in its window."""


@pytest.mark.row(45, "minutes at 20 articles/s, and each minute a process, the broker or Elasticsearch is broken")
@pytest.mark.timeout(3 * 3600)
def test_soak(chain: Chain, broker: Process, search_server: Process, pytestconfig: pytest.Config):
    """For as many minutes as --soak-minutes says; the samples are written for `python -m tests.faults.soak_plot`."""
    minutes = pytestconfig.getoption("--soak-minutes")
    chance = random.Random()
    chain.settings["ISNAD_SNAPSHOT_SECONDS"] = "60"
    chain.settings["ISNAD_BATCH_SIZE"] = "100"
    chain.start(WORKERS)
    feeding = chain.feed(None, PER_SECOND)
    with Sampler(chain, Path("build/soak.jsonl")) as sampler:
        faults = faults_of(chain, broker, search_server, chance)
        began = time.monotonic()
        for minute in range(minutes):
            name = chance.choice(list(faults))
            sampler.note(name)
            faults[name]()
            _sleep_until(began + 60 * (minute + 1))
        feeding.end()
        count = chain.settle(seconds=120).count
    assert count.dead == 0
    assert count.injected >= minutes * 60 * PER_SECOND * 0.8, "the feeder did not keep its rate"
    must_be_flat(sampler.samples, minutes, count.injected)


def faults_of(
    chain: Chain, broker: Process, search_server: Process, chance: random.Random
) -> dict[str, Callable[[], None]]:
    """Return what may happen, by name; each ends by itself with everything running again."""

    def asked_to_stop(worker: Worker) -> None:
        worker.ask_to_stop()

    def suspended(worker: Worker) -> None:
        worker.pause()
        time.sleep(chance.uniform(5, 30))
        worker.go_on()

    def silent(server: Process) -> None:
        pause(server)
        time.sleep(chance.uniform(5, 20))
        go_on(server)

    def down(server: Process, *, killed: bool) -> None:
        down_for(server, chance.uniform(1, 15), killed=killed)
        assert not ended(server.started)

    faults: dict[str, Callable[[], None]] = {}
    for name, worker in chain.workers.items():
        faults[f"kill -9 {name}"] = worker.kill
        faults[f"SIGTERM {name}"] = partial(asked_to_stop, worker)
        faults[f"SIGSTOP {name}"] = partial(suspended, worker)
    for name, server in (("Kafka", broker), ("Elasticsearch", search_server)):
        faults[f"kill -9 {name}"] = partial(down, server, killed=True)
        faults[f"restart {name}"] = partial(down, server, killed=False)
        faults[f"SIGSTOP {name}"] = partial(silent, server)
    return faults


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def must_be_flat(samples: Sequence[Sample], minutes: int, articles: int) -> None:
    """Hold that no service has more memory or open files in the last third of a run than in its first.

    The largest of the processes that had settled are compared. Where none had in a third, because all were killed, it
    is half a minute of the one that had first or last. Dedup may take what its window needs.
    """
    for service in sorted(set(WORKERS)):
        of_it = [one for one in samples if one.what.partition("-")[0] == service and one.age_minutes > SETTLED_MINUTES]
        assert of_it, f"no process of {service} was looked at: it takes more than {minutes} minutes"
        times = [one.minutes for one in of_it]
        first_until = max(minutes / 3, min(times) + HALF_A_MINUTE)
        last_from = min(minutes * 2 / 3, max(times) - HALF_A_MINUTE)
        assert first_until <= last_from, f"{service} was looked at too shortly: it takes more than {minutes} minutes"
        first = [one for one in of_it if one.minutes <= first_until]
        last = [one for one in of_it if one.minutes >= last_from]
        files = max(one.files for one in first), max(one.files for one in last)
        # In a short run not every connection was needed yet in the first third.
        assert files[1] <= files[0] * 1.2 + 16, f"{service} had {files[0]} open files and has {files[1]}"
        memory = max(one.mebibytes for one in first), max(one.mebibytes for one in last)
        window = articles * BYTES_AN_ARTICLE / 2**20 if service == "dedup" else 0.0
        assert memory[1] <= memory[0] * 1.15 + 10 + window, f"{service} had {memory[0]} MiB and has {memory[1]}"
