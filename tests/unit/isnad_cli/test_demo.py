"""The demo's waiting, counting and showing, without servers."""

import io
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console

from isnad.clock import SystemClock
from isnad.codec import encode
from isnad.errors import BrokerUnavailable
from isnad.identity import entity_key
from isnad.messages import SCHEMA, DeadLetter, PreparedArticle, Reason
from isnad.outcomes import Record
from isnad.topics import Topics
from isnad_cli.bidi import clip, isolate
from isnad_cli.demo import report
from isnad_cli.demo.draining import Offsets, StalledError, drain
from isnad_cli.demo.measuring import Measured, Named, measure
from isnad_cli.demo.progress import Patience
from isnad_cli.demo.sample import Found, Highlight, Hit, StoryHit

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOPICS = Topics()


class Pipeline:
    """Five messages on their way: each beat every stage commits one and passes it on. It is its own clock."""

    def __init__(self, *, stuck: str = "", intruders: bool = False) -> None:
        self.stuck = stuck
        self.intruders = intruders
        self.seconds = 0.0
        names = (TOPICS.raw, TOPICS.prepared, TOPICS.matched, TOPICS.enriched, TOPICS.changes)
        self.written = dict.fromkeys(names, 0) | {TOPICS.raw: 5}
        self.committed = dict.fromkeys(names, 0)

    async def ends(self, topic: str) -> Offsets:
        return {0: self.written[topic]}

    async def reached(self, group: str, topic: str, partitions: Iterable[int]) -> Offsets:
        return dict.fromkeys(partitions, self.committed[topic])

    async def sleep(self, seconds: float) -> None:
        self.seconds += 1
        if self.intruders:
            self.written[TOPICS.raw] += 10
        for topic, following in (
            (TOPICS.enriched, None),
            (TOPICS.changes, None),
            (TOPICS.matched, TOPICS.enriched),
            (TOPICS.prepared, TOPICS.matched),
            (TOPICS.raw, TOPICS.prepared),
        ):
            if topic != self.stuck and self.committed[topic] < self.written[topic]:
                self.committed[topic] += 1
                if following:
                    self.written[following] += 1

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return self.seconds


async def test_the_chain_has_drained_when_the_last_stage_has_committed() -> None:
    """The fifth message is committed by the first stage at beat 5, by the fourth at beat 8: not earlier is it over."""
    chain = Pipeline()
    told: list[tuple[str, int]] = []
    await drain(chain, TOPICS, chain, lambda stage, left: told.append((stage, left)), stall_seconds=60)
    assert (chain.committed[TOPICS.enriched], chain.seconds) == (5, 8)
    assert [stage for stage, left in told if left == 0] == ["prepare", "dedup", "entities", "index", "index"]


async def test_what_others_send_meanwhile_is_not_waited_for() -> None:
    """A feed that never ends does not keep the demo waiting."""
    chain = Pipeline(intruders=True)
    await drain(chain, TOPICS, chain, lambda stage, left: None, stall_seconds=60)
    assert chain.seconds < 30


async def test_a_stage_that_stands_still_is_named() -> None:
    """The error says which stage, how much it has left, and where its log is."""
    chain = Pipeline(stuck=TOPICS.matched)
    with pytest.raises(StalledError) as stalled:
        await drain(chain, TOPICS, chain, lambda stage, left: None, stall_seconds=60)
    assert str(stalled.value) == (
        "entities has 5 messages of articles.matched left and came no further for 60 s. "
        "Look what it says: isnad logs entities"
    )


class Away:
    """A server that does not answer the first times."""

    def __init__(self, times: int) -> None:
        self.times = times

    async def ask(self) -> str:
        if self.times:
            self.times -= 1
            raise BrokerUnavailable("does not answer")
        return "answer"


async def test_a_server_that_is_away_for_a_moment_is_asked_again() -> None:
    """Once it answers the demo goes on; after the time that is given the error goes on."""
    assert await Patience(SystemClock(), 10).until_answered(Away(1).ask) == "answer"
    with pytest.raises(BrokerUnavailable):
        await Patience(SystemClock(), 0).until_answered(Away(1).ask)


def record(topic: str, value: bytes, key: bytes | None = None) -> Record:
    return Record(topic, 0, 0, NOW, key, value)


def prepared(id_: str, page: str) -> Record:
    article = PreparedArticle(
        schema=SCHEMA, id=id_, source="s", title="", body="x", language="ar", published_at=NOW, arrived_at=NOW,
        page_id=page,
    )  # fmt: skip
    return record(TOPICS.prepared, encode(article))


def dead(article_id: str | None, key: bytes | None = None) -> Record:
    letter = DeadLetter(
        schema=SCHEMA, reason=Reason.NO_TEXT, detail="", stage="prepare", topic=TOPICS.raw, partition=0, offset=7,
        appended_at=NOW, died_at=NOW, article_id=article_id, key=key,
    )  # fmt: skip
    return record(TOPICS.dead, encode(letter))


def document(id_: str, story: str, page: str = "p1", **more: Any) -> dict[str, Any]:
    relation = "original" if id_ == story else "copy"
    return {
        "id": id_, "page_id": page, "title": f"عنوان {id_}", "source": "s", "day": "2018-02-09", "story_id": story,
        "relation": relation, **more,
    }  # fmt: skip


def link(id_: str, story: str, contained: float, contains: float) -> dict[str, Any]:
    return {"id": id_, "story_id": story, "jaccard": 0.3, "contained": contained, "contains": contains, "shared": 30}


SYRIA = entity_key("LOC", "سوريا", "LOC:سوريا:SY")


def measured() -> Measured:
    found = [
        document("p1#1", "p1#1", entity_keys=[SYRIA, "ORG|رويترز|رويترز|ORG:رويترز"]),
        document("p1#2", "p1#1", links=[link("p1#1", "p1#1", 0.96, 0.31)], entity_keys=[SYRIA]),
        document("p2", "p2", page="p2"),
        document("old", "old", page="p1"),  # from an earlier version of the page: not what came of it now
    ]
    log = [prepared("p1#1", "p1"), prepared("p1#2", "p1"), prepared("p2", ""), prepared("else", "else")]
    log += [prepared("p1#1", "p1"), record(TOPICS.prepared, b"{")]
    letters = [dead(None, b"p3"), dead("else"), dead(None)]
    return measure({"p1", "p2", "p3"}, log, letters, found)


def test_only_what_came_of_the_pages_is_counted() -> None:
    """Others' articles, others' dead letters, earlier versions and redeliveries change nothing."""
    assert measured().counts() == {"articles": 4, "stories": 2, "indexed": 3, "dead": 1, "entities": 2}


def test_a_lost_article_shows_in_the_counts() -> None:
    """The numbers are counted, not derived: an article that was never indexed is missing."""
    lost = measure({"p1"}, [prepared("p1#1", "p1"), prepared("p1#2", "p1")], [], [document("p1#1", "p1#1")])
    assert lost.counts() == {"articles": 2, "stories": 1, "indexed": 1, "dead": 0, "entities": 0}


def test_entities_are_ranked_by_articles() -> None:
    """Two articles name Syria, one names Reuters."""
    assert measured().entities == [Named("LOC", "سوريا", 2), Named("ORG", "رويترز", 1)]


def shown(*parts: Any) -> str:
    file = io.StringIO()
    Console(width=100, file=file).print(*parts)
    return file.getvalue()


def test_the_report_shows_stories_copies_and_shares() -> None:
    """The copy stands under its original with both shares; each Arabic piece is isolated on its own."""
    lines = [line.strip() for line in shown(report.stories(measured(), 100)).splitlines()]
    assert lines[:5] == [
        "The stories, and what was reused",
        f"1  {isolate('عنوان p1#1')}",
        f"└─ {isolate('عنوان p1#2')}",
        f"copy: shares 96% of its wording with {isolate('s')}, and has 31% of that one's",
        f"2  {isolate('عنوان p2')}",
    ]
    entities = shown(report.entities(measured().entities))
    assert f"2×  {isolate('سوريا')}" in entities


def test_a_search_is_shown_around_its_first_mark() -> None:
    """A long piece is cut on both sides so that the word of the search is in sight, and stays isolated."""
    highlight = Highlight("body", "ا" * 200 + " سورية " + "ب" * 200, ((201, 206),))
    found = Found("سوريا", 1, (StoryHit((Hit("عنوان", (highlight,)),)),))
    heading, title, piece = (line.strip() for line in shown(report.search(found, 60)).splitlines()[:3])
    assert (heading, title) == (f"A search for {isolate('سوريا')} finds 1 story", isolate("عنوان"))
    assert " سورية " in piece
    assert (piece[:2], piece[-2:], len(piece) < 60) == ("\u2068…", "…\u2069", True)


def test_a_cut_title_stays_isolated() -> None:
    """The closing mark survives the cut, and the cut text fits."""
    assert clip("كلمة\nأخرى", 20) == isolate("كلمة أخرى")
    assert clip("ا" * 50, 10) == isolate("ا" * 9 + "…")
