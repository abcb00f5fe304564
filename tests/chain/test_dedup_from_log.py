"""What the running dedup answered is what `isnad dedup --from-log` says of the same log, offset by offset."""

import asyncio
import json
import time
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner
from tests.harness.workers import unsupervised
from tests.unit.isnad_dedup.articles import prepared, text

from isnad.codec import decode
from isnad.kafka import Admin, LogReader, Producer
from isnad.messages import MatchedArticle
from isnad.outcomes import Outgoing
from isnad.topics import Topics
from isnad_dedup.offline.command import dedup

DRAIN_SECONDS = 60
VALUES = [
    prepared("a", text((0, 104))),
    prepared("b", text((0, 104)), title="آخر"),
    b"no article",
    prepared("c", text((50, 104), (500, 546))),
    prepared("a", text((900, 999))),
    prepared("d", text((900, 999), (1200, 1210))),
]


async def fill(kafka: str, topics: Topics) -> None:
    await Admin(kafka).create(topics.specs())
    async with Producer(kafka) as producer:
        await producer.send_all([Outgoing(topics.prepared, str(n).encode(), one) for n, one in enumerate(VALUES)])


async def answered(kafka: str, topics: Topics) -> list[MatchedArticle]:
    """What stands in the topic of answers, in the order of the log."""
    reader, found = LogReader(kafka), []
    for partition in await Admin(kafka).ends(topics.matched):
        bounds = await reader.bounds(topics.matched, partition)
        found += [decode(MatchedArticle, one.value) async for one in reader.read(topics.matched, partition, *bounds)]
    return sorted(found, key=lambda one: one.position.offset)


@pytest.mark.real
def test_the_command_says_of_a_log_what_the_service_answered(kafka: str, tmp_path: Path):
    topics = Topics(f"from-log-{uuid4().hex[:8]}.")
    asyncio.run(fill(kafka, topics))
    with unsupervised("dedup", kafka, topics, tmp_path / "worker.log"):
        deadline = time.monotonic() + DRAIN_SECONDS
        while asyncio.run(Admin(kafka).lag(topics.group("dedup"), topics.prepared)):
            assert time.monotonic() < deadline, (tmp_path / "worker.log").read_text()[-3000:]
            time.sleep(0.2)

    arguments = ["--from-log", "--kafka", kafka, "--topic-prefix", topics.prefix]
    done = CliRunner().invoke(dedup, [*arguments, "--output", str(tmp_path / "verdicts.jsonl")], catch_exceptions=False)
    assert done.exit_code == 0
    assert "1 record left out" in done.stderr
    shares = ("id", "story_id", "jaccard", "contained", "contains")
    assert [json.loads(line) for line in (tmp_path / "verdicts.jsonl").read_bytes().splitlines()] == [
        {
            "id": one.article.id,
            "story_id": one.verdict.story_id,
            "relation": one.verdict.relation,
            "links": [{share: getattr(link, share) for share in shares} for link in one.verdict.links],
            "offset": one.position.offset,
        }
        for one in asyncio.run(answered(kafka, topics))
    ]

    until = CliRunner().invoke(dedup, [*arguments, "--output", "-", "--until-offset", "2"], catch_exceptions=False)
    assert [json.loads(line)["id"] for line in until.stdout.splitlines()] == ["a", "b"]
