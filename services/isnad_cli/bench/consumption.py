"""What an article costs the running chain: CPU time of each of its processes, on a real Kafka and Elasticsearch.

The servers and services are those of `isnad up`, in a home of their own. A first part of the articles is not counted:
it pays for what every process does once (compiled code, the just-in-time compiler of Java, connections).
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from rich.console import Console

from isnad import settings
from isnad.addresses import Addresses
from isnad.clock import SystemClock
from isnad.elastic import Elastic
from isnad.errors import RequestError, TransientError
from isnad.indexes import Indexes
from isnad.kafka import Producer
from isnad.outcomes import Outgoing
from isnad.topics import Topics
from isnad_cli.demo.draining import drain
from isnad_cli.demo.progress import KafkaProgress, Patience
from isnad_cli.local.home import Home
from isnad_cli.local.observation import family
from isnad_cli.local.stack import Stack, running
from isnad_cli.local.supervision import Supervisor
from isnad_feeder.events import Input, Ready, events
from isnad_index.settings import IndexSettings

MODEL_VARIABLE = "ISNAD_ENTITIES_MODEL"
_BATCH = 1000
_STALL_SECONDS = 600.0
_IDLE_SECONDS = 2.0
_IDLE_SHARE = 0.1
_LONGEST_TAIL_SECONDS = 60.0

Say = Callable[[str], None]


class Cost(TypedDict):
    """What the counted articles cost."""

    articles: int
    """What came out, each once: a page of several counts several times, a repeated one once."""
    indexed: int
    dead: int
    seconds: float
    """By the clock, from the first article sent until the last could be found."""
    articles_per_second: float
    cpu_milliseconds: dict[str, float]
    """Of each process, for each article."""


class Cpu:
    """CPU time of the stack's processes, those that they started included."""

    def __init__(self, home: Home) -> None:
        self._supervisor = Supervisor(home)

    def seconds(self) -> dict[str, float]:
        """Return the seconds that each process has used so far, by its name."""
        return {process.name: _family_seconds(process.pid) for process in self._supervisor.processes() if process.pid}


def _family_seconds(pid: int) -> float:
    total = 0.0
    for member in family(pid):
        times = member.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


def messages(paths: Iterable[Path], mapping: Mapping[str, str], environ: Mapping[str, str]) -> list[Outgoing]:
    """Read files as `isnad feed` does, into the messages that it would send.

    Raises:
        RequestError: there is no article in them.
    """
    topic = settings.load(IndexSettings, environ).topics.raw
    given = Input(tuple(paths), topic, "corpus", mapping=mapping)
    found = [event.message for event in events(given) if isinstance(event, Ready)]
    if not found:
        raise RequestError("There is no article in the corpus. Give JSON lines, JSON arrays or zips of them.")
    return found


def measure(
    articles: Sequence[Outgoing],
    warm_up: int,
    packages: Path,
    environ: Mapping[str, str],
    console: Console,
    say: Say,
) -> Cost:
    """Send the articles through a chain of its own and return what they cost but the first `warm_up`.

    Raises:
        SetupError: the stack does not come up.
        TransientError: a stage came no further for ten minutes, or not every article came out.
    """
    told = settings.load(IndexSettings, environ)
    with _home() as home:
        say("starting Kafka, Elasticsearch and the services")
        with running(Stack(home, packages, environ, console), lambda _: None) as where:
            chain = _Chain(where, told.topics, told.indexes, Cpu(home), say)
            return asyncio.run(chain.cost(articles, warm_up))


@contextmanager
def _home() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(prefix="isnad-bench-") as folder:
        # Servers that may not run as root have to reach it.
        Path(folder).chmod(0o755)
        yield Home(Path(folder) / "home")


class _Chain:
    def __init__(self, where: Addresses, topics: Topics, indexes: Indexes, cpu: Cpu, say: Say) -> None:
        self._where = where
        self._topics = topics
        self._indexes = indexes
        self._cpu = cpu
        self._say = say
        self._patience = Patience(SystemClock(), _STALL_SECONDS)

    async def cost(self, articles: Sequence[Outgoing], warm_up: int) -> Cost:
        async with KafkaProgress(self._where.kafka, self._patience) as kafka, Elastic(self._where.elasticsearch) as es:
            await self._through(articles[:warm_up], kafka, es)
            indexed, dead = await self._came_out(kafka, es)
            before, began = self._cpu.seconds(), time.perf_counter()
            await self._through(articles[warm_up:], kafka, es)
            seconds = time.perf_counter() - began
            await self._until_idle()
            after = self._cpu.seconds()
            all_indexed, all_dead = await self._came_out(kafka, es)
        keys = {message.key for message in articles}
        counted = all_indexed + all_dead - indexed - dead
        if all_indexed + all_dead < len(keys) or not counted:
            raise TransientError(
                f"Of {len(keys):,} articles {all_indexed:,} were indexed and {all_dead:,} are dead: the figures would "
                "mislead. Look into the logs of a chain of your own: isnad up, isnad feed, isnad logs index"
            )
        used = {name: round(1000 * (after[name] - before.get(name, 0.0)) / counted, 3) for name in after}
        return Cost(
            articles=counted,
            indexed=all_indexed - indexed,
            dead=all_dead - dead,
            seconds=round(seconds, 1),
            articles_per_second=round(counted / seconds, 1),
            cpu_milliseconds=used | {"all": round(sum(used.values()), 3)},
        )

    async def _through(self, articles: Sequence[Outgoing], kafka: KafkaProgress, elastic: Elastic) -> None:
        """Send and return when all of it can be found."""
        async with Producer(self._where.kafka) as producer:
            for start in range(0, len(articles), _BATCH):
                for failure in await producer.deliver(articles[start : start + _BATCH]):
                    if failure is not None:
                        raise failure

        def tell(stage: str, left: int) -> None:
            self._say(f"{stage}: {left:,} left")

        await drain(kafka, self._topics, SystemClock(), tell, _STALL_SECONDS)
        await self._patience.until_answered(lambda: elastic.refresh(self._indexes.articles))

    async def _came_out(self, kafka: KafkaProgress, elastic: Elastic) -> tuple[int, int]:
        """Return how many articles are indexed, and how many dead letters there are."""
        body = {"size": 0, "track_total_hits": True}
        answer = await self._patience.until_answered(lambda: elastic.search(self._indexes.articles, body))
        ends = await kafka.ends(self._topics.dead)
        return answer["hits"]["total"]["value"], sum(ends.values())

    async def _until_idle(self) -> None:
        """Return when Elasticsearch has done what it does later, such as merging segments."""
        self._say("waiting for Elasticsearch to merge")
        deadline = time.perf_counter() + _LONGEST_TAIL_SECONDS
        used = self._cpu.seconds()["elasticsearch"]
        while time.perf_counter() < deadline:
            await asyncio.sleep(_IDLE_SECONDS)
            now = self._cpu.seconds()["elasticsearch"]
            if now - used < _IDLE_SHARE * _IDLE_SECONDS:
                return
            used = now
