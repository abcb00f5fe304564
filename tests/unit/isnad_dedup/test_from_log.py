"""The chain's log, read again: the same verdicts as the service's, each with its offset."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.unit.isnad_dedup.articles import TOPIC, prepared, record, text

from isnad.codec import decode
from isnad.errors import BrokerUnavailable, RequestError, SetupError
from isnad.health import Health
from isnad.messages import MatchedArticle
from isnad.outcomes import Outgoing, Record
from isnad.similarity.window import Window
from isnad.testing.broker import FakeBroker
from isnad.topics import Topics
from isnad_dedup.log.ledger import Ledger
from isnad_dedup.log.replay import Log, Replay
from isnad_dedup.offline import archives, from_log

TOPICS = Topics()
WINDOW = Window(days=6)
VALUES = [
    prepared("a", text((0, 104))),
    prepared("b", text((0, 104)), title="آخر"),
    b"no article",
    prepared("c", text((50, 104), (500, 546))),
    prepared("a", text((0, 104))),
    prepared("a", text((900, 999))),
    b"{}",
    prepared("d", text((900, 999), (1200, 1210))),
]


@dataclass
class Records:
    """A log whose first records are gone, or that has gaps."""

    records: list[Record]
    first: int = 0

    async def bounds(self, topic: str, partition: int) -> tuple[int, int]:
        assert (topic, partition) == (TOPIC, 0)
        return self.first, self.records[-1].offset + 1

    async def read(self, topic: str, partition: int, start: int, end: int) -> AsyncIterator[Record]:
        assert (topic, partition) == (TOPIC, 0)
        for one in self.records:
            if start <= one.offset < end:
                yield one


async def read(log: Log, folder: Path, until_offset: int | None = None) -> tuple[list[dict[str, object]], str]:
    """The lines that are written, and what is said to have been left out."""
    target, work = folder / "verdicts.jsonl", folder / "work"
    work.mkdir()
    with archives.verdicts(target, "jsonl", with_offsets=True) as verdicts:
        left_out = await from_log.answer(log, TOPICS, verdicts, window=WINDOW, until_offset=until_offset, folder=work)
    return [json.loads(line) for line in target.read_bytes().splitlines()], left_out


async def test_the_verdicts_are_those_of_the_service(tmp_path: Path):
    broker = FakeBroker(TOPICS.specs())
    for value in VALUES:
        broker.append(Outgoing(TOPICS.prepared, b"key", value))
    replay = Replay(broker.reader(), TOPICS.prepared, lambda: Ledger(TOPICS, WINDOW), Health())
    await broker.run("dedup", [TOPICS.prepared], replay.process, topics=TOPICS, batch_size=3)
    answered = [decode(MatchedArticle, one.value) for one in broker.records(TOPICS.matched)]

    lines, left_out = await read(broker.reader(), tmp_path)
    assert [line["offset"] for line in lines] == [0, 1, 3, 4, 5, 7]
    assert left_out == "2 records left out, which are no articles"
    assert lines == [
        {
            "id": one.article.id,
            "story_id": one.verdict.story_id,
            "relation": one.verdict.relation,
            "links": [
                {
                    "id": link.id,
                    "story_id": link.story_id,
                    "jaccard": link.jaccard,
                    "contained": link.contained,
                    "contains": link.contains,
                }
                for link in one.verdict.links
            ],
            "offset": one.position.offset,
        }
        for one in sorted(answered, key=lambda one: one.position.offset)
    ]


async def test_it_reads_as_far_as_asked(tmp_path: Path):
    log = Records([record(offset, value) for offset, value in enumerate(VALUES)])
    lines, left_out = await read(log, tmp_path, until_offset=3)
    assert [(line["offset"], line["id"], line["story_id"]) for line in lines] == [(0, "a", "a"), (1, "b", "a")]
    assert left_out == "1 record left out, which is no article"


async def test_a_log_is_not_read_beyond_its_end(tmp_path: Path):
    log = Records([record(0, VALUES[0])])
    with pytest.raises(RequestError, match=r"ends at offset 1\. Ask for no more: --until-offset 1"):
        await read(log, tmp_path, until_offset=2)
    assert not (tmp_path / "verdicts.jsonl").exists()


async def test_numbers_without_records_are_passed_over(tmp_path: Path):
    log = Records([record(3, VALUES[0]), record(4, VALUES[1]), record(400, VALUES[3])])
    lines, _ = await read(log, tmp_path)
    assert [(line["offset"], line["story_id"]) for line in lines] == [(3, "a"), (4, "a"), (400, "a")]


async def test_a_log_that_has_lost_its_start_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lines, _ = await read(Records([record(7, VALUES[0])], first=7), tmp_path)
    assert [line["offset"] for line in lines] == [7]
    assert "articles.prepared no longer begins at its start" in capsys.readouterr().err


async def test_a_log_longer_than_what_is_taken_at_once_is_read_whole(tmp_path: Path):
    log = Records(
        [record(offset, prepared(f"{offset}", text((99 * offset, 99 * offset + 30)))) for offset in range(401)]
    )
    lines, left_out = await read(log, tmp_path)
    assert [line["offset"] for line in lines] == list(range(401))
    assert [line["story_id"] for line in lines] == [f"{offset}" for offset in range(401)]
    assert left_out == ""


async def test_an_empty_log_gives_an_empty_file(tmp_path: Path):
    assert await read(FakeBroker(TOPICS.specs()).reader(), tmp_path) == ([], "")


async def test_what_kafka_lacks_goes_on_as_its_own_error(tmp_path: Path):
    with pytest.raises(SetupError, match="isnad topics create"):
        await read(FakeBroker().reader(), tmp_path)
    (tmp_path / "work").rmdir()
    broken = FakeBroker(TOPICS.specs())
    broken.down = "away"
    with pytest.raises(BrokerUnavailable):
        await read(broken.reader(), tmp_path)
