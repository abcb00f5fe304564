"""Faults put into the code on purpose, one for each promise of the design: the harness has to notice every one.

Each is a change of the installed packages, the fault of the row under which it shows, and the words in which the
harness says so. A change whose old text is no longer there fails: then the code has moved on, and the change must too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from tests.faults.test_processes import kill_stages
from tests.faults.test_suspended import revised
from tests.harness.altered import Change
from tests.harness.articles import numbered_articles
from tests.harness.chain import Chain
from tests.harness.proxy import Proxy, refuse_items

from isnad.outcomes import Outgoing

Fault = Callable[[Chain, Proxy], None]

ARTICLES = 150
"""A fault's load, if it has one."""


@dataclass(frozen=True)
class Planted:
    """One of them.

    Attributes:
        promise: what it breaks.
        row: under which fault it shows.
        changes: of the packages that the workers run.
        fault: what is done; the chain runs.
        noticed: a regular expression in what the harness says.
        drain_seconds: so long the lag may take to go.
    """

    promise: str
    row: int
    changes: tuple[Change, ...]
    fault: Fault
    noticed: str
    drain_seconds: float = 60


def killed(chain: Chain, _: Proxy) -> None:
    with chain.load(ARTICLES):
        kill_stages(chain, 1)
        chain.check_commits()


def started(chain: Chain, _: Proxy) -> None:
    with chain.load(ARTICLES):
        pass


def too_busy(chain: Chain, proxy: Proxy) -> None:
    with chain.load(ARTICLES):
        seen = proxy.faults
        proxy.do(refuse_items(429, "es_rejected_execution_exception", of="-articles-"), times=2)
        proxy.wait_for_faults(seen + 2)
    assert not chain.settle().count.dead, "dead letters of articles that are well"


def refused_for_good(chain: Chain, proxy: Proxy) -> None:
    """The articles of one month are such as Elasticsearch refuses, however often they come."""
    proxy.fault = refuse_items(400, "document_parsing_exception", every=1, of="-articles-2018.03")
    with chain.load(ARTICLES):
        proxy.wait_for_faults(1)


def broken_input(chain: Chain, _: Proxy) -> None:
    with chain.load(ARTICLES):
        keys = [f"{chain.name}.broken:{number}" for number in range(5)]
        chain.append([Outgoing(chain.topics.raw, key.encode(), b'{"source": \xff' + key.encode()) for key in keys])
        chain.also_injected |= set(keys)


def written_late(chain: Chain, _: Proxy) -> None:
    """What was made of the first versions is written again when the second ones stand there."""
    first = list(islice(numbered_articles(f"{chain.name}.late"), 40))
    chain.send(first, 200).wait()
    chain.drain()
    earlier = [*chain.records(chain.topics.prepared), *chain.records(chain.topics.enriched)]
    chain.send(revised(iter(first)), 200).wait()
    chain.drain()
    chain.append([Outgoing(one.topic, one.key, one.value) for one in earlier])


def moved_to_another_month(chain: Chain, _: Proxy) -> None:
    first = list(islice(numbered_articles(f"{chain.name}.moved"), 40))
    chain.send(first, 200).wait()
    chain.drain()
    chain.send([one | {"published_at": "2017-07-01T10:00:00Z"} for one in first], 200).wait()


def sent_again(chain: Chain, _: Proxy) -> None:
    """The whole topic comes again."""
    with chain.load(ARTICLES):
        pass
    chain.drain()
    chain.append([Outgoing(one.topic, one.key, one.value) for one in chain.records(chain.topics.raw)])


def killed_long_after_a_snapshot(chain: Chain, _: Proxy) -> None:
    """What comes after the kill reprints what came after the snapshot."""
    dedup, prepared = chain.workers["dedup"], chain.topics.prepared
    chain.wait_until(lambda: bool(dedup.logged("health pages")), "dedup does not start")
    wrote, given = len(dedup.logged("wrote a snapshot")), chain.appended(prepared)
    with chain.load(ARTICLES):
        pass
    chain.wait_until(lambda: len(dedup.logged("wrote a snapshot")) > wrote, "dedup writes no snapshot")
    chain.feed(ARTICLES // 2, 200, seed=2).wait()
    chain.wait_until(lambda: chain.appended(prepared) >= given + 3 * ARTICLES // 2, "prepare stands still")
    chain.wait_until(lambda: chain.lag("dedup", prepared) == 0, "dedup stands still")
    dedup.kill()
    chain.feed(ARTICLES // 2, 200, seed=2).wait()


_HANDLE = "                await self._batches.handle("
_BUG = """                self._leave(EXIT_BUG, "a bug: nothing of the batch in hand is committed", exc_info=True)
"""
_TOLD = """                self._log.exception("a bug: nothing of the batch in hand is committed")
"""

PLANTED = (
    Planted(
        "nothing is lost: a batch is acknowledged before Kafka has what was made of it",
        2,
        (
            Change(
                "isnad/batches.py",
                "        await self._until_done(partial(delivery.attempt, self._sender))\n",
                "        import asyncio\n"
                "        loop = asyncio.get_running_loop()\n"
                "        loop.call_later(10.0, lambda: loop.create_task(delivery.attempt(self._sender)))\n",
            ),
        ),
        killed,
        "committed .* articles that it had not handled",
    ),
    Planted(
        "nothing is lost: an item that Elasticsearch refuses with 429 counts as done",
        13,
        (
            Change(
                "isnad_index/writing.py",
                "    if answer.status == _CONFLICT:\n",
                "    if answer.status in (_CONFLICT, 429):\n",
            ),
        ),
        too_busy,
        r"lost=\('",
    ),
    Planted(
        "nothing is lost: of an article that stands already no newer version is taken",
        5,
        (
            Change(
                "isnad_prepare/app.py",
                "    return one_by_one(partial(prepare_record, topic=topics.prepared), after_each)\n",
                "    from dataclasses import replace\n"
                "    seen = set()\n"
                "    def first_only(record):\n"
                "        outcome, again = prepare_record(record, topic=topics.prepared), record.key in seen\n"
                "        seen.add(record.key)\n"
                "        return replace(outcome, messages=()) if again else outcome\n"
                "    return one_by_one(first_only, after_each)\n",
            ),
        ),
        written_late,
        "nothing was made of .* raw records",
    ),
    Planted(
        "nothing is doubled: the copy in the month where an article stood before is left there",
        44,
        (
            Change(
                "isnad_index/writing.py",
                "            [write for write in writes if not isinstance(self._finished[write], RecordError)]\n",
                "            []\n",
            ),
        ),
        moved_to_another_month,
        r"doubled=\('",
    ),
    Planted(
        "nothing is doubled: writes carry no version",
        5,
        (
            Change(
                "isnad/elastic/client.py",
                ', "version": write.version, "version_type": "external_gte"}',
                "}",
            ),
        ),
        written_late,
        "an older text of .* stands",
    ),
    Planted(
        "nothing is doubled: what a suspended worker writes late counts as the newest",
        5,
        (
            Change(
                "isnad_dedup/matching/pages.py",
                "    return raw is not None and newest is not None and raw.is_before(newest)\n",
                "    return False\n",
            ),
        ),
        written_late,
        "an older text of .* stands",
    ),
    Planted(
        "nothing is doubled: an article that comes again is taken for another one",
        30,
        (
            Change(
                "isnad_dedup/matching/matcher.py",
                "    return None if number is None else Known(number, *given.find(number))\n",
                "    return None\n",
            ),
        ),
        sent_again,
        "taken for a reprint of itself|other stories than offline",
    ),
    Planted(
        "replay gives the same stories: a snapshot is taken for the state at any later offset",
        42,
        (
            Change(
                "isnad_dedup/log/replay.py",
                "        if start < offset:\n",
                "        if start < offset and ledger.last is None:\n",
            ),
        ),
        killed_long_after_a_snapshot,
        "other stories than offline",
    ),
    Planted(
        "every decision can be explained: the links are left out",
        2,
        (
            Change(
                "isnad_dedup/matching/matcher.py",
                "            links = self._linking.links(article.body, taken.matches)\n",
                "            links = ()\n",
            ),
        ),
        started,
        "names nothing that it reprints",
    ),
    Planted(
        "order of blame: a dead letter lacks the original bytes",
        22,
        (Change("isnad/delivery.py", "                value=record.value,\n", '                value=b"",\n'),),
        broken_input,
        "and not the original bytes",
    ),
    Planted(
        "order of blame: what Elasticsearch can't take now is dropped into the dead letters",
        13,
        (
            Change(
                "isnad_index/writing.py",
                "        return RecordError(_reason(answer.status), said(answer))\n    return None\n",
                "        pass\n    return RecordError(_reason(answer.status), said(answer))\n",
            ),
        ),
        too_busy,
        "dead letters of articles that are well",
    ),
    Planted(
        "order of blame: a bug does not end the process before it commits",
        43,
        (
            Change("isnad/stage.py", _BUG, _TOLD),
            Change(
                "isnad/stage.py",
                _HANDLE,
                '                self._number = getattr(self, "_number", 0) + 1\n'
                "                if self._number == 3:\n"
                '                    raise KeyError("a bug")\n' + _HANDLE,
            ),
        ),
        started,
        r"lost=\('|messages of .* left",
        drain_seconds=15,
    ),
    Planted(
        "order of blame: a document that Elasticsearch refuses for good is tried for ever",
        16,
        (
            Change(
                "isnad_index/writing.py",
                "    if answer.status in (_BAD_REQUEST, TOO_LARGE) and",
                "    if answer.status == TOO_LARGE and",
            ),
        ),
        refused_for_good,
        "index has .* messages of .* left",
        drain_seconds=15,
    ),
)

_TAGGED = "        found.read_ahead("
SLOWER = Change(
    "isnad_entities/enrich.py",
    _TAGGED,
    f"""        import time

        began = time.perf_counter()
        found.read_ahead(passage for one in stretch if isinstance(one, _Opened) for passage in one.passages)
        time.sleep(9 * (time.perf_counter() - began))
{_TAGGED}""",
)
"""No fault, but a stage that is ten times slower."""
